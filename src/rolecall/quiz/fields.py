"""The fields that files of a course share with banks: ids, texts, difficulties."""

from rolecall.quiz._questions import Difficulty, Slug, Text

__all__ = ["Difficulty", "Slug", "Text"]
