"""What the browser is told of a practice. The key is in it only once the question is settled."""

from __future__ import annotations

from typing import Any, TypedDict

from rolecall.quiz import Grade, Practice, Question, Remark, Standing
from rolecall.widgets._faces import best_answer_html, face_of, given_of, rule_of
from rolecall.widgets._markdown import to_html, to_inline_html


class RemarkView(TypedDict):
    """What is said of one part of an answer."""

    html: str
    right: bool
    why: str


class QuestionView(TypedDict):
    """One question as it stands; `face` and `given` are its kind's own."""

    id: str
    kind: str
    place: int
    count: int
    difficulty: str
    skill: str
    prompt: str
    rule: str
    face: dict[str, Any]
    given: Any
    standing: str
    verdict: str
    remarks: list[RemarkView]
    bestAnswer: str
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
    wrong_idea = last.misconception if last and not last.correct else None
    right = question.right_answer(practice.judges) if settled else ""
    return QuestionView(
        id=question.id,
        kind=question.kind,
        place=place,
        count=len(practice.questions),
        difficulty=question.difficulty,
        skill=practice.bank.skills[question.skill],
        prompt=to_html(question.prompt),
        rule=rule_of(question),
        face=face_of(question, last, settled=settled),
        given=given_of(question, last.answer) if last else None,
        standing=standing.value,
        verdict=_verdict(standing, last),
        remarks=_remarks(question, last),
        bestAnswer=best_answer_html(question, right) if settled else "",
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


def _remarks(question: Question, last: Grade | None) -> list[RemarkView]:
    """What is said of each part; options say it themselves."""
    if last is None or question.kind in ("choice", "multi"):
        return []
    return [_remark(one) for one in last.remarks]


def _remark(remark: Remark) -> RemarkView:
    return RemarkView(html=to_inline_html(remark.part), right=remark.right, why=to_html(remark.why))


def _verdict(standing: Standing, last: Grade | None) -> str:
    if standing is Standing.WRONG and last is not None and last.score > 0:
        return f"Partly right: {last.score:.0%}. Read why, and try again."
    return {
        Standing.OPEN: "",
        Standing.WRONG: "Not this one. Read why, and try again.",
        Standing.SOLVED: "Right.",
        Standing.REVEALED: "Here is the solution.",
    }[standing]
