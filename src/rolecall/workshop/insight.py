"""Analyze items: how hard each question was, how well it separates learners, and what misled them.

The measures are those of classical test theory: F. M. Lord and M. R. Novick, Statistical Theories of Mental
Test Scores, 1968; alpha: L. J. Cronbach, Coefficient alpha and the internal structure of tests,
Psychometrika 16, 1951.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

_FEW = 5
"""With fewer answers than this, no question is flagged."""
_TOO_EASY, _TOO_HARD, _LOW_DISCRIMINATION = 0.95, 0.2, 0.15


@dataclass(frozen=True, slots=True)
class Item:
    """One learner's answer to one question.

    Parameters
    ----------
    score
        From 0 to 1; ``None`` if the answer could not be graded.
    """

    learner: str
    question: str
    score: float | None
    answer: str = ""
    misconception: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ItemReport:
    """The analysis of one question.

    Parameters
    ----------
    difficulty
        The mean score: 1 if every learner is right; ``None`` if no answer is graded.
    discrimination
        The correlation of the question's score with the score of the rest of the paper. ``None`` if one of
        the two is the same for every learner.
    seconds
        The median time that learners took.
    flags
        Reasons to review the question.
    not_graded
        How many answers could not be graded; the measures leave them out.
    """

    question: str
    answered: int
    difficulty: float | None
    discrimination: float | None
    seconds: float
    answers: tuple[tuple[str, int, float], ...]
    misconceptions: tuple[tuple[str, int], ...]
    flags: tuple[str, ...]
    not_graded: int = 0


@dataclass(frozen=True, slots=True)
class Insight:
    """The analysis of an assessment.

    Parameters
    ----------
    alpha
        Cronbach's alpha over the questions that every learner had; ``None`` if there are fewer than two.
    """

    learners: int
    mean: float
    deviation: float
    alpha: float | None
    items: tuple[ItemReport, ...]
    scores: Mapping[str, float] = field(default_factory=dict)


def insight(items: Sequence[Item]) -> Insight:
    """Analyze the answers of an assessment, one attempt for each learner."""
    by_learner: dict[str, dict[str, _Graded]] = defaultdict(dict)
    not_graded: Counter[str] = Counter()
    for one in items:
        if one.score is None:
            not_graded[one.question] += 1
        else:
            by_learner[one.learner][one.question] = _Graded(one, one.score)
    shares = {
        learner: statistics.fmean(one.score for one in had.values()) for learner, had in by_learner.items()
    }
    questions = sorted({one.question for one in items})
    return Insight(
        len(by_learner),
        statistics.fmean(shares.values()) if shares else 0.0,
        statistics.pstdev(shares.values()) if shares else 0.0,
        cronbach_alpha([[one.score for _, one in sorted(had.items())] for had in _common(by_learner)]),
        tuple(_report(question, by_learner, not_graded[question]) for question in questions),
        shares,
    )


class _Graded(NamedTuple):
    item: Item
    score: float


def _common(by_learner: Mapping[str, Mapping[str, _Graded]]) -> list[dict[str, _Graded]]:
    if not by_learner:
        return []
    shared = set.intersection(*(set(had) for had in by_learner.values()))
    return [{name: had[name] for name in shared} for had in by_learner.values()]


def cronbach_alpha(rows: Sequence[Sequence[float]]) -> float | None:
    """Measure how consistently the questions rank learners.

    Parameters
    ----------
    rows
        One row of scores for each learner, one column for each question.

    Returns
    -------
    float or None
        Cronbach's alpha; ``None`` with fewer than two learners or questions, or equal totals.
    """
    if len(rows) < 2 or len(rows[0]) < 2:
        return None
    columns = list(zip(*rows, strict=True))
    total = statistics.variance([sum(row) for row in rows])
    if total == 0:
        return None
    count, within = len(columns), sum(statistics.variance(one) for one in columns)
    return float(count / (count - 1) * (1 - within / total))


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return Pearson's correlation; with scores of 0 and 1 it is the point-biserial correlation."""
    if len(first) < 2 or len(set(first)) < 2 or len(set(second)) < 2:
        return None
    found = statistics.correlation(first, second)
    return None if math.isnan(found) else float(found)


def _report(question: str, by_learner: Mapping[str, Mapping[str, _Graded]], not_graded: int) -> ItemReport:
    had = [(items[question], items) for items in by_learner.values() if question in items]
    if not had:
        flags = ("no answer could be graded: see the notes on grading",)
        return ItemReport(question, not_graded, None, None, 0.0, (), (), flags, not_graded)
    scores = [one.score for one, _ in had]
    rests = [
        statistics.fmean([one.score for name, one in items.items() if name != question] or [0.0])
        for _, items in had
    ]
    difficulty, discrimination = statistics.fmean(scores), correlation(scores, rests)
    answers: dict[str, list[float]] = defaultdict(list)
    for (one, _), rest in zip(had, rests, strict=True):
        answers[one.item.answer].append(rest)
    by_answer = sorted(
        ((text, len(of), statistics.fmean(of)) for text, of in answers.items()), key=lambda one: -one[1]
    )
    misled = Counter(one.item.misconception for one, _ in had if one.item.misconception and one.score < 1)
    return ItemReport(
        question,
        len(had) + not_graded,
        difficulty,
        discrimination,
        statistics.median(one.item.seconds for one, _ in had),
        tuple(by_answer),
        tuple(misled.most_common()),
        tuple(_flags(len(had), difficulty, discrimination)),
        not_graded,
    )


def _flags(answered: int, difficulty: float, discrimination: float | None) -> list[str]:
    if answered < _FEW:
        return []
    flags = []
    if difficulty > _TOO_EASY:
        flags.append("nearly every learner is right: the question measures nothing")
    if difficulty < _TOO_HARD:
        flags.append("nearly no one is right: check the key and the wording")
    if discrimination is not None and discrimination < 0:
        flags.append("learners with high scores are wrong more often than others: check the key")
    elif discrimination is not None and discrimination < _LOW_DISCRIMINATION:
        flags.append("it hardly separates learners with high scores from others")
    return flags
