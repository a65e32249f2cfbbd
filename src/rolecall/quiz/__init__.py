"""Questions, banks and grading. No widgets, no database."""

from rolecall.quiz._bank import Bank, load_bank
from rolecall.quiz._grading import Grade, grade
from rolecall.quiz._practice import Entry, EntryKind, Practice, Standing
from rolecall.quiz._questions import Choice, Misconception, Option, Proof, Question, Step
from rolecall.quiz._selection import select

__all__ = [
    "Bank",
    "Choice",
    "Entry",
    "EntryKind",
    "Grade",
    "Misconception",
    "Option",
    "Practice",
    "Proof",
    "Question",
    "Standing",
    "Step",
    "grade",
    "load_bank",
    "select",
]
