"""What counts as a denial, and what a task's probes are worth."""

import pytest

from rolecall.lab import (
    ProbeResult,
    SavedCredentials,
    Task,
    TaskGrade,
    first_failure,
    grade_calls,
    grade_task,
    run_steps,
)

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


def test_what_passes_at_the_start_of_a_task_earns_nothing():
    probes = tuple(
        ProbeResult(*one) for one in [("a", True, False), ("b", False, False), ("c", True, True)]
    )

    assert TaskGrade(probes, (), score_at_start=0.5).score == 0


def test_a_solution_scores_everything_whatever_passed_at_the_start():
    probes = (ProbeResult("a", True, False), ProbeResult("b", True, False))

    assert TaskGrade(probes, (), score_at_start=0.5).score == 1


def test_doing_nothing_scores_nothing_although_one_of_two_probes_passes(lab):
    reads = {"says": "Dana reads", "steps": [{"as": "dana", "call": "s3.get_object", "with": READ}]}
    task = Task.model_validate({**TASK, "succeed": [*TASK["succeed"], reads]})

    assert grade_calls(task, lab, []).score == 0


def test_a_call_that_fails_only_when_it_is_made_again_is_reported(lab):
    dana = lab.actors["dana"]
    calls = [
        {"who": dana, "call": "iam.GetRole", "parameters": {"RoleName": "no-such-role"}, "error": error}
        for error in ("", "NoSuchEntity")
    ]

    failed = grade_calls(Task.model_validate(TASK), lab, calls).failed_calls

    assert len(failed) == 1
    assert failed[0].startswith("iam.GetRole succeeded for you, but failed when it was made again: ")


def test_a_probe_that_must_succeed_proves_a_state(lab):
    def solved(expected: str) -> bool:
        step = {"as": "dana", "call": "sts.get_caller_identity", "expect": {"ok": [expected]}}
        task = Task.model_validate({**TASK, "succeed": [{"says": "a state", "steps": [step]}]})
        return grade_task(task, lab, []).reached

    assert solved("Account == '111122223333'")
    assert not solved("Account == '999988887777'")


def test_a_probe_that_must_stay_denied_passes_without_the_state_that_it_names(lab):
    step = {"as": "dana", "call": "sts.get_caller_identity"}

    assert grade(lab, {**step, "expect": {"ok": ["Account == '999988887777'"]}}).passed
    assert not grade(lab, {**step, "expect": {"ok": ["Account == '111122223333'"]}}).passed


def test_a_probe_uses_a_session_that_the_task_started_with(lab):
    role = "arn:aws:iam::111122223333:role/reports-reader"
    start = {
        "as": "dana",
        "call": "sts.assume_role",
        "with": {"RoleArn": role, "RoleSessionName": "laptop"},
        "save": "lost",
    }
    probe = {"says": "the session reads", "steps": [{"as": "lost", "call": "s3.get_object", "with": READ}]}
    task = Task.model_validate({**TASK, "start": [start], "succeed": [probe]})
    saved: SavedCredentials = {}

    assert run_steps(task.start, lab, saved) == []
    assert first_failure(task, lab, [], saved) is None
    assert first_failure(task, lab, [], {}) is not None


def test_a_type_error_in_an_expression_finds_nothing(lab):
    seen = {"says": "q1 was read", "seen": "[?contains(parameters.Key, 'q1')]"}
    task = Task.model_validate({**TASK, "succeed": [seen]})

    call = {"who": "", "call": "sts.GetCallerIdentity", "parameters": {}, "error": ""}
    assert not grade_task(task, lab, [call]).reached
