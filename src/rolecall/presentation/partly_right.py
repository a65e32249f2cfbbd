"""Say what is missing in an answer that is partly right, without giving away which part."""

from __future__ import annotations

from rolecall.quiz import GradedAnswer, Multi, Order, Question


def is_partly_right(graded: GradedAnswer) -> bool:
    """Return whether an answer that isn't right has a part that is."""
    return not graded.correct and (graded.score > 0 or any(one.right for one in graded.remarks))


def what_is_missing(question: Question, graded: GradedAnswer) -> str:
    """Say how much of an answer is right, and what is missing.

    Examples
    --------
    ``Not yet: 1 of your picks is wrong, and 2 are missing.``
    """
    right = sum(one.right for one in graded.remarks)
    if isinstance(question, Multi):
        missing = sum(option.correct for option in question.options) - right
        return _picks(len(graded.remarks) - right, missing)
    count = len(graded.remarks)
    if isinstance(question, Order):
        pairs = count * (count - 1) // 2
        ordered = round(graded.score * pairs)
        return f"Partly right: {ordered} of {pairs} pairs {_are(ordered)} in order. Move the others."
    return f"Partly right: {right} of {count} parts {_are(right)} right. Change the others."


def _picks(wrong: int, missing: int) -> str:
    parts = []
    if wrong:
        parts.append(f"{wrong} of your picks {_are(wrong)} wrong")
    if missing:
        parts.append(f"{missing} {_are(missing)} missing")
    return f"Not yet: {', and '.join(parts)}."


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
