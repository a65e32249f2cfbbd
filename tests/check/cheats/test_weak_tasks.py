"""Tasks of the course that are weakened by one probe each: the cheat that then passes is found."""

import pytest

from rolecall.check._loaded_course import load_course
from rolecall.check.cheats import task_cheats, try_cheats
from rolecall.course import find_course
from rolecall.lab import find_task
from rolecall.sandbox.client import Sandbox

pytestmark = pytest.mark.slow

UNCHANGED = "all other access is as it was"
# The task, the probe that is left out, the kind of cheat that then passes, and words of the finding.
WEAK = [
    ("only-what-is-needed", "a session reads the access control list of a report", "wider action", 'becomes "s3:Get*"'),
    ("only-what-is-needed", "a session reads the bucket acme-reports-archive", "wider resource", 'becomes "arn:aws:s3:::acme-reports*"'),
    ("only-what-is-needed", "a session reads another report", "narrower resource", "Add a probe to `succeed`"),
    ("let-dana-in", "Lambda assumes reports-reader for a function", "service added", "lambda.amazonaws.com"),
    ("let-dana-in", "a user of another account assumes reports-reader", "account added", "999988887777:root"),
    ("let-dana-in", "Eve assumes reports-reader", "wider principal", "111122223333:root"),
    ("two-hours", "Dana gets a session of two hours and a second", "another number", "MaxSessionDuration 7200 becomes 7201"),
    ("names-that-tell", "Dana assumes reports-writer with the session name session", "without a condition", "sts:RoleSessionName"),
    ("end-old-sessions", "a new session reads a report", "everything denied", "only denies everything"),
    ("end-old-sessions", "a new session reads a report", "far future", "2900-01-01"),
    ("end-old-sessions", "the session on the laptop reads a report", "far past", "1990-01-01"),
    ("end-old-sessions", "the session on the laptop reads a report", "negated condition", "becomes DateGreaterThan"),
    ("explicit-deny", "Kim, who can read all other buckets, reads a report", "narrower Deny", "sales-reader"),
    ("behind-a-boundary", "a session still reads the site", "without a value", 'Action without "s3:GetObject"'),
    ("confused-deputy", "the vendor assumes the role without an external ID", "IfExists", "StringEqualsIfExists"),
    ("confused-deputy", "the vendor, working for Globex, assumes the role", "wider condition", 'becomes StringLike "*"'),
    ("the-full-queue", "another user of the partner sends a message", "wider principal", "444455556666:root"),
    ("wrong-bucket-arn", "a session lists the bucket", "without a statement", "without statement 2"),
    ("pass-one-role", "dev passes the role web to Lambda", "without a condition", "iam:PassedToService = lambda.amazonaws.com"),
    ("no-more-keys", "web-bot has no active access key", "a call left out", "without iam.update_access_key"),
    ("end-old-sessions", "the session on the laptop reads a report", "policy deleted", "iam.delete_role_policy"),
    ("only-what-is-needed", UNCHANGED, "trust beside", "lambda.amazonaws.com can also assume reports-reader"),
    ("explicit-deny", "a user of another account writes a report", "resource opened", "can also use the bucket acme-reports"),
    ("the-wrong-tag", UNCHANGED, "given to another", "iam.tag_user is also called for kim"),
    ("the-wrong-tag", UNCHANGED, "elsewhere", "the permissions boundary of deployer is removed"),
    ("the-other-account", UNCHANGED, "elsewhere", "the managed policy deployer-boundary allows everything"),
    ("explicit-deny", UNCHANGED, "elsewhere", "with `only_changed`, which lists `bucket acme-reports`"),
    ("the-full-queue", "a stranger sends a message", "resource opened", "can also use the queue jobs"),
]  # fmt: skip


@pytest.fixture(scope="module")
def loaded():
    return load_course(find_course())


@pytest.fixture(scope="module")
def sandboxes(loaded):
    opened = {}

    def sandbox(world):
        if world not in opened:
            opened[world] = Sandbox(world, course=loaded.folder)
        return opened[world]

    yield sandbox
    for one in opened.values():
        one.close()


def found(loaded, task, kind, sandbox) -> list[str]:
    file, index = next(
        (file, index)
        for file, tasks in loaded.tasks.items()
        for index, one in enumerate(tasks)
        if one.id == task.id
    )
    ladders = [one for one in task_cheats(task, loaded.world(task.world)) if one[0].kind == kind]
    assert ladders, "no such cheat is derived"
    return [
        finding.message
        for ladder in ladders
        for finding in try_cheats(loaded, file, index, task, ladder, sandbox)
    ]


@pytest.mark.parametrize(("name", "probe", "kind", "words"), WEAK, ids=lambda value: value[:30])
def test_a_task_without_a_probe_accepts_a_cheat(loaded, sandboxes, name, probe, kind, words):
    task = find_task(loaded.course, name)
    weak = task.model_copy(
        update={
            "succeed": [one for one in task.succeed if one.says != probe],
            "denied": [one for one in task.denied if one.says != probe],
            "accepts": [],
        }
    )
    assert len(weak.succeed) + len(weak.denied) < len(task.succeed) + len(task.denied)

    assert any(words in one for one in found(loaded, weak, kind, sandboxes(task.world)))
