"""The names of what may change, and what counts as a change."""

import pytest

from rolecall.sandbox.access_change import AccessChange, AccessName
from rolecall.sandbox.access_changes import is_same

TRUST = AccessChange("main", "role", "web", "trust policy")


@pytest.mark.parametrize(
    "name", ["role web", "the trust policy of the role web", "trust policy of role main/web"]
)
def test_a_name_covers_a_part_or_all_parts(name):
    assert AccessName.parse(name).covers(TRUST)


@pytest.mark.parametrize(
    "name", ["tags of role web", "user web", "role web-2", "role partner/web", "trust policy of role w"]
)
def test_another_name_does_not_cover_it(name):
    assert not AccessName.parse(name).covers(TRUST)


def test_the_name_of_a_secret_can_have_a_slash():
    change = AccessChange("main", "secret", "prod/db", "policy")

    assert AccessName.parse("policy of secret prod/db").covers(change)
    assert not AccessName.parse("secret prod/other").covers(change)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("web", "names nothing; write a kind and a name, such as `role web`"),
        ("policies of roles", "names nothing"),
        ("audiences of role web", "a role has no 'audiences'; its parts: trust policy, session duration"),
    ],
)
def test_a_wrong_name_says_what_there_is(name, problem):
    with pytest.raises(ValueError, match=problem.replace("(", r"\(")):
        AccessName.parse(name)


def test_a_change_is_said_in_words():
    assert str(TRUST) == "the trust policy of the role web"
    assert str(AccessChange("main", "user", "mallory", "")) == "the user mallory"


READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["b", "a"]}


@pytest.mark.parametrize(
    "console",
    [
        {"Statement": READ},
        {"Statement": [{**READ, "Sid": "Statement1"}], "Id": "Policy17"},
        {"Statement": [{**READ, "Action": ["s3:GetObject"], "Resource": ["a", "b"]}]},
        {"Statement": [{**READ, "Condition": {}}]},
    ],
)
def test_documents_that_mean_the_same_are_no_change(console):
    assert is_same({"Statement": [READ]}, console)


@pytest.mark.parametrize(
    "other",
    [
        {"Statement": [{**READ, "Effect": "Deny"}]},
        {"Statement": [{**READ, "Resource": "a"}]},
        {"Statement": [READ], "Version": "2012-10-17"},
        {"Statement": [{**READ, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}]},
    ],
)
def test_documents_that_differ_are_a_change(other):
    assert not is_same({"Statement": [READ]}, other)
