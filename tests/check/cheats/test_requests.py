"""A cheat is a document that decides some request differently from the solution."""

import pytest

from rolecall.check.cheats._requests import difference, parse
from rolecall.check.cheats._setting import Setting
from rolecall.iam import PolicyType

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/web"
DANA, EVE = (f"arn:aws:iam::{ACCOUNT}:user/{name}" for name in ("dana", "eve"))


def identity(action="s3:GetObject", resource="arn:aws:s3:::reports/*", **elements):
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, **elements}],
    }


def trust(principal, action="sts:AssumeRole", **elements):
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": principal, "Action": action, **elements}],
    }


def witness(solution, cheat, type=PolicyType.IDENTITY, also_right=(), **setting):
    return difference(
        parse(solution, type),
        parse(cheat, type),
        Setting(type, ACCOUNT, **setting),
        [parse(one, type) for one in also_right],
    )


def test_a_wider_action_is_shown_by_an_action_that_people_know():
    found = witness(identity(), identity("s3:Get*"))

    assert (found.action, found.solution_allows) == ("s3:GetObjectAcl", False)


def test_a_pattern_without_a_slash_is_shown_by_a_bucket_whose_name_begins_alike():
    found = witness(identity(), identity(resource="arn:aws:s3:::reports*"))

    assert found.resource.startswith("arn:aws:s3:::reports-other/")


def test_a_request_is_about_an_object_that_the_world_has():
    existing = [
        f"arn:aws:s3:::{one}" for one in ("reports", "reports/q1.csv", "reports-old", "reports-old/q1.csv")
    ]
    narrow = identity(resource="arn:aws:s3:::reports/a.csv")

    assert witness(identity(), narrow, existing=existing).resource == "arn:aws:s3:::reports/q1.csv"
    wide = witness(identity(), identity(resource="arn:aws:s3:::reports*"), existing=existing)
    assert (wide.resource, wide.absent) == ("arn:aws:s3:::reports-old/q1.csv", "")


def test_a_request_says_which_bucket_the_world_needs_first():
    wide = identity(resource="arn:aws:s3:::reports*")

    found = witness(identity(), wide, existing=["arn:aws:s3:::reports", "arn:aws:s3:::reports/q1.csv"])

    assert found.absent == "the bucket reports-other"


def test_a_missing_action_is_shown_by_a_request_that_must_work():
    found = witness(identity(["s3:GetObject", "s3:PutObject"]), identity())

    assert (found.action, found.solution_allows) == ("s3:PutObject", True)


def test_a_pass_role_without_its_service_is_shown_by_another_service():
    condition = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}

    found = witness(identity("iam:PassRole", ROLE, Condition=condition), identity("iam:PassRole", ROLE))

    assert found.context == {"iam:PassedToService": "lambda.amazonaws.com"}


EQUIVALENT = [
    # Every request for iam:PassRole has the key.
    (
        identity("iam:PassRole", ROLE, Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}),
        identity("iam:PassRole", ROLE, Condition={"StringEqualsIfExists": {"iam:PassedToService": "ec2.amazonaws.com"}}),
    ),
    # No other action of IAM has the key.
    (
        identity("iam:PassRole", ROLE, Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}),
        identity("iam:*", ROLE, Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}),
    ),
    # Reading an object is decided on the object, so the bucket's own ARN adds nothing.
    (identity(), identity(resource=["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"])),
    # Identity-based policies don't decide AssumeRoleWithSAML.
    (identity("sts:AssumeRole", ROLE), identity("sts:Assume*", ROLE)),
]  # fmt: skip


@pytest.mark.parametrize(("solution", "other"), EQUIVALENT)
def test_a_document_that_is_as_strict_is_no_cheat(solution, other):
    assert witness(solution, other) is None


def test_a_trust_policy_for_a_service_is_as_strict_with_every_action_of_sts():
    service = {"Service": "ec2.amazonaws.com"}

    assert witness(trust(service), trust(service, "sts:*"), PolicyType.TRUST) is None


def test_a_trust_policy_for_a_user_lets_the_user_tag_sessions_with_every_action_of_sts():
    found = witness(trust({"AWS": DANA}), trust({"AWS": DANA}, "sts:*"), PolicyType.TRUST, allowed=(DANA,))

    assert found.action == "sts:TagSession"


def test_a_document_no_broader_than_another_right_one_is_no_cheat():
    assert witness(identity(), identity("s3:Get*"), also_right=[identity("s3:*")]) is None
    assert witness(identity(), identity("*"), also_right=[identity("s3:Get*")]) is not None


def test_a_bucket_policy_decides_requests_for_its_own_bucket_only():
    def bucket(resource):
        return identity(resource=resource, Principal={"AWS": DANA})

    same = witness(
        bucket("arn:aws:s3:::reports/*"), bucket("arn:aws:s3:::*"), PolicyType.RESOURCE, allowed=(DANA,)
    )

    assert same is None


def test_a_deny_that_spares_more_principals_is_found():
    def deny(principal):
        statement = {"Effect": "Deny", "Principal": principal, "Action": "s3:GetObject"}
        return {"Version": "2012-10-17", "Statement": [statement | {"Resource": "arn:aws:s3:::reports/*"}]}

    found = witness(deny("*"), deny({"AWS": EVE}), PolicyType.RESOURCE, allowed=(DANA,), denied=(EVE,))

    assert (found.principal, found.solution_allows) == (DANA, False)
