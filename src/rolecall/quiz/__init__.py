"""Questions, banks and grading. No widgets, no database."""

from rolecall.quiz._ability import DIFFICULTY, Estimate, Mastery, chance_of_right, estimate, mastery_of
from rolecall.quiz._arranging import Item, Match, Order, Pair
from rolecall.quiz._bank import CATALOGUE, Bank, Catalogue, RecallCard, load_bank, load_catalogue
from rolecall.quiz._challenge import SECONDS, Challenge
from rolecall.quiz._choosing import Choice, Multi, Option
from rolecall.quiz._code import experiment_code, solution_code
from rolecall.quiz._deciding import Case, Decide, Policy
from rolecall.quiz._filling import Blank, Blanks, Cli, Numeric
from rolecall.quiz._forms import POLICY_TYPES, NoAnswer, answer_of, given_of, shown_choices, shown_items
from rolecall.quiz._grading import Grade, grade
from rolecall.quiz._judges import BadPolicy, Command, Judges, NoCommand, Ruling
from rolecall.quiz._kinds import Question
from rolecall.quiz._practice import Entry, EntryKind, Practice, Standing
from rolecall.quiz._questions import Expectation, Misconception, Proof, Remark, Step
from rolecall.quiz._recall import FlashCard, Recalled, due_cards, flash_cards, intervals, review
from rolecall.quiz._selection import select, shown_order
from rolecall.quiz._test import SkillVerdict, Test, Verdict
from rolecall.quiz._variants import BadTemplate, variant

__all__ = [
    "CATALOGUE",
    "Catalogue",
    "RecallCard",
    "load_catalogue",
    "experiment_code",
    "solution_code",
    "Expectation",
    "shown_items",
    "shown_choices",
    "given_of",
    "answer_of",
    "NoAnswer",
    "POLICY_TYPES",
    "review",
    "intervals",
    "flash_cards",
    "due_cards",
    "Recalled",
    "FlashCard",
    "Challenge",
    "SECONDS",
    "Verdict",
    "Test",
    "SkillVerdict",
    "mastery_of",
    "estimate",
    "chance_of_right",
    "Mastery",
    "Estimate",
    "DIFFICULTY",
    "BadPolicy",
    "BadTemplate",
    "Bank",
    "Blank",
    "Blanks",
    "Case",
    "Choice",
    "Cli",
    "Command",
    "Decide",
    "Entry",
    "EntryKind",
    "Grade",
    "Item",
    "Judges",
    "Match",
    "Misconception",
    "Multi",
    "NoCommand",
    "Numeric",
    "Option",
    "Order",
    "Pair",
    "Policy",
    "Practice",
    "Proof",
    "Question",
    "Remark",
    "Ruling",
    "Standing",
    "Step",
    "grade",
    "load_bank",
    "select",
    "shown_order",
    "variant",
]
