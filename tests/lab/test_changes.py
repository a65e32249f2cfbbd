"""Which of a learner's calls are changes."""

import pytest

from rolecall.course import find_course
from rolecall.lab import find_task, is_change, needs_change, work_of


@pytest.mark.parametrize(
    ("call", "changes"),
    [
        ("iam.PutRolePolicy", True),
        ("iam.put_role_policy", True),
        ("ec2.RunInstances", True),
        ("s3.GetObject", False),
        ("iam.list_roles", False),
        ("sts.AssumeRole", False),
        ("iam.SimulatePrincipalPolicy", False),
    ],
)
def test_reading_and_assuming_a_role_are_no_changes(call, changes):
    assert is_change(call) is changes


def test_a_task_that_only_reads_needs_no_change():
    course = find_course()

    assert not needs_change(find_task(course, "read-the-report"))
    assert needs_change(find_task(course, "let-dana-in"))


def test_denied_changes_and_reads_are_no_work():
    task = find_task(find_course(), "let-dana-in")
    calls = [
        {"call": "iam.PutRolePolicy", "error": ""},
        {"call": "iam.UpdateAssumeRolePolicy", "error": "MalformedPolicyDocument"},
        {"call": "iam.DeleteRole", "error": "AccessDenied"},
        {"call": "iam.GetRole", "error": ""},
    ]

    assert work_of(task, calls) == calls[:2]


def test_printing_the_callers_identity_is_no_attempt_to_read_a_report():
    """Run All reaches the check before the learner did anything."""
    task = find_task(find_course(), "read-the-report")
    looks = {"call": "sts.GetCallerIdentity", "error": ""}
    fails = {"call": "sts.GetCallerIdentity", "error": "InvalidClientTokenId"}
    reads = {"call": "s3.GetObject", "error": ""}

    assert work_of(task, [looks, fails, reads]) == [fails, reads]


def test_reproducing_what_a_probe_does_is_no_work():
    task = find_task(find_course(), "pass-one-role")
    launches = {"call": "ec2.RunInstances", "error": ""}
    writes = {"call": "iam.PutUserPolicy", "error": ""}

    assert work_of(task, [launches, writes]) == [writes]


def test_assuming_the_role_alone_is_no_attempt_to_narrow_a_session():
    task = find_task(find_course(), "narrow-a-session")
    assumes = {"call": "sts.AssumeRole", "error": "", "parameters": {}}
    reads = {"call": "s3.GetObject", "error": "", "who": "", "parameters": {}}

    assert work_of(task, [assumes, reads]) == [reads]
