"""What counts as a denial, and what a task's probes are worth."""

import pytest

from rolecall.lab import ProbeResult, Task, TaskGrade, grade_task

TASK = {
    "id": "read-a-report",
    "title": "Read a report",
    "skill": "reading",
    "difficulty": "easy",
    "world": "reports",
    "goal": "Dana reads a report.",
    "may_change": "nothing",
    "actor": "dana",
    "succeed": [
        {"says": "Dana has an identity", "steps": [{"as": "dana", "call": "sts.get_caller_identity"}]}
    ],
    "mistakes": [
        {
            "misconception": "any",
            "why": "It does nothing.",
            "when": "[?call=='sts.GetCallerIdentity']",
            "shown_by": [{"as": "dana", "call": "sts.get_caller_identity"}],
        }
    ],
    "hints": ["one", "two", "three"],
    "solution": [{"as": "dana", "call": "sts.get_caller_identity"}],
    "because": "It is enough.",
}
READ = {"Bucket": "acme-reports", "Key": "2026/q1.csv"}


def grade(lab, denied: dict) -> ProbeResult:
    task = Task.model_validate({**TASK, "denied": [{"says": "it is denied", "steps": [denied]}]})
    return grade_task(task, lab, []).probes[-1]


def test_a_probe_that_is_denied_stays_denied(lab):
    probe = grade(lab, {"as": "eve", "call": "s3.get_object", "with": READ})

    assert probe.passed
    assert probe.error.startswith("AccessDenied: ")


@pytest.mark.parametrize(
    ("call", "parameters", "error"),
    [
        ("sts.get_federation_token", {"Name": "d!"}, "ValidationError"),
        ("sts.assume_role", {"RoleArn": "no ARN", "RoleSessionName": "d"}, "ParamValidationError"),
        ("sts.no_such_call", {}, "AttributeError"),
    ],
)
def test_a_probe_that_fails_for_another_reason_does_not_stay_denied(lab, call, parameters, error):
    probe = grade(lab, {"as": "dana", "call": call, "with": parameters})

    assert not probe.passed
    assert probe.error.startswith(error)


def test_a_probe_may_expect_another_error(lab):
    expects = {"expect": {"error": "ValidationError"}}

    assert grade(
        lab, {"as": "dana", "call": "sts.get_federation_token", "with": {"Name": "d!"}, **expects}
    ).passed


def test_the_score_is_the_share_that_works_times_the_share_that_stays_denied():
    probes = [("a", True, False), ("b", False, False), ("c", True, True), ("d", False, True)]

    assert TaskGrade(tuple(ProbeResult(*one) for one in probes), ()).score == 0.25
