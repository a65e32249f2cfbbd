"""What the browser is told of a practice. The key is in it only once the question is settled."""

from __future__ import annotations

from typing import TypedDict

from rolecall.quiz import Option, Practice, Question, Standing
from rolecall.quiz._selection import shown_order
from rolecall.widgets._markdown import to_html, to_inline_html


class OptionView(TypedDict):
    """One option: its text, and once there is something to say of it, its mark and why."""

    html: str
    mark: str
    why: str


class QuestionView(TypedDict):
    """One question as it stands."""

    id: str
    place: int
    count: int
    difficulty: str
    skill: str
    prompt: str
    options: list[OptionView]
    chosen: int
    standing: str
    verdict: str
    hint: str
    misconception: str
    mistakes: list[str]
    solution: list[str]
    quickCheck: str
    references: list[str]


class View(TypedDict):
    """The whole card."""

    title: str
    question: QuestionView
    standings: list[str]
    finished: bool
    summary: str
    problem: str
    serial: int


def view(practice: Practice, place: int, *, hint: bool, problem: str, serial: int) -> View:
    """The card at a question, without a word that would give its answer away before it is due.

    Parameters
    ----------
    hint
        Whether the learner asked for the hint.
    problem
        What went wrong with the last thing asked for.
    serial
        Grows with every view, so that the browser can tell an answer from silence.
    """
    settled = sum(_settled(practice.standing(one)) for one in practice.questions)
    summary = f"{practice.right_at_once()} of {len(practice.questions)} right at the first try."
    return View(
        title=practice.bank.title,
        question=_question(practice, practice.questions[place], place, hint=hint),
        standings=[practice.standing(one).value for one in practice.questions],
        finished=settled == len(practice.questions),
        summary=summary if practice.finished else f"{settled} of {len(practice.questions)} settled.",
        problem=problem,
        serial=serial,
    )


def _settled(standing: Standing) -> bool:
    return standing in (Standing.SOLVED, Standing.REVEALED)


def _question(practice: Practice, question: Question, place: int, *, hint: bool) -> QuestionView:
    standing = practice.standing(question)
    settled = _settled(standing)
    last = practice.last_grade(question)
    shown = shown_order(question)
    chosen = shown.index(last.option) if last else -1
    wrong_idea = last.misconception if last and not last.correct else None
    return QuestionView(
        id=question.id,
        place=place,
        count=len(practice.questions),
        difficulty=question.difficulty,
        skill=practice.bank.skills[question.skill],
        prompt=to_html(question.prompt),
        options=[_option(option, chosen=i == chosen, settled=settled) for i, option in enumerate(shown)],
        chosen=chosen,
        standing=standing.value,
        verdict=_verdict(standing),
        hint=to_html(question.hint) if hint or settled else "",
        misconception=(
            f"<strong>{to_inline_html(wrong_idea.title)}?</strong> {to_inline_html(wrong_idea.because)}"
            if wrong_idea
            else ""
        ),
        mistakes=[to_inline_html(one) for one in question.common_mistakes] if last or settled else [],
        solution=[to_inline_html(one) for one in question.solution] if settled else [],
        quickCheck=to_inline_html(question.quick_check) if settled else "",
        references=list(question.references) if settled else [],
    )


def _option(option: Option, *, chosen: bool, settled: bool) -> OptionView:
    told = settled or chosen
    mark = ("right" if option.correct else "wrong") if told else ""
    if settled and not chosen and not option.correct:
        mark = ""
    return OptionView(
        html=to_inline_html(option.text), mark=mark, why=to_inline_html(option.why) if told else ""
    )


def _verdict(standing: Standing) -> str:
    return {
        Standing.OPEN: "",
        Standing.WRONG: "Not this one. Read why, and try again.",
        Standing.SOLVED: "Right.",
        Standing.REVEALED: "Here is the solution.",
    }[standing]
