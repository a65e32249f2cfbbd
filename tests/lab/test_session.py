"""A task as a learner works on it."""

import json
import os

import boto3
import pytest
from botocore.exceptions import ClientError

import rolecall.lab
from rolecall.course import NoCourse, find_course
from rolecall.lab import TaskSession, find_task, task
from rolecall.presentation.task import task_html
from rolecall.progress import Store

ROLE = "arn:aws:iam::111122223333:role/reports-reader"


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch):
    """A session changes the environment; each test restores it."""
    monkeypatch.setattr(os, "environ", os.environ.copy())


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "progress.sqlite3")


@pytest.fixture
def session(store):
    course = find_course()
    begun = TaskSession(find_task(course, "let-dana-in"), course, store)
    yield begun
    begun.lab.close()


def trust(principal: object) -> None:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    boto3.client("iam").update_assume_role_policy(RoleName="reports-reader", PolicyDocument=document)


def test_a_task_shows_its_goal_and_its_actor(session):
    shown = task_html(session)

    assert "Trust Dana, and no one else" in shown
    assert "You act as <code>admin</code>. You can change: policies of roles" in shown


def test_nothing_done_is_not_there_yet(session):
    checked = session.check()

    assert not checked
    assert "○ Dana assumes reports-reader" in repr(checked)
    assert "✔ Eve assumes reports-reader" in repr(checked)
    assert "✘" not in repr(checked)


def test_plain_boto3_reaches_the_goal(session):
    trust({"AWS": "arn:aws:iam::111122223333:user/dana"})

    assert session.check().reached
    assert repr(session.check()).startswith("✔ Solved.")


def test_a_wildcard_is_too_broad_and_its_misconception_is_named(session):
    trust("*")

    shown = repr(session.check())

    assert shown.startswith("✘ Too open.")
    assert 'Principal "*" in a trust policy means everyone in my account?' in shown
    assert "✘ A user of another account" in shown


@pytest.mark.slow
def test_the_second_time_the_refuting_experiment_is_offered_and_runs(session):
    trust("*")
    first, second = repr(session.check()), session.check()

    assert "See what really happens" not in first
    code = second.experiments["anyone-is-my-account"]
    scope: dict = {}
    exec(code, scope)
    scope["lab"].close()


@pytest.mark.slow
def test_misconceptions_are_counted_across_tasks_and_questions(session, store):
    trust("*")
    session.check()

    assert store.times_shown("anyone-is-my-account") == 1
    (kept,) = store.all_entries()
    assert (kept.deck, kept.entry.question, kept.entry.correct) == (
        "task/let-dana-in",
        "let-dana-in",
        False,
    )
    # What must work does, and two of the five things that must stay denied are.
    assert kept.entry.score == 0.4


@pytest.mark.slow
def test_what_a_probe_does_is_not_taken_for_the_learners_doing(store):
    begun = TaskSession(find_task(find_course(), "read-the-report"), find_course(), store)
    try:
        begun.check()
        assert [one["call"] for one in begun._calls] == []
    finally:
        begun.lab.close()


@pytest.mark.slow
def test_what_a_probe_changed_in_an_earlier_check_is_not_held_against_a_right_solution(store):
    course = find_course()
    begun = TaskSession(find_task(course, "pass-one-role"), course, store)
    iam = begun.lab.client("iam", actor="admin")
    everything = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    iam.put_user_policy(UserName="dev", PolicyName="start-servers", PolicyDocument=json.dumps(everything))

    # With this policy, dev deletes a policy of the role `web` where the check tries it.
    assert not begun.check()
    assert begun.solve()
    begun.lab.close()


def test_hints_come_one_after_another(session):
    first, _, third = (session.hint().text for _ in range(3))

    assert first.endswith("2 more.")
    assert "Which of a role's two kinds of policy" in third
    assert third.endswith("`task.solution()` shows the solution.")


@pytest.mark.slow
def test_the_solution_is_plain_boto3_that_runs(session):
    code = session.solution().text.split("```")[1].removeprefix("python\n")

    exec(code, {"task": session})

    assert session.check().reached


def test_reset_starts_the_task_again(session):
    trust({"AWS": "arn:aws:iam::111122223333:user/dana"})
    session.reset()

    with pytest.raises(ClientError):
        session.lab.client("sts", actor="dana").assume_role(RoleArn=ROLE, RoleSessionName="dana")
    assert not session.check()


def test_an_unknown_task_is_reported_with_the_known_ones():
    with pytest.raises(NoCourse, match="there is no task 'let-dan-in'; did you mean let-dana-in"):
        task("let-dan-in")


@pytest.mark.slow
def test_a_machine_is_probed_while_the_notebook_acts_as_a_user(store):
    """A user's environment turns instance metadata off, for the user."""
    begun = TaskSession(find_task(find_course(), "a-role-for-the-batch-server"), find_course(), store)
    try:
        assert begun.solve().reached
    finally:
        begun.lab.close()


def test_the_old_name_of_a_task_session_still_works():
    with pytest.warns(DeprecationWarning, match="TaskSession"):
        assert rolecall.lab.Mission is TaskSession


def test_an_attempt_without_a_change_is_not_recorded(session, store):
    shown = repr(session.check())

    assert shown.startswith("○ Nothing to check yet")
    assert store.all_entries() == []


def test_reproducing_the_error_is_no_misconception(store):
    begun = TaskSession(find_task(find_course(), "the-other-account"), find_course(), store)
    try:
        dana = begun.lab.client("sts", actor="dana")
        with pytest.raises(ClientError):
            dana.assume_role(
                RoleArn="arn:aws:iam::444455556666:role/shared-forecast", RoleSessionName="dana"
            )

        checked = begun.check()
    finally:
        begun.lab.close()
    assert (checked.nothing_changed, checked.mistakes) == (True, ())
    assert store.all_entries() == []


def test_a_denied_call_shows_a_mistake_and_counts_no_misconception(store):
    begun = TaskSession(find_task(find_course(), "read-the-report"), find_course(), store)
    try:
        with pytest.raises(ClientError):
            boto3.client("s3").get_object(Bucket="acme-reports", Key="2026/q1.csv")

        (mistake,) = begun.check().mistakes
    finally:
        begun.lab.close()
    assert mistake.mistake.misconception == "permissions-add-up"
    assert store.all_entries() == []


@pytest.mark.slow
def test_the_learners_denial_and_each_probe_are_explained(session):
    heard = []
    session.on_change(lambda: heard.append(session.result))
    with pytest.raises(ClientError):
        session.lab.client("s3", actor="dana").get_object(Bucket="acme-reports", Key="2026/q1.csv")
    trust("*")

    checked = session.check()

    assert heard == [checked]
    # Later denials belong to probes.
    assert "s3:GetObject" in str(session.explain())
    open_probe = next(one for one in checked.should_be_denied if not one.passed)
    assert session.explain_probe(open_probe).allowed
