"""The evaluator against a slow, obvious one on random cases."""

from collections import Counter
from random import Random

import pytest

from iam.random_cases import random_case
from iam.reference import decide as slowly
from rolecall.iam import parse_case


@pytest.mark.parametrize("cases", [1_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_both_evaluators_decide_alike(request, cases):
    random = Random(request.config.getoption("--iam-seed"))
    seen: Counter[str] = Counter()
    for number in range(request.config.getoption("--iam-cases") or cases):
        case = random_case(random)
        decided = parse_case(case).decide().outcome.value
        assert decided == slowly(case), f"case {number}: {case}"
        seen[decided] += 1

    # The cases are worth something only where every outcome is common.
    assert min(seen.values()) > 0.1 * sum(seen.values()), seen
