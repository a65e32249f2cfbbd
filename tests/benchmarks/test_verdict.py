"""How often the ten-question verdict is the one that a simulated learner's true ability deserves.

`uv run pytest tests/benchmarks/test_verdict.py -n0 -s` prints the three figures: the test as it is, the best
that ten questions could do (each exactly as hard as the learner is thought able), and ten drawn at random.
"""

import random

import pytest

from rolecall.quiz import DIFFICULTY, chance_of_right, estimate, mastery_of

LEARNERS = 4000
TEN = 10
BANK = [difficulty for difficulty in DIFFICULTY.values() for _ in range(15)]


def answers(ability, chance, choose):
    """Ten answers of a learner; `choose` gives the difficulty of the next question."""
    given = []
    for _ in range(TEN):
        difficulty = choose(given)
        given.append((difficulty, float(chance.random() < chance_of_right(ability, difficulty))))
    return given


def adaptive(given):
    """As `Test` chooses: the most information, and two of each difficulty at the least."""
    have = [difficulty for difficulty, _ in given]
    owed = {one: max(0, 2 - have.count(one)) for one in DIFFICULTY.values()}
    ability = estimate(given).ability
    fitting = [one for one in DIFFICULTY.values() if sum(owed.values()) < TEN - len(given) or owed[one]]
    return min(fitting, key=lambda one: abs(one - ability))


def best_possible(given):
    return estimate(given).ability


def agreement(strategy, seed=1):
    chance = random.Random(seed)
    agreed = 0
    for _ in range(LEARNERS):
        ability = chance.gauss(0, 1)
        choose = strategy or (lambda given: chance.choice(BANK))
        agreed += estimate(answers(ability, chance, choose)).mastery is mastery_of(ability)
    return agreed / LEARNERS


@pytest.mark.slow
def test_the_verdict_agrees_nearly_as_often_as_ten_questions_can():
    ours, best, at_random = agreement(adaptive), agreement(best_possible), agreement(None)

    print(
        f"\nagreement with the true ability: ours {ours:.1%}, best possible {best:.1%}, random {at_random:.1%}"
    )
    assert ours > best - 0.03
    assert ours > 1 / 3 + 0.15
