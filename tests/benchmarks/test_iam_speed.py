"""How fast decisions are made: `uv run pytest tests/benchmarks --benchmark-only -n0`."""

import json

import pytest

from iam.build import A, B, allow, deny, document
from rolecall.iam import Policy, PolicySet, PolicyType, Request, decide

SESSION = f"arn:aws:sts::{B}:assumed-role/reader/one"


def policy(type: PolicyType, *statements: dict) -> Policy:
    return Policy.parse(document(*statements), type)


def simple() -> tuple[Request, PolicySet]:
    """Two statements, one condition."""
    request = Request.of(f"arn:aws:iam::{A}:user/dana", "s3:GetObject", "arn:aws:s3:::acme/q1.csv")
    when = {"StringEquals": {"aws:PrincipalAccount": A}}
    identity = policy(
        PolicyType.IDENTITY,
        allow("s3:Get*", "arn:aws:s3:::acme/*", Condition=when),
        deny("s3:DeleteObject", "*"),
    )
    return request, PolicySet(identity=(identity,))


def across_accounts() -> tuple[Request, PolicySet]:
    """Ten policies of six types across two accounts."""
    request = Request.of(
        SESSION,
        "sqs:SendMessage",
        f"arn:aws:sqs:us-east-1:{A}:jobs",
        context={"aws:PrincipalTag/team": "red", "aws:SourceIp": "203.0.113.9"},
    )
    near = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    return request, PolicySet(
        identity=tuple(
            policy(PolicyType.IDENTITY, allow(f"s3:Get{i}"), allow("sqs:*", Condition=near))
            for i in range(4)
        ),
        resource=policy(PolicyType.RESOURCE, allow("sqs:SendMessage", Principal={"AWS": B})),
        boundaries=(policy(PolicyType.BOUNDARY, allow(["s3:*", "sqs:*"])),),
        session=(policy(PolicyType.SESSION, allow("sqs:Send*")),),
        scps=((policy(PolicyType.SCP, allow()),), (policy(PolicyType.SCP, allow(), deny("iam:*")),)),
        rcps=((policy(PolicyType.RCP, allow(Principal="*")),),),
    )


@pytest.mark.parametrize("make", [simple, across_accounts], ids=["simple", "ten-policies"])
def test_decisions(benchmark, make):
    request, policies = make()

    assert benchmark(decide, request, policies).allowed


@pytest.mark.parametrize("make", [simple, across_accounts], ids=["simple", "ten-policies"])
def test_decisions_with_their_documents_read_from_the_cache(benchmark, make):
    request, policies = make()
    texts = [(one.text, one.type) for one in (*policies.identity, *policies.boundaries, *policies.session)]

    def read_and_decide() -> bool:
        for text, type in texts:
            Policy.parse(text, type)
        return decide(request, policies).allowed

    assert benchmark(read_and_decide)


def test_a_document_read_for_the_first_time(benchmark):
    numbers = iter(range(10**9))

    def fresh() -> Policy:
        return Policy.parse(json.dumps(document(allow(f"s3:Get{next(numbers)}"))), PolicyType.IDENTITY)

    assert benchmark(fresh).statements
