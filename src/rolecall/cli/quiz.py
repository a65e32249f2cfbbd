"""`rolecall quiz BANK`: practice in a terminal; the same questions, the same store."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markdown import Markdown

from rolecall._yaml import BadFile
from rolecall.cli._course_option import course_option
from rolecall.cli._fail import Unusable
from rolecall.course import NoCourse, find_course
from rolecall.lab.judges import CourseJudges
from rolecall.progress import Store, StoreError
from rolecall.quiz import (
    POLICY_TYPES,
    Blanks,
    Choice,
    Decide,
    Entry,
    EntryKind,
    Grade,
    Match,
    Multi,
    Order,
    Policy,
    Practice,
    Question,
    Standing,
    answer_of,
    load_bank,
    shown_choices,
    shown_items,
    shown_order,
)

_LETTERS = "abcdefgh"
_OUTCOMES = ("Allowed", "ImplicitlyDenied", "ExplicitlyDenied")


@click.command("quiz")
@click.argument("bank")
@click.option("--count", default=5, show_default=True, help="How many questions a round has.")
@course_option
def command(bank: str, count: int, course: Path | None) -> None:
    """Practise the questions of BANK; ? gives the hint, ! the solution, Ctrl-D ends."""
    try:
        found = find_course(course)
        loaded = load_bank(found.bank(bank))
    except (NoCourse, BadFile) as error:
        raise Unusable(str(error)) from None
    judges, store, console = CourseJudges(found.folder), Store(), Console()
    deck = f"practice/{loaded.name}/{count}"
    try:
        practice = Practice(loaded, count, store.entries(deck), judges)
        if practice.finished:
            _keep(Entry(EntryKind.RESTARTED), practice, store, deck)
        for number, question in enumerate(practice.questions, start=1):
            if practice.standing(question) in (Standing.OPEN, Standing.WRONG):
                console.rule(f"Question {number} of {len(practice.questions)}, {question.difficulty}")
                _ask(question, practice, store, deck, console)
        console.print(f"{practice.right_at_once()} of {len(practice.questions)} right at the first try.")
    except StoreError as error:
        raise Unusable(str(error)) from None
    except (EOFError, click.Abort):
        console.print("\nWhat was answered is kept. Go on with the same command.")
    finally:
        judges.close()


def _keep(entry: Entry, practice: Practice, store: Store, deck: str) -> None:
    store.record(deck, entry)
    practice.note(entry)


def _ask(question: Question, practice: Practice, store: Store, deck: str, console: Console) -> None:
    console.print(Markdown(question.prompt))
    for line in _shown(question):
        console.print(Markdown(line))
    while practice.standing(question) in (Standing.OPEN, Standing.WRONG):
        typed = _typed(question, console)
        if typed == "?":
            console.print(Markdown(question.hint))
        elif typed == "!":
            _keep(Entry(EntryKind.REVEALED, question.id), practice, store, deck)
        else:
            try:
                entry = practice.answer(question, answer_of(question, _given(question, typed)))
            except ValueError as error:
                console.print(f"[yellow]{error}[/]")
                continue
            _keep(entry, practice, store, deck)
            _tell(practice.last_grade(question), console)
    for number, step in enumerate(question.solution, start=1):
        console.print(Markdown(f"{number}. {step}"))
    console.print(Markdown(f"**{question.quick_check}**"))


def _typed(question: Question, console: Console) -> str:
    """What the learner types; a policy goes on to an empty line."""
    line = console.input(f"[bold]{_wanted(question)}[/] ").strip()
    if not isinstance(question, Policy) or line in ("?", "!"):
        return line
    lines = [line]
    while line:
        line = sys.stdin.readline().rstrip("\n")
        lines.append(line)
    return "\n".join(lines)


def _wanted(question: Question) -> str:
    match question:
        case Choice():
            return "One letter:"
        case Multi() | Order():
            return "Letters, such as a c b:"
        case Match():
            return "For each number its letter, such as b a:"
        case Blanks():
            return f"{', '.join(question.blanks)}, with ; between:"
        case Decide():
            return "One letter, and for a denial a number, such as b 1:"
        case Policy():
            return "The policy, then an empty line:"
        case _:
            return "Answer:"


def _lettered(texts: list[str]) -> list[str]:
    return [f"- **{_LETTERS[place]}** {text}" for place, text in enumerate(texts)]


def _shown(question: Question) -> list[str]:
    match question:
        case Choice() | Multi():
            return _lettered([option.text for option in shown_order(question)])
        case Order():
            return _lettered(shown_items(question))
        case Match():
            lefts = [f"{number}. {pair.left}" for number, pair in enumerate(question.pairs, start=1)]
            return lefts + _lettered(shown_choices(question))
        case Blanks():
            text = "".join(text + (f"‹{name}›" if name else "") for text, name in question.pieces)
            tokens = f"Pieces: {', '.join(question.tokens)}" if question.tokens else ""
            return [f"```{question.language}\n{text}\n```", tokens]
        case Policy():
            return [
                *(f"- must be allowed: {case.says}" for case in question.allow),
                *(f"- must stay denied: {case.says}" for case in question.deny),
            ]
        case Decide():
            types = [f"{number}. {name}" for number, name in enumerate(POLICY_TYPES, start=1)]
            case_ = json.dumps(question.case, indent=1)
            return [f"```json\n{case_}\n```", *_lettered(list(_OUTCOMES)), "\n".join(types)]
        case _:
            return []


def _given(question: Question, typed: str) -> Any:
    """What was typed, as the card would send it."""
    places = [_LETTERS.find(word) for word in typed.lower().replace(",", " ").split()]
    match question:
        case Choice():
            return places[0] if len(places) == 1 else None
        case Multi() | Order() | Match():
            return places
        case Blanks():
            texts = [text.strip() for text in typed.split(";")]
            return dict(zip(question.blanks, texts, strict=False))
        case Decide():
            words = typed.split()
            given = {"outcome": _OUTCOMES[places[0]]} if words and 0 <= places[0] < len(_OUTCOMES) else {}
            if len(words) > 1 and words[1].isdigit() and 1 <= int(words[1]) <= len(POLICY_TYPES):
                given["policy_type"] = POLICY_TYPES[int(words[1]) - 1]
            return given
        case _:
            return typed


def _tell(given: Grade | None, console: Console) -> None:
    if given is None:
        return
    if given.correct:
        console.print("[green]✔ Right.[/]")
    else:
        console.print(f"[red]✘ Not right[/] ({given.score:.0%}).")
    for remark in given.remarks:
        console.print(Markdown(f"{'✔' if remark.right else '✘'} {remark.part}: {remark.why}"))
    if given.misconception is not None:
        console.print(Markdown(f"**{given.misconception.title}?** {given.misconception.because}"))
