"""What a proof tells that does not hold; every proof of the course runs in tests/check."""

import pytest

from rolecall.course.proofs import run_proof
from rolecall.quiz import Proof


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ({"error": "AccessDenied"}, "it went through; AccessDenied was expected"),
        ({"ok": ["Credentials.Password"]}, "the answer lacks Credentials.Password"),
    ],
)
def test_a_proof_that_does_not_hold_says_where(reports, expect, told):
    step = {
        "as": "dana",
        "call": "sts.assume_role",
        "with": {"RoleArn": "arn:aws:iam::111122223333:role/reports-reader", "RoleSessionName": "proof"},
        "expect": expect,
    }

    problems = list(run_proof(Proof(world="reports", steps=[step]), reports))

    assert problems == [f"step 1 (dana: sts.assume_role): {told}"]
