"""Questions, banks, and grading, without a user interface or a database."""

from rolecall.quiz._ability import DIFFICULTY, Estimate, Mastery, chance_of_right, estimate, mastery_of
from rolecall.quiz._bank import CATALOGUE, Bank, Catalogue, RecallCard, load_bank, load_catalogue
from rolecall.quiz._challenge import TIME_LIMITS, Challenge
from rolecall.quiz._entries import Entry, EntryKind
from rolecall.quiz._grade import Grade, Remark
from rolecall.quiz._grading import GradedAnswer, grade
from rolecall.quiz._judges import Command, Decision, InvalidCommand, InvalidPolicy, Judges
from rolecall.quiz._markdown import BlockMarkdown, Display, DisplayValue, InlineMarkdown
from rolecall.quiz._mastery import MasteryTest, SkillVerdict, Verdict
from rolecall.quiz._practice import Practice, Status
from rolecall.quiz._proof_code import experiment_code, solution_code
from rolecall.quiz._proofs import ACCESS_KEY, NOW, Expectation, Misconception, Proof, Step
from rolecall.quiz._recall import FlashCard, RecallRating, due_cards, flash_cards, intervals, review
from rolecall.quiz._selection import select
from rolecall.quiz._variants import InvalidTemplate, variant
from rolecall.quiz.fields import AcceptedChange
from rolecall.quiz.kinds import (
    KINDS,
    BaseQuestion,
    Blanks,
    Choice,
    Cli,
    Decide,
    InvalidAnswer,
    KindName,
    Match,
    Multi,
    Numeric,
    Order,
    Policy,
    Question,
)

__all__ = [
    "ACCESS_KEY",
    "CATALOGUE",
    "DIFFICULTY",
    "KINDS",
    "NOW",
    "TIME_LIMITS",
    "AcceptedChange",
    "Bank",
    "BaseQuestion",
    "Blanks",
    "BlockMarkdown",
    "Catalogue",
    "Challenge",
    "Choice",
    "Cli",
    "Command",
    "Decide",
    "Decision",
    "Display",
    "DisplayValue",
    "Entry",
    "EntryKind",
    "Estimate",
    "Expectation",
    "FlashCard",
    "Grade",
    "GradedAnswer",
    "InlineMarkdown",
    "InvalidAnswer",
    "InvalidCommand",
    "InvalidPolicy",
    "InvalidTemplate",
    "Judges",
    "KindName",
    "Mastery",
    "MasteryTest",
    "Match",
    "Misconception",
    "Multi",
    "Numeric",
    "Order",
    "Policy",
    "Practice",
    "Proof",
    "Question",
    "RecallCard",
    "RecallRating",
    "Remark",
    "SkillVerdict",
    "Status",
    "Step",
    "Verdict",
    "chance_of_right",
    "due_cards",
    "estimate",
    "experiment_code",
    "flash_cards",
    "grade",
    "intervals",
    "load_bank",
    "load_catalogue",
    "mastery_of",
    "review",
    "select",
    "solution_code",
    "variant",
]
