"""Both evaluators decide the cases of a test that takes `outcome`."""

from collections.abc import Callable

import pytest

from iam import build, reference


@pytest.fixture(params=["engine", "reference"])
def outcome(request) -> Callable[..., str]:
    """The outcome of a case, by the evaluator and then by the slow one that random cases compare it with."""
    if request.param == "engine":
        return build.outcome
    return lambda **fields: reference.decide(build.case(**fields))
