"""Every proof of the course's banks, run."""

import pytest

from rolecall.course import find_course
from rolecall.course.proofs import run_proof
from rolecall.quiz import Proof, load_bank

PROVED = [
    pytest.param(question, id=f"{path.stem}-{question.id}")
    for path in find_course().banks()
    for question in load_bank(path).questions
    if question.proof is not None
]


@pytest.mark.parametrize("question", PROVED)
def test_what_a_question_claims_is_so(lab, question):
    assert question.proof.world == "reports"
    assert list(run_proof(question.proof, lab)) == []


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
