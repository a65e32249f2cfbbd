"""What a learner sees in a notebook."""

from rolecall.widgets._practice import PracticeCard, practice

__all__ = ["PracticeCard", "practice"]
