"""`rolecall quiz BANK`: practice in a terminal, with the same questions and the same progress."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from markdown_it import MarkdownIt
from rich.console import Console
from rich.markdown import Markdown

from rolecall._yaml import BadFile
from rolecall.cli._course_option import course_option
from rolecall.cli._fail import Unusable
from rolecall.course import NoCourse, find_course
from rolecall.lab.judges import CourseJudges
from rolecall.progress import Store, StoreError
from rolecall.quiz import Entry, EntryKind, GradedAnswer, Practice, Question, Status, load_bank

_HINT, _SOLUTION = "?", "!"
_READER = MarkdownIt("commonmark", {"html": False}).enable("table")
_KEYS = f"Type an answer and press Enter. {_HINT} shows a hint, {_SOLUTION} the solution. Ctrl-D stops."


@click.command("quiz")
@click.argument("bank")
@click.option("--count", default=5, show_default=True, help="How many questions a round has.")
@course_option
def command(bank: str, count: int, course: Path | None) -> None:
    """Practice the questions of BANK in the terminal: a bank of the course, or the path of a bank's file.

    Each question says what to type. Type ? for a hint, or ! for the solution. Ctrl-D stops;
    your answers are saved, and the same command continues with the next question.
    """
    try:
        file = Path(bank)
        is_path = file.suffix in (".yaml", ".yml") and file.is_file()
        found = find_course(course, near=file.parent) if is_path else find_course(course)
        loaded = load_bank(file if is_path else found.bank(bank))
    except (NoCourse, BadFile) as error:
        raise Unusable(str(error)) from None
    judges, store, console = CourseJudges(found.folder), Store(), Console()
    deck = f"practice/{loaded.name}/{count}"
    try:
        practice = Practice(loaded, count, store.entries(deck), judges, learner=store.learner)
        session = _TerminalPractice(practice, store, deck, console)
        if practice.finished:
            session.keep(Entry(EntryKind.RESTARTED))
        console.print(_KEYS, style="dim")
        if 0 < practice.answered < len(practice.questions):
            console.print(f"You continue at question {practice.first_unanswered() + 1}.")
        for number, question in enumerate(practice.questions, start=1):
            if not practice.status(question).answered:
                console.rule(f"Question {number} of {len(practice.questions)}, {question.difficulty}")
                session.ask(question)
        console.print(
            f"{practice.right_at_first_try()} of {len(practice.questions)} right at the first try."
        )
    except StoreError as error:
        raise Unusable(str(error)) from None
    except (EOFError, KeyboardInterrupt, click.Abort):
        console.print("\nYour answers are saved. To continue, run the same command.")
    finally:
        judges.close()


class _TerminalPractice:
    """A practice whose questions are asked in a terminal, and whose answers are saved."""

    def __init__(self, practice: Practice, store: Store, deck: str, console: Console) -> None:
        self._practice, self._store, self._deck, self._console = practice, store, deck, console

    def keep(self, entry: Entry) -> None:
        self._store.record(self._deck, entry)
        self._practice.note(entry)

    def ask(self, question: Question) -> None:
        """Ask a question until it is solved, or its solution shown."""
        self._print(question.prompt, *question.terminal_lines())
        while not self._practice.status(question).answered:
            typed = _read(question, self._console)
            if typed == _HINT:
                self._print(question.hint)
            elif typed == _SOLUTION:
                self.keep(Entry(EntryKind.REVEALED, question.id))
            elif typed:
                self._answer(question, typed)
        self._show_solution(question)

    def _answer(self, question: Question, typed: str) -> None:
        try:
            entry = self._practice.answer(question, question.answer_from_typed(typed))
        except ValueError as error:
            self._console.print(f"{error}", style="yellow", markup=False)
            return
        self.keep(entry)
        graded = self._practice.last_grade(question)
        if graded is not None:
            self._show_feedback(graded)

    def _show_feedback(self, graded: GradedAnswer) -> None:
        if graded.correct:
            self._console.print("[green]✔ Right.[/]")
        else:
            self._console.print(f"[red]✘ Not right[/] ({graded.score:.0%}).")
        self._print(*(f"{'✔' if one.right else '✘'} {one.part}: {one.why}" for one in graded.remarks))
        if graded.misconception is not None:
            self._print(f"**{graded.misconception.title}?** {graded.misconception.because}")

    def _show_solution(self, question: Question) -> None:
        if self._practice.status(question) is Status.REVEALED:
            answer = question.right_answer(self._practice.judges)
            self._print(_right_answer(question, answer))
        self._print(*(f"{number}. {step}" for number, step in enumerate(question.solution, start=1)))
        self._print(f"**{question.quick_check}**")

    def _print(self, *texts: str) -> None:
        for text in texts:
            shown = Markdown("")
            # HTML is shown as text: without its tags, 10<sup>2</sup> would be 102.
            shown.parsed = _READER.parse(text)
            self._console.print(shown)


def _right_answer(question: Question, answer: str) -> str:
    """Return the right answer as the question describes it, and what to type for it if that differs."""
    typed, described = question.typed_from_answer(answer), question.describe_answer(answer)
    if typed == described or typed in described.split("\n") or question.typed_on_several_lines:
        return f"**Answer:**\n\n{described}"
    return f"**Answer: {typed}**\n\n{described}"


def _read(question: Question, console: Console) -> str:
    """Read what the learner types: a line, or lines up to an empty one."""
    ask = f"{question.typing_instruction()} ({_HINT} hint, {_SOLUTION} solution): "
    line = console.input(f"[bold]{ask}[/]").strip()
    if not question.typed_on_several_lines or line in (_HINT, _SOLUTION, ""):
        return line
    lines = [line]
    while following := sys.stdin.readline().rstrip("\n"):
        lines.append(following)
    return "\n".join(lines)
