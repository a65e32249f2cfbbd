"""Estimates a learner's ability from a few answers, by the Rasch model.

The chance of a right answer is a logistic function of ability minus difficulty: G. Rasch, "Probabilistic
Models for Some Intelligence and Attainment Tests" (1960). The estimate is the mean of the posterior over a
grid: R. D. Bock and R. J. Mislevy, "Adaptive EAP Estimation of Ability in a Microcomputer Environment",
Applied Psychological Measurement 6 (1982).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from rolecall.quiz.fields import Difficulty

DIFFICULTY: Mapping[Difficulty, float] = {"easy": -1.2, "medium": 0.0, "hard": 1.2}
"""Each difficulty on the scale of abilities; a learner of ability 0 solves half of the medium questions."""

STRONG = 0.5
"""The lowest ability that is strong: it solves about six of ten medium questions."""
NEARLY = -0.5
_GRID = [step / 10 for step in range(-40, 41)]
_PRIOR = [math.exp(-(ability**2) / 2) for ability in _GRID]


class Mastery(Enum):
    """The verdict of a test."""

    STRONG = "strong"
    NEARLY = "nearly"
    NOT_YET = "not yet"


@dataclass(frozen=True, slots=True)
class Estimate:
    """An ability, as answers show it.

    Parameters
    ----------
    ability
        The mean of the posterior, on the scale of difficulties.
    chances
        The posterior probability of each verdict, from 0 to 1.
    """

    ability: float
    chances: dict[Mastery, float]

    @property
    def mastery(self) -> Mastery:
        """The most likely verdict."""
        return max(self.chances, key=lambda one: self.chances[one])

    @property
    def confidence(self) -> float:
        """How likely that verdict is, from 0 to 1."""
        return self.chances[self.mastery]


def chance_of_right(ability: float, difficulty: float) -> float:
    """Return the probability of a right answer; both parameters are on the scale of abilities."""
    return 1 / (1 + math.exp(difficulty - ability))


@lru_cache(maxsize=256)
def _logs(difficulty: float) -> tuple[list[float], list[float]]:
    rights = [chance_of_right(ability, difficulty) for ability in _GRID]
    return [math.log(one) for one in rights], [math.log(1 - one) for one in rights]


def estimate(answers: Iterable[tuple[float, float]]) -> Estimate:
    """Estimate the ability that answers show.

    Parameters
    ----------
    answers
        For each answer, the question's difficulty on the scale of abilities, and the score from 0 to 1.
    """
    weights = [math.log(one) for one in _PRIOR]
    for difficulty, score in answers:
        right, wrong = _logs(difficulty)
        for place in range(len(_GRID)):
            weights[place] += score * right[place] + (1 - score) * wrong[place]
    top = max(weights)
    posterior = [math.exp(one - top) for one in weights]
    total = sum(posterior)
    posterior = [one / total for one in posterior]
    ability = sum(one * at for one, at in zip(posterior, _GRID, strict=True))
    chances = dict.fromkeys(Mastery, 0.0)
    for one, at in zip(posterior, _GRID, strict=True):
        chances[mastery_of(at)] += one
    return Estimate(ability, chances)


def mastery_of(ability: float) -> Mastery:
    """Return the verdict for an ability."""
    if ability >= STRONG:
        return Mastery.STRONG
    return Mastery.NEARLY if ability >= NEARLY else Mastery.NOT_YET
