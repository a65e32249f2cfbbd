"""Check assessments for settings that let learners see answers while others can still give them."""

from __future__ import annotations

from collections.abc import Iterator

from rolecall.check._findings import Finding, Severity
from rolecall.check._loaded_course import LoadedCourse


def check_assessments(loaded: LoadedCourse) -> Iterator[Finding]:
    """Find assessments that show the right answers before everyone has finished."""
    for file, assessment in loaded.assessments.items():
        if assessment.feedback != "full":
            continue
        if assessment.feedback_when == "graded":
            message = (
                "`feedback: full` with `feedback_when: graded` shows right answers to a learner who has "
                "finished, while others still answer; use `feedback_when: closed`, or `feedback: marks`"
            )
            yield loaded.places.at(file, ("feedback",), "early-feedback", message, Severity.WARNING)
        elif assessment.closes is None:
            message = "feedback opens when the assessment closes, and it never does; add `closes`"
            yield loaded.places.at(file, ("feedback_when",), "no-feedback", message, Severity.WARNING)
