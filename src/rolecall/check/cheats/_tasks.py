"""Derive bad solutions of a task from its good one, and from its world."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rolecall.check.cheats._after import kept_statements
from rolecall.check.cheats._beside import doors_beside, doors_elsewhere
from rolecall.check.cheats._cheat import Cheat, Ladder
from rolecall.check.cheats._documents import (
    WrittenDocument,
    documents_in,
    with_document,
    with_parameter,
)
from rolecall.check.cheats._mutations import mutations
from rolecall.check.cheats._requests import difference, parse
from rolecall.check.cheats._setting import setting_of_task
from rolecall.lab import Task
from rolecall.quiz import Step
from rolecall.sandbox.world import World

_ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_TRUST_ALL = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
        }
    ],
}
_POLICY_NAME = "cheat"
_DELETES_POLICY = {
    "iam.put_role_policy": ("iam.delete_role_policy", ("RoleName", "PolicyName")),
    "iam.put_user_policy": ("iam.delete_user_policy", ("UserName", "PolicyName")),
    "iam.put_group_policy": ("iam.delete_group_policy", ("GroupName", "PolicyName")),
    "iam.create_policy_version": ("iam.delete_policy", ("PolicyArn",)),
    "s3.put_bucket_policy": ("s3.delete_bucket_policy", ("Bucket",)),
    "secretsmanager.put_resource_policy": ("secretsmanager.delete_resource_policy", ("SecretId",)),
}
_DELETES_RESOURCE = {
    "RoleName": "iam.delete_role",
    "UserName": "iam.delete_user",
    "QueueUrl": "sqs.delete_queue",
    "TopicArn": "sns.delete_topic",
    "SecretId": "secretsmanager.delete_secret",
    "TableName": "dynamodb.delete_table",
    "FunctionName": "lambda.delete_function",
}
_READS = ("get_", "list_", "describe_", "head_")


def task_cheats(task: Task, world: World) -> Iterator[Ladder]:
    """Yield the bad solutions of a task; those that are as strict as a good one are left out."""
    written = documents_in(task.solution)
    for one in written:
        yield from _changed_documents(task, world, one, several=len(written) > 1)
    yield from _deleted(task)
    yield from _fewer_calls(task)
    yield from _other_numbers(task)
    yield from _open_to_all(task, world)
    yield from ((door,) for door in doors_beside(task, world))
    yield from ((door,) for door in doors_elsewhere(task, world))


def _changed_documents(
    task: Task, world: World, written: WrittenDocument, *, several: bool
) -> Iterator[Ladder]:
    solution = parse(written.document, written.type)
    if solution is None:
        return
    setting = setting_of_task(task, world, written.type, task.solution[written.step])
    rights = [
        policy
        for right in task.also_right
        for one in documents_in(right.steps)
        if (one.call, one.target) == (written.call, written.target)
        and (policy := parse(one.document, one.type)) is not None
    ]
    prefix = f"call {written.step + 1}, " if several else ""
    kept = kept_statements(written, world, task.start)
    for ladder in mutations(written.document, setting, kept):
        cheats = []
        for mutation in ladder:
            policy = parse(mutation.document, written.type)
            if policy is None:
                continue
            witness = difference(solution, policy, setting, rights)
            if witness is not None:
                steps = with_document(task.solution, written, mutation.document)
                what = prefix + mutation.what
                cheats.append(Cheat(mutation.kind, what, steps, witness, written.step))
        if cheats:
            yield tuple(cheats)


def _deleted(task: Task) -> Iterator[Ladder]:
    for index, step in enumerate(task.solution):
        if step.call in _DELETES_POLICY:
            call, names = _DELETES_POLICY[step.call]
            steps = [_step(step.actor, call, **{one: step.parameters.get(one) for one in names})]
            yield (Cheat("policy deleted", f"{call} in place of {step.call}", steps, None, index),)
        for name, call in _DELETES_RESOURCE.items():
            if name in step.parameters:
                steps = _deletion(step, name, call)
                yield (Cheat("resource deleted", f"{call} in place of {step.call}", steps, None, index),)
                break


def _deletion(step: Step, name: str, call: str) -> list[Step]:
    delete = _step(step.actor, call, **{name: step.parameters[name]})
    if call == "iam.delete_role" and "PolicyName" in step.parameters:
        names = {"RoleName": step.parameters[name], "PolicyName": step.parameters["PolicyName"]}
        return [_step(step.actor, "iam.delete_role_policy", **names), delete]
    return [delete]


def _fewer_calls(task: Task) -> Iterator[Ladder]:
    """Leave out one call that changes something."""
    saved = {step.actor for step in task.solution}
    for index, step in enumerate(task.solution):
        needed = step.save is not None and step.save in saved
        method = step.call.partition(".")[2]
        if len(task.solution) > 1 and not needed and not method.startswith(_READS):
            steps = [*task.solution[:index], *task.solution[index + 1 :]]
            yield (Cheat("a call left out", f"without {step.call} (call {index + 1})", steps, None, index),)


def _other_numbers(task: Task) -> Iterator[Ladder]:
    """Make numbers larger and smaller: durations, limits, quotas."""
    for index, step in enumerate(task.solution):
        for name, value in step.parameters.items():
            if not isinstance(value, int):
                continue
            if isinstance(value, bool):
                steps = with_parameter(task.solution, index, (name,), not value)
                yield (Cheat("switch turned", f"{name} becomes {not value}", steps, None, index),)
                continue
            for numbers in ((value + 1, value * 2), (value - 1, value // 2)):
                yield tuple(
                    Cheat(
                        "another number",
                        f"{name} {value} becomes {one}",
                        with_parameter(task.solution, index, (name,), one),
                        None,
                        index,
                    )
                    for one in numbers
                )


def _open_to_all(task: Task, world: World) -> Iterator[Ladder]:
    """Make the learner's actor an administrator, then everyone, and let everyone assume every role."""
    actor = world.actors.get(task.actor)
    if actor is not None and actor.user is not None:
        user = actor.user.partition("/")[2]
        steps = [_administrator(task.actor, "user", user)]
        yield (Cheat("administrator", f"{task.actor} becomes an administrator", steps),)
    everyone, trust, buckets = _opened(task, world)
    if everyone:
        what = "every user and role becomes an administrator"
        yield (Cheat("everyone an administrator", what, everyone),)
    if trust:
        yield (Cheat("trust everyone", "every role trusts everyone", trust),)
        what = "everyone is an administrator, and every role and bucket is open to all"
        yield (Cheat("everything open", what, [*everyone, *trust, *buckets]),)


def opened_to_all(task: Task, world: World) -> list[Step]:
    """Return calls that make everyone an administrator, and open every role and bucket to all."""
    return [step for steps in _opened(task, world) for step in steps]


def _opened(task: Task, world: World) -> tuple[list[Step], list[Step], list[Step]]:
    actor = world.actors.get(task.actor)
    if actor is None:
        return [], [], []
    account = world.accounts[actor.reference.partition("/")[0]]
    everyone = [
        *(_administrator(task.actor, "user", name) for name in account.users),
        *(_administrator(task.actor, "role", name) for name in account.roles),
    ]
    trust = [
        _step(task.actor, "iam.update_assume_role_policy", RoleName=name, PolicyDocument=_TRUST_ALL)
        for name in account.roles
    ]
    buckets = [
        _step(task.actor, "s3.put_bucket_policy", Bucket=name, Policy=_bucket_for_all(name))
        for name in account.buckets
    ]
    return everyone, trust, buckets


def _administrator(actor: str, kind: str, name: str) -> Step:
    named = {f"{kind.capitalize()}Name": name, "PolicyName": _POLICY_NAME}
    return _step(actor, f"iam.put_{kind}_policy", **named, PolicyDocument=_ALLOW_ALL)


def _bucket_for_all(name: str) -> dict[str, Any]:
    resources = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": resources}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _step(actor: str, call: str, **parameters: Any) -> Step:
    return Step.model_validate({"as": actor, "call": call, "with": parameters})
