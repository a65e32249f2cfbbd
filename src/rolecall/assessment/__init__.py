"""Graded assessments: the blueprint, the paper that is drawn from it, and when it is open."""

from rolecall.assessment._model import Assessment, BlueprintLine, load_assessment
from rolecall.assessment._papers import Assessments, PaperItem
from rolecall.assessment._versions import GradableAnswer, QuestionVersion, TaskVersion

__all__ = [
    "Assessment",
    "Assessments",
    "BlueprintLine",
    "GradableAnswer",
    "PaperItem",
    "QuestionVersion",
    "TaskVersion",
    "load_assessment",
]
