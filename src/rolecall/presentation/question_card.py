"""What the browser is told of a practice. The key is in it only once the question is settled."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from rolecall.lab import Task
from rolecall.presentation.answer_views import best_answer_html, face_of, rule_of
from rolecall.presentation.markdown import to_html, to_inline_html
from rolecall.quiz import (
    Bank,
    Grade,
    Judges,
    Practice,
    Question,
    Remark,
    Standing,
    experiment_code,
    given_of,
    solution_code,
)


class RemarkView(TypedDict):
    """What is said of one part of an answer."""

    html: str
    right: bool
    why: str


class _Told(TypedDict):
    """What is only told of a question once it is due."""

    given: Any
    standing: str
    verdict: str
    remarks: list[RemarkView]
    bestAnswer: str
    hint: str
    misconception: str
    experiment: str
    mistakes: list[str]
    solution: list[str]
    quickCheck: str
    references: list[str]


_NOTHING_TOLD = _Told(
    given=None,
    standing="open",
    verdict="",
    remarks=[],
    bestAnswer="",
    hint="",
    misconception="",
    experiment="",
    mistakes=[],
    solution=[],
    quickCheck="",
    references=[],
)


class QuestionView(_Told):
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


class View(TypedDict):
    """The whole card."""

    mode: str
    title: str
    question: QuestionView
    standings: list[str]
    finished: bool
    summary: str


def view(practice: Practice, place: int, *, hint: bool, experiment: bool = False) -> View:
    """The card at a question, without a word that would give its answer away before it is due.

    Parameters
    ----------
    hint
        Whether the learner asked for the hint.
    experiment
        Whether the misconception that the last answer shows was shown before, and may be refuted by trying.
    """
    settled = sum(_settled(practice.standing(one)) for one in practice.questions)
    summary = f"{practice.right_at_once()} of {len(practice.questions)} right at the first try."
    return View(
        mode="practice",
        title=practice.bank.title,
        question=_question(practice, practice.questions[place], place, hint=hint, experiment=experiment),
        standings=[practice.standing(one).value for one in practice.questions],
        finished=settled == len(practice.questions),
        summary=summary if practice.finished else f"{settled} of {len(practice.questions)} settled.",
    )


def _settled(standing: Standing) -> bool:
    return standing in (Standing.SOLVED, Standing.REVEALED)


def _question(
    practice: Practice, question: Question, place: int, *, hint: bool, experiment: bool
) -> QuestionView:
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
        experiment=(
            to_html(f"```python\n{experiment_code(wrong_idea.experiment)}\n```")
            if experiment and wrong_idea and wrong_idea.experiment
            else ""
        ),
        mistakes=[to_inline_html(one) for one in question.common_mistakes] if last or settled else [],
        solution=[to_inline_html(one) for one in question.solution] if settled else [],
        quickCheck=to_inline_html(question.quick_check) if settled else "",
        references=list(question.references) if settled else [],
    )


def asked_view(bank: Bank, question: Question, place: int, count: int) -> QuestionView:
    """A question that is only asked: no hint, no feedback."""
    return QuestionView(
        id=question.id,
        kind=question.kind,
        place=place,
        count=count,
        difficulty=question.difficulty,
        skill=bank.skills[question.skill],
        prompt=to_html(question.prompt),
        rule=rule_of(question),
        face=face_of(question, None, settled=False),
        **_NOTHING_TOLD,
    )


def task_view(task: Task, skill: str) -> QuestionView:
    """A hands-on task of a paper; what it starts with is told to the kernel alone."""
    acting = f"You act as `{task.actor}`. You may change: {task.may_change}"
    return QuestionView(
        id=task.id,
        kind="task",
        place=0,
        count=1,
        difficulty=task.difficulty,
        skill=skill,
        prompt=to_html(f"**{task.title}**\n\n{task.goal}\n\n{acting}"),
        rule="Scored by the share of what must work, times the share of what must stay denied.",
        face={"title": task.title},
        **_NOTHING_TOLD,
    )


class ReviewView(TypedDict):
    """A question that is over: what was asked, answered and right."""

    mark: str
    verdict: str
    prompt: str
    given: str
    whys: list[str]
    best: str
    solution: list[str]


def review_view(
    reviewed: Iterable[tuple[Question, Grade | None]], judges: Judges | None
) -> list[ReviewView]:
    """The feedback at the end."""
    return [_reviewed(question, last, judges) for question, last in reviewed]


def task_review(task: Task, score: float, remarks: Iterable[Mapping[str, Any]]) -> ReviewView:
    """A task that is over."""
    whys = [f"{'✔' if one['right'] else '✘'} {one['part']}. {one['why']}" for one in remarks]
    return ReviewView(
        mark="✔" if score == 1 else "✘",
        verdict="reached" if score == 1 else f"{score:.0%}",
        prompt=to_html(f"**{task.title}**\n\n{task.goal}"),
        given="",
        whys=[to_html(one) for one in whys],
        best=to_html(f"```python\n{solution_code(task.solution, task.actor)}\n```"),
        solution=[to_inline_html(task.because)],
    )


def _reviewed(question: Question, last: Grade | None, judges: Judges | None) -> ReviewView:
    best = question.right_answer(judges)
    correct = last is not None and last.correct
    told = "right" if correct else f"{last.score:.0%}" if last and last.score else "not right"
    remarks = last.remarks if last else ()
    return ReviewView(
        mark="✔" if correct else "✘",
        verdict=told,
        prompt=to_html(question.prompt),
        given="".join(f"<p>{to_inline_html(one.part)}</p>" for one in remarks),
        whys=[to_html(one.why) for one in remarks],
        best="" if correct else best_answer_html(question, best) or to_html(_chosen(question, best)),
        solution=[to_inline_html(one) for one in question.solution],
    )


def _chosen(question: Question, best: str) -> str:
    return ", ".join(json.loads(best)) if question.kind == "multi" else best


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
