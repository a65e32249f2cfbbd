"""What the browser gets of a question, a paper, or a review.

The key of a question is left out until the question is answered or its solution was asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from rolecall.lab import Task
from rolecall.presentation.answer_views import answer_area, right_answer_html
from rolecall.presentation.markdown import to_html, to_inline_html
from rolecall.presentation.partly_right import is_partly_right, what_is_missing
from rolecall.quiz import (
    Bank,
    GradedAnswer,
    Judges,
    Misconception,
    Practice,
    Question,
    Remark,
    Status,
    experiment_code,
    solution_code,
)


class RemarkView(TypedDict):
    """The remark on one part of an answer."""

    html: str
    right: bool
    why: str


class _Feedback(TypedDict):
    """The feedback on a question, each field empty until it is due.

    Parameters
    ----------
    state
        Whether the last answer is ``right``, ``part``, or ``wrong``.
    """

    given: Any
    status: str
    verdict: str
    state: str
    remarks: list[RemarkView]
    bestAnswer: str
    hint: str
    misconception: str
    experiment: str
    mistakes: list[str]
    solution: list[str]
    quickCheck: str
    references: list[str]


_NO_FEEDBACK = _Feedback(
    given=None,
    status="open",
    verdict="",
    state="",
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


class QuestionView(_Feedback):
    """One question with its feedback; `content` and `given` depend on the kind of question."""

    id: str
    kind: str
    place: int
    count: int
    difficulty: str
    skill: str
    prompt: str
    rule: str
    content: dict[str, Any]


class View(TypedDict):
    """A practice card.

    Parameters
    ----------
    statuses
        For each question, whether it is open, wrong, solved, or revealed.
    """

    mode: str
    title: str
    question: QuestionView
    statuses: list[str]
    finished: bool
    summary: str


def view(practice: Practice, place: int, *, hint: bool, experiment: bool = False) -> View:
    """Show the card at a question; nothing in it gives the answer away before it is due.

    Parameters
    ----------
    place
        The number of the question in the practice, from 0.
    hint
        Whether the learner asked for the hint.
    experiment
        Whether to offer an experiment that refutes the misconception of the last answer.
    """
    count = len(practice.questions)
    summary = f"{practice.answered} of {count} answered."
    if practice.finished:
        summary = f"{practice.right_at_first_try()} of {count} right at the first try."
    return View(
        mode="practice",
        title=practice.bank.title,
        question=_question(practice, practice.questions[place], place, hint=hint, experiment=experiment),
        statuses=[practice.status(one).value for one in practice.questions],
        finished=practice.finished,
        summary=summary,
    )


def _question(
    practice: Practice, question: Question, place: int, *, hint: bool, experiment: bool
) -> QuestionView:
    status = practice.status(question)
    answered = status.answered
    last = practice.last_grade(question)
    misconception = last.misconception if last and not last.correct else None
    shows_answer = answered and not question.display_has_feedback
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
        content=answer_area(question, last, with_key=answered),
        given=question.input_from_answer(last.answer) if last else None,
        status=status.value,
        verdict=_verdict(status, question, last),
        state=_state(status, last),
        remarks=_remarks(question, last),
        bestAnswer=right_answer_html(question, right) if shows_answer else "",
        hint=to_html(question.hint) if hint or answered else "",
        misconception=_misconception_html(misconception) if misconception else "",
        experiment=_experiment_html(misconception) if misconception and experiment else "",
        mistakes=[to_inline_html(one) for one in question.common_mistakes] if last or answered else [],
        solution=[to_inline_html(one) for one in question.solution] if answered else [],
        quickCheck=to_inline_html(question.quick_check) if answered else "",
        references=list(question.references) if answered else [],
    )


def _misconception_html(misconception: Misconception) -> str:
    title, because = to_inline_html(misconception.title), to_inline_html(misconception.because)
    return f"<strong>{title}?</strong> {because}"


def _experiment_html(misconception: Misconception) -> str:
    experiment = misconception.experiment
    return to_html(f"```python\n{experiment_code(experiment)}\n```") if experiment else ""


def asked_view(bank: Bank, question: Question, place: int, count: int) -> QuestionView:
    """Show a question without hint and feedback."""
    return QuestionView(
        id=question.id,
        kind=question.kind,
        place=place,
        count=count,
        difficulty=question.difficulty,
        skill=bank.skills[question.skill],
        prompt=to_html(question.prompt),
        rule=question.scoring_rule,
        content=answer_area(question, None, with_key=False),
        **_NO_FEEDBACK,
    )


def revealed_view(bank: Bank, question: Question, judges: Judges | None) -> QuestionView:
    """Show a question with its right answer and its solution, to a class that was asked it."""
    right = "" if question.display_has_feedback else question.right_answer(judges)
    return QuestionView(
        **{
            **asked_view(bank, question, 0, 1),
            "content": answer_area(question, None, with_key=True),
            "status": Status.REVEALED.value,
            "bestAnswer": right_answer_html(question, right) if right else "",
            "mistakes": [to_inline_html(one) for one in question.common_mistakes],
            "solution": [to_inline_html(one) for one in question.solution],
            "quickCheck": to_inline_html(question.quick_check),
            "references": list(question.references),
        }
    )


def task_view(task: Task, skill: str) -> QuestionView:
    """Show a hands-on task of a paper; only the kernel gets the calls that it starts with."""
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
        content={"title": task.title},
        **_NO_FEEDBACK,
    )


class ReviewView(TypedDict):
    """A finished question: what was asked, what was answered, and what is right."""

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
    """Show the feedback at the end."""
    return [_reviewed(question, last, judges) for question, last in reviewed]


def task_review(task: Task, score: float, remarks: Iterable[Mapping[str, Any]]) -> ReviewView:
    """Show a finished task."""
    whys = [
        f"{'✔' if one['right'] else '✘'} {one['part'] + '. ' if one['part'] else ''}{one['why']}"
        for one in remarks
    ]
    whys = whys or ["✘ You didn't hand in any work for this task."]
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
    if last is None:
        verdict = "not answered"
    else:
        verdict = "right" if correct else "partly right" if is_partly_right(last) else "not right"
    remarks = last.remarks if last else (Remark("", False, "You didn't answer this question."),)
    return ReviewView(
        mark="◐" if verdict == "partly right" else "✔" if correct else "✘",
        verdict=verdict,
        prompt=to_html(question.prompt),
        given="".join(f"<p>{to_inline_html(one.part)}</p>" for one in remarks if one.part),
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


def _state(status: Status, last: GradedAnswer | None) -> str:
    if status is Status.SOLVED:
        return "right"
    if last is None or status is Status.REVEALED:
        return ""
    return "part" if is_partly_right(last) else "wrong"


def _verdict(status: Status, question: Question, last: GradedAnswer | None) -> str:
    if status is Status.WRONG and last is not None and is_partly_right(last):
        return what_is_missing(question, last)
    return {
        Status.OPEN: "",
        Status.WRONG: "Not this one. Read why, and try again.",
        Status.SOLVED: "Right.",
        Status.REVEALED: "Here is the solution.",
    }[status]
