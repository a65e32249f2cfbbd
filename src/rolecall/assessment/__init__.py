"""Graded assessments: the blueprint, the paper that is drawn from it, and when it is open."""

from rolecall.assessment._assessments import (
    FOLDER,
    SLUG,
    Assessment,
    Assessments,
    Draw,
    Drawn,
    load_assessment,
)

__all__ = ["FOLDER", "SLUG", "Assessment", "Assessments", "Draw", "Drawn", "load_assessment"]
