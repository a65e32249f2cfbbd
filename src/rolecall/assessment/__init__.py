"""Graded assessments: the blueprint, the paper that is drawn from it, and when it is open."""

from rolecall.assessment._model import Assessment, BlueprintLine, load_assessment
from rolecall.assessment._papers import Assessments, PaperItem

__all__ = ["Assessment", "Assessments", "BlueprintLine", "PaperItem", "load_assessment"]
