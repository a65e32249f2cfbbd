"""What a proof tells that does not hold; every proof of the course runs in tests/check."""

import json

import boto3
import pytest

from rolecall.lab.steps import run_proof, serialize_documents
from rolecall.quiz import Proof


@pytest.mark.parametrize(
    ("expect", "problem"),
    [
        ({"error": "AccessDenied"}, "the call succeeded; AccessDenied was expected"),
        ({"ok": ["Credentials.Password"]}, "the response lacks Credentials.Password"),
    ],
)
def test_a_proof_that_does_not_hold_says_where(reports, expect, problem):
    step = {
        "as": "dana",
        "call": "sts.assume_role",
        "with": {"RoleArn": "arn:aws:iam::111122223333:role/reports-reader", "RoleSessionName": "proof"},
        "expect": expect,
    }

    problems = list(run_proof(Proof(world="reports", steps=[step]), reports))

    assert problems == [f"step 1 (dana: sts.assume_role): {problem}"]


READER = "arn:aws:iam::111122223333:role/reports-reader"
REPORT = {"Bucket": "acme-reports", "Key": "2026/q1.csv"}


def proved(reports, *steps: dict) -> list[str]:
    return list(run_proof(Proof(world="reports", steps=list(steps)), reports))


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("starts_with(Credentials.AccessKeyId, 'ASIA')", True),
        ("starts_with(Credentials.AccessKeyId, 'AKIA')", False),
        ("Credentials.SessionToken", True),
        ("PackedPolicySize", False),
    ],
)
def test_what_holds_of_an_answer_is_an_expression(reports, expression, holds):
    step = {
        "as": "dana",
        "call": "sts.assume_role",
        "with": {"RoleArn": READER, "RoleSessionName": "proof"},
    }

    problems = proved(reports, {**step, "expect": {"ok": [expression]}})

    assert (problems == []) is holds


@pytest.mark.slow
def test_a_step_may_come_later_and_a_session_has_ended_then(lab):
    begin = {
        "as": "dana",
        "call": "sts.assume_role",
        "with": {"RoleArn": READER, "RoleSessionName": "proof"},
        "save": "s",
    }
    read = {"as": "s", "call": "s3.get_object", "with": REPORT}

    problems = proved(
        lab,
        begin,
        {**read, "minutes_later": 59, "expect": {"ok": ["Body"]}},
        {**read, "minutes_later": 2, "expect": {"error": "ExpiredToken"}},
    )

    assert problems == []


def test_a_machines_session_renews_itself_in_between(lab):
    ask = {"as": "web-1", "call": "sts.get_caller_identity", "expect": {"ok": ["Arn"]}}

    assert proved(lab, ask, {**ask, "minutes_later": 600}) == []


def test_a_policy_in_an_attribute_becomes_the_text_that_the_operation_takes():
    client = boto3.client("sqs", region_name="eu-west-1")
    policy = {"Version": "2012-10-17", "Statement": []}

    sent = serialize_documents(
        client, "set_queue_attributes", {"QueueUrl": "https://q", "Attributes": {"Policy": policy}}
    )

    assert sent == {"QueueUrl": "https://q", "Attributes": {"Policy": json.dumps(policy)}}
