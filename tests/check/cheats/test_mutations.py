"""Each kind of change is derived from a document that has what it needs."""

import pytest

from rolecall.check.cheats._mutations import mutations
from rolecall.check.cheats._setting import Setting
from rolecall.iam import PolicyType

ACCOUNT = "111122223333"
DANA, EVE = (f"arn:aws:iam::{ACCOUNT}:user/{name}" for name in ("dana", "eve"))
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/2026/*"}
TRUST = {"Effect": "Allow", "Principal": {"AWS": DANA}, "Action": "sts:AssumeRole"}
DENY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::reports/*",
    "Condition": {"ArnNotEquals": {"aws:PrincipalArn": DANA}},
}


def changes(statement, type=PolicyType.IDENTITY, *more):
    setting = Setting(
        type,
        ACCOUNT,
        allowed=(DANA,),
        denied=(EVE,),
        allowed_resources=("arn:aws:s3:::reports/2026/q1.csv",),
    )
    document = {"Version": "2012-10-17", "Statement": [statement, *more]}
    return [(one.kind, one.what) for ladder in mutations(document, setting) for one in ladder]


def with_condition(operator, key, value, base=READ):
    return {**base, "Condition": {operator: {key: value}}}


KINDS = [
    (READ, PolicyType.IDENTITY, "wider action", 'Action "s3:GetObject" becomes "s3:Get*"'),
    (READ, PolicyType.IDENTITY, "wider action", 'Action "s3:GetObject" becomes "*"'),
    (READ, PolicyType.IDENTITY, "wider resource", 'Resource "arn:aws:s3:::reports/2026/*" becomes "arn:aws:s3:::reports/2026*"'),
    (READ, PolicyType.IDENTITY, "wider resource", 'Resource "arn:aws:s3:::reports/2026/*" becomes "*"'),
    (READ, PolicyType.IDENTITY, "narrower resource", 'Resource "arn:aws:s3:::reports/2026/*" becomes "arn:aws:s3:::reports/2026/q1.csv"'),
    (READ, PolicyType.IDENTITY, "NotAction", 'NotAction "iam:*" in place of Action'),
    (READ, PolicyType.IDENTITY, "everything denied", "the policy only denies everything"),
    ({**READ, "Action": ["s3:GetObject", "s3:PutObject"]}, PolicyType.IDENTITY, "without a value", 'Action without "s3:PutObject"'),
    (TRUST, PolicyType.TRUST, "wider action", 'Action "sts:AssumeRole" becomes "sts:*"'),
    (TRUST, PolicyType.TRUST, "wider principal", f'Principal becomes "arn:aws:iam::{ACCOUNT}:root"'),
    (TRUST, PolicyType.TRUST, "wider principal", 'Principal becomes "*"'),
    (TRUST, PolicyType.TRUST, "principal added", f'Principal also lists "{EVE}"'),
    (TRUST, PolicyType.TRUST, "account added", 'Principal also lists "arn:aws:iam::999999999999:root"'),
    (TRUST, PolicyType.TRUST, "service added", 'Principal also lists "lambda.amazonaws.com"'),
    (TRUST, PolicyType.TRUST, "NotPrincipal", f'NotPrincipal "{EVE}" in place of Principal'),
    (with_condition("StringEquals", "sts:ExternalId", "acme-42", TRUST), PolicyType.TRUST, "without a condition", "without Condition StringEquals sts:ExternalId"),
    (with_condition("StringEquals", "sts:ExternalId", "acme-42", TRUST), PolicyType.TRUST, "negated condition", "Condition StringEquals sts:ExternalId becomes StringNotEquals"),
    (with_condition("StringEquals", "sts:ExternalId", "acme-42", TRUST), PolicyType.TRUST, "IfExists", "Condition StringEquals sts:ExternalId becomes StringEqualsIfExists"),
    (with_condition("StringEquals", "sts:ExternalId", "acme-42", TRUST), PolicyType.TRUST, "wider condition", 'Condition StringEquals sts:ExternalId becomes StringLike "*"'),
    (with_condition("StringLike", "sts:RoleSessionName", "dana-*", TRUST), PolicyType.TRUST, "wider condition", 'Condition StringLike sts:RoleSessionName becomes StringLike "dana*"'),
    (with_condition("DateLessThan", "aws:TokenIssueTime", "{{ now }}"), PolicyType.IDENTITY, "far past", 'Condition DateLessThan aws:TokenIssueTime compares with "1990-01-01T00:00:00Z"'),
    (with_condition("DateLessThan", "aws:TokenIssueTime", "{{ now }}"), PolicyType.IDENTITY, "far future", 'Condition DateLessThan aws:TokenIssueTime compares with "2900-01-01T00:00:00Z"'),
    (DENY, PolicyType.RESOURCE, "narrower Deny", f'Principal of the Deny becomes "{EVE}" only'),
    (DENY, PolicyType.RESOURCE, "wider condition", f'Condition ArnNotEquals aws:PrincipalArn also lists "{EVE}"'),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "type", "kind", "what"), KINDS, ids=lambda value: str(value)[:40])
def test_each_kind_of_change_is_derived(statement, type, kind, what):
    assert (kind, what) in changes(statement, type)


def test_each_statement_is_left_out_and_named_by_its_place():
    found = changes(READ, PolicyType.IDENTITY, {**READ, "Effect": "Deny", "Action": "s3:DeleteObject"})

    assert ("without a statement", "without statement 1") in found
    assert ("without a Deny", "without statement 2") in found
    assert ("wider action", 'statement 1: Action "s3:GetObject" becomes "s3:*"') in found


def test_a_statement_that_was_there_before_asks_for_two_probes():
    def ladders(unchanged):
        administration = {
            "Effect": "Allow",
            "Principal": {"AWS": EVE},
            "Action": ["kms:Put*", "kms:Describe*", "kms:TagResource"],
            "Resource": "*",
        }
        use = {"Effect": "Allow", "Principal": {"AWS": DANA}, "Action": "kms:Decrypt", "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [administration, use]}
        found = mutations(document, Setting(PolicyType.RESOURCE, ACCOUNT, (DANA,), (EVE,)), unchanged)
        return [ladder[0].kind for ladder in found if ladder and "statement 1" in ladder[0].what]

    assert len(ladders(frozenset())) > 8
    assert ladders(frozenset({0})) == ["wider principal", "without a statement"]
