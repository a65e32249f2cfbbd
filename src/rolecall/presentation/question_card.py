"""What the browser is told of a practice. The key is in it only once the question is settled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from rolecall.lab import Task
from rolecall.presentation.answer_views import answer_area, right_answer_html
from rolecall.presentation.markdown import to_html, to_inline_html
from rolecall.quiz import (
    Bank,
    GradedAnswer,
    Judges,
    Practice,
    Question,
    Remark,
    Status,
    experiment_code,
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
    count = len(practice.questions)
    summary = f"{practice.answered} of {count} answered."
    if practice.finished:
        summary = f"{practice.right_at_first_try()} of {count} right at the first try."
    return View(
        mode="practice",
        title=practice.bank.title,
        question=_question(practice, practice.questions[place], place, hint=hint, experiment=experiment),
        standings=[practice.status(one).value for one in practice.questions],
        finished=practice.finished,
        summary=summary
        if practice.finished
        else f"{practice.answered} of {len(practice.questions)} answered.",
    )


def _question(
    practice: Practice, question: Question, place: int, *, hint: bool, experiment: bool
) -> QuestionView:
    standing = practice.status(question)
    settled = standing.answered
    last = practice.last_grade(question)
    wrong_idea = last.misconception if last and not last.correct else None
    shows_answer = settled and not question.display_has_feedback
    right = question.right_answer(practice.judges) if shows_answer else ""
    return QuestionView(
        id=question.id,
        kind=question.kind,
        place=place,
        count=len(practice.questions),
        difficulty=question.difficulty,
        skill=practice.bank.skills[question.skill],
        prompt=to_html(question.prompt),
        rule=question.scoring_rule,
        face=answer_area(question, last, due=settled),
        given=question.input_from_answer(last.answer) if last else None,
        standing=standing.value,
        verdict=_verdict(standing, last),
        remarks=_remarks(question, last),
        bestAnswer=right_answer_html(question, right) if shows_answer else "",
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
        rule=question.scoring_rule,
        face=answer_area(question, None, due=False),
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
    reviewed: Iterable[tuple[Question, GradedAnswer | None]], judges: Judges | None
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


def _reviewed(question: Question, last: GradedAnswer | None, judges: Judges | None) -> ReviewView:
    correct = last is not None and last.correct
    told = "right" if correct else f"{last.score:.0%}" if last and last.score else "not right"
    remarks = last.remarks if last else ()
    return ReviewView(
        mark="✔" if correct else "✘",
        verdict=told,
        prompt=to_html(question.prompt),
        given="".join(f"<p>{to_inline_html(one.part)}</p>" for one in remarks),
        whys=[to_html(one.why) for one in remarks],
        best="" if correct else right_answer_html(question, question.right_answer(judges)),
        solution=[to_inline_html(one) for one in question.solution],
    )


def _remarks(question: Question, last: GradedAnswer | None) -> list[RemarkView]:
    """Return the feedback on each part, unless the options show it themselves."""
    if last is None or question.display_has_feedback:
        return []
    return [_remark(one) for one in last.remarks]


def _remark(remark: Remark) -> RemarkView:
    return RemarkView(html=to_inline_html(remark.part), right=remark.right, why=to_html(remark.why))


def _verdict(standing: Status, last: GradedAnswer | None) -> str:
    if standing is Status.WRONG and last is not None and last.score > 0:
        return f"Partly right: {last.score:.0%}. Read why, and try again."
    return {
        Status.OPEN: "",
        Status.WRONG: "Not this one. Read why, and try again.",
        Status.SOLVED: "Right.",
        Status.REVEALED: "Here is the solution.",
    }[standing]
