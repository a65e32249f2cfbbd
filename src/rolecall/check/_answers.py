"""Compare questions with the answers of real learners, once there are enough of them.

A wrong option that fewer than 5% of learners choose doesn't work as one: M. Tarrant, J. Ware, and
A. M. Mohammed, "An assessment of functioning and non-functioning distractors in multiple-choice questions",
BMC Medical Education 9 (2009).
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rolecall._yaml import BadFile, Fault
from rolecall.check._findings import Finding, Severity
from rolecall.check._loaded_course import LoadedCourse
from rolecall.quiz import Choice, Question

_COLUMNS = {"question", "answer", "correct"}
_RARE = 0.05
_EXPECTED = {"easy": (0.5, 1.0), "medium": (0.0, 1.0), "hard": (0.0, 0.9)}
"""By difficulty, the smallest and the largest share of right answers."""


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """A learner's first answer to a question."""

    question: str
    answer: str
    is_right: bool


def read_answers(file: Path) -> list[GivenAnswer]:
    """Read the first answer of each learner to each question.

    Parameters
    ----------
    file
        The ``progress.csv`` of a workshop, or what ``rolecall progress export --format csv`` wrote.

    Raises
    ------
    BadFile
        If the file can't be read, or lacks a column.
    """
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            rows = csv.DictReader(stream)
            missing = _COLUMNS - set(rows.fieldnames or ())
            if missing:
                problem = f"there is no column {', '.join(sorted(missing))}; export the answers as CSV"
                raise BadFile([Fault(str(file), 1, 1, (), problem)])
            first: dict[tuple[str, str], GivenAnswer] = {}
            for row in rows:
                if row.get("kind", "answered") == "answered" and row["question"]:
                    given = GivenAnswer(row["question"], row["answer"], row["correct"] == "True")
                    first.setdefault((row.get("name") or "", row["question"]), given)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadFile([Fault(str(file), 1, 1, (), f"cannot be read as CSV: {error}")]) from None
    return list(first.values())


def check_answers(loaded: LoadedCourse, answers: list[GivenAnswer]) -> Iterator[Finding]:
    """Yield a warning for each question that learners answer otherwise than its author expects."""
    by_question: dict[str, list[GivenAnswer]] = defaultdict(list)
    for one in answers:
        by_question[one.question].append(one)
    ids = Counter(question.id for bank in loaded.banks.values() for question in bank.questions)
    for file, bank in loaded.banks.items():
        for index, question in enumerate(bank.questions):
            given = [one for name in (question.id, *question.was) for one in by_question[name]]
            # If two banks have a question of this name, the answers don't say whose they are.
            if len(given) >= loaded.settings.fewest_answers and ids[question.id] == 1:
                for field, place, rule, message in _problems(question, given):
                    where = ("questions", index, field, *place)
                    yield loaded.places.at(file, where, rule, message, Severity.WARNING)


def _problems(
    question: Question, given: list[GivenAnswer]
) -> Iterator[tuple[str, tuple[int | str, ...], str, str]]:
    right = sum(one.is_right for one in given) / len(given)
    least, most = _EXPECTED[question.difficulty]
    if not least <= right <= most:
        message = (
            f"{right:.0%} of {len(given)} first answers are right; is the question {question.difficulty}?"
        )
        yield "difficulty", (), "difficulty-of-answers", message
    if not isinstance(question, Choice) or question.vary:
        return
    chosen = Counter(one.answer for one in given)
    for place, option in enumerate(question.options):
        share = sum(chosen[text] for text in (option.text, *option.was)) / len(given)
        if option.correct:
            continue
        if share < _RARE:
            message = f"{share:.0%} of {len(given)} learners choose this; write an option that tempts"
            yield "options", (place, "text"), "unpicked-option", message
        elif share > right:
            message = f"{share:.0%} choose this, more than the right option; check the key and the prompt"
            yield "options", (place, "text"), "preferred-option", message
