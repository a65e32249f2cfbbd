"""An open door beside the solution is derived for everything that a task is about."""

import pytest

from rolecall.check.cheats._beside import doors_beside
from rolecall.check.cheats._requests import beyond_boundary
from rolecall.course import find_course
from rolecall.lab import load_tasks, task_files
from rolecall.quiz import Step
from rolecall.sandbox.world import World
from rolecall.sandbox.world_file import load_world

COURSE = find_course()
TASKS = {one.id: one for file in task_files(COURSE) for one in load_tasks(file)}
BOUNDARY = "arn:aws:iam::111122223333:role/deployer"

DOORS = [
    ("only-what-is-needed", "another policy", "another inline policy allows the role reports-reader everything"),
    ("only-what-is-needed", "another policy", "another inline policy allows the user eve everything"),
    ("only-what-is-needed", "administrator attached", "AdministratorAccess is attached to the role reports-reader"),
    ("let-dana-in", "trust beside", "everyone can also assume reports-reader"),
    ("let-dana-in", "trust beside", "every user of the account can also assume reports-reader"),
    ("let-dana-in", "trust beside", "the account 999988887777 can also assume reports-reader"),
    ("let-dana-in", "trust beside", "lambda.amazonaws.com can also assume reports-reader"),
    ("explicit-deny", "resource opened", "the account 999988887777 can also use the bucket acme-reports"),
    ("explicit-deny", "guardrail removed", "Block Public Access of the bucket acme-reports is removed"),
    ("the-full-queue", "resource opened", "everyone can also use the queue jobs"),
    ("behind-a-boundary", "guardrail removed", "the permissions boundary of deployer is removed"),
    ("behind-a-boundary", "another version", "the managed policy deployer-boundary allows everything"),
    ("the-wrong-tag", "given to another", "iam.tag_user is also called for eve"),
    ("no-more-keys", "new access key", "web-bot gets a new access key"),
    ("servers-need-little", "another policy", "another inline policy allows the role web everything"),
]  # fmt: skip


@pytest.fixture(scope="module")
def doors():
    found = {}

    def of(name):
        if name not in found:
            task = TASKS[name]
            world = load_world(COURSE.folder / "sandbox" / f"{task.world}.yaml")
            found[name] = list(doors_beside(task, world))
        return found[name]

    return of


@pytest.mark.parametrize(("name", "kind", "what"), DOORS, ids=lambda value: value[:40])
def test_each_kind_of_door_is_derived(doors, name, kind, what):
    assert (kind, f"the solution, and beside it {what}") in [(one.kind, one.what) for one in doors(name)]


def test_a_door_is_one_call_after_the_solution_and_says_which_probe_is_missing(doors):
    door = next(one for one in doors("let-dana-in") if "the account 999988887777" in one.what)

    assert door.steps[: -door.further] == TASKS["let-dana-in"].solution
    assert door.missing.startswith(
        "Add a probe to `denied`, in which the account 999988887777 assumes reports-reader."
    )


def test_trust_keeps_the_principals_of_the_solution(doors):
    door = next(one for one in doors("let-dana-in") if "everyone can also" in one.what)

    kept, further = door.steps[-1].parameters["PolicyDocument"]["Statement"]
    assert kept["Principal"] == {"AWS": "arn:aws:iam::111122223333:user/dana"}
    assert further["Principal"] == "*"


def test_a_role_whose_boundary_allows_no_more_than_its_policies_has_no_such_door(doors):
    assert not [one for one in doors("behind-a-boundary") if "the role deployer everything" in one.what]


def test_a_boundary_that_allows_more_than_the_policies_is_shown_by_a_request():
    def policy(action):
        return {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::site/*"}],
        }

    assert beyond_boundary([policy("s3:*")], policy("s3:GetObject"), BOUNDARY) is None
    further = beyond_boundary([policy("s3:GetObject")], policy(["s3:GetObject", "s3:PutObject"]), BOUNDARY)
    assert further.action == "s3:PutObject"


def test_the_policy_of_a_key_is_opened_beside_what_the_solution_allows():
    user = "arn:aws:iam::111122223333:user/ana"
    key = "1234abcd-12ab-34cd-56ef-1234567890ab"
    statement = {"Effect": "Allow", "Principal": {"AWS": user}, "Action": "kms:Decrypt", "Resource": "*"}
    written = {"Version": "2012-10-17", "Statement": [statement]}
    arn = f"arn:aws:kms:us-east-1:111122223333:key/{key}"
    put = {"as": "ana", "call": "kms.put_key_policy", "with": {"KeyId": arn, "Policy": written}}
    world = World.model_validate(
        {
            **{"world": "w", "title": "W", "actors": {"ana": {"user": "main/ana"}}},
            "accounts": {"main": {"id": "111122223333", "users": {"ana": {}}, "keys": {"k": {"id": key}}}},
        }
    )
    task = TASKS["let-dana-in"].model_copy(
        update={"actor": "ana", "start": [], "solution": [Step.model_validate(put)]}
    )

    door = next(one for one in doors_beside(task, world) if "everyone can also use the key" in one.what)

    kept, further = door.steps[-1].parameters["Policy"]["Statement"]
    assert (kept, further["Principal"], further["Action"]) == (statement, "*", "kms:*")
