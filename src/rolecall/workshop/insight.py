"""Item analysis: how hard each question was, whether it told the able from the others, and what misled.

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

_FEW = 5
"""Fewer answers than this tell nothing about a question."""
_TOO_EASY, _TOO_HARD, _TELLS_LITTLE = 0.95, 0.2, 0.15


@dataclass(frozen=True, slots=True)
class Item:
    """One learner's answer to one question.

    Parameters
    ----------
    score
        From 0 to 1.
    """

    learner: str
    question: str
    score: float
    answer: str = ""
    misconception: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ItemReport:
    """What is known of one question.

    Parameters
    ----------
    difficulty
        The mean score: 1 where everybody is right.
    discrimination
        The correlation of its score with the score of the rest of the paper; None where one of both is the
        same for all.
    seconds
        The median of the time taken.
    flags
        Why somebody should look at it.
    """

    question: str
    answered: int
    difficulty: float
    discrimination: float | None
    seconds: float
    answers: tuple[tuple[str, int, float], ...]
    misconceptions: tuple[tuple[str, int], ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Insight:
    """What an assessment tells of its questions, and of itself.

    Parameters
    ----------
    alpha
        Cronbach's alpha over the questions that every learner had; None where fewer than two.
    """

    learners: int
    mean: float
    deviation: float
    alpha: float | None
    items: tuple[ItemReport, ...]
    scores: Mapping[str, float] = field(default_factory=dict)


def insight(items: Sequence[Item]) -> Insight:
    """Analyses the answers of an assessment, one attempt a learner."""
    by_learner: dict[str, dict[str, Item]] = defaultdict(dict)
    for one in items:
        by_learner[one.learner][one.question] = one
    shares = {
        learner: statistics.fmean(one.score for one in had.values()) for learner, had in by_learner.items()
    }
    questions = sorted({one.question for one in items})
    return Insight(
        len(by_learner),
        statistics.fmean(shares.values()) if shares else 0.0,
        statistics.pstdev(shares.values()) if shares else 0.0,
        cronbach_alpha([[one.score for _, one in sorted(had.items())] for had in _common(by_learner)]),
        tuple(_report(question, by_learner) for question in questions),
        shares,
    )


def _common(by_learner: Mapping[str, Mapping[str, Item]]) -> list[dict[str, Item]]:
    if not by_learner:
        return []
    shared = set.intersection(*(set(had) for had in by_learner.values()))
    return [{name: had[name] for name in shared} for had in by_learner.values()]


def cronbach_alpha(rows: Sequence[Sequence[float]]) -> float | None:
    """How much the questions measure the same: rows of learners, columns of questions."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return None
    columns = list(zip(*rows, strict=True))
    total = statistics.variance([sum(row) for row in rows])
    if total == 0:
        return None
    count, within = len(columns), sum(statistics.variance(one) for one in columns)
    return float(count / (count - 1) * (1 - within / total))


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Pearson's; with scores of 0 and 1 it is the point-biserial correlation."""
    if len(first) < 2 or len(set(first)) < 2 or len(set(second)) < 2:
        return None
    found = statistics.correlation(first, second)
    return None if math.isnan(found) else float(found)


def _report(question: str, by_learner: Mapping[str, Mapping[str, Item]]) -> ItemReport:
    had = [(items[question], items) for items in by_learner.values() if question in items]
    scores = [one.score for one, _ in had]
    rests = [
        statistics.fmean([one.score for name, one in items.items() if name != question] or [0.0])
        for _, items in had
    ]
    difficulty, discrimination = statistics.fmean(scores), correlation(scores, rests)
    answers: dict[str, list[float]] = defaultdict(list)
    for (one, _), rest in zip(had, rests, strict=True):
        answers[one.answer].append(rest)
    told = sorted(
        ((text, len(of), statistics.fmean(of)) for text, of in answers.items()), key=lambda one: -one[1]
    )
    misled = Counter(one.misconception for one, _ in had if one.misconception and one.score < 1)
    return ItemReport(
        question,
        len(had),
        difficulty,
        discrimination,
        statistics.median(one.seconds for one, _ in had),
        tuple(told),
        tuple(misled.most_common()),
        tuple(_flags(len(had), difficulty, discrimination)),
    )


def _flags(answered: int, difficulty: float, discrimination: float | None) -> list[str]:
    if answered < _FEW:
        return []
    flags = []
    if difficulty > _TOO_EASY:
        flags.append("nearly everybody is right: it measures nothing")
    if difficulty < _TOO_HARD:
        flags.append("nearly nobody is right: is the key right, is it clear what is asked?")
    if discrimination is not None and discrimination < 0:
        flags.append("the able are wrong more often than the others: look at its key")
    elif discrimination is not None and discrimination < _TELLS_LITTLE:
        flags.append("it hardly tells the able from the others")
    return flags
