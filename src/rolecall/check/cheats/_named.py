"""Find out what a task is about: what it changes, and who acts in its probes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rolecall.lab import Task, is_change
from rolecall.quiz import Step
from rolecall.sandbox.world import Account, World

Identity = tuple[str, str]
"""A user or role, such as ``("role", "reports-reader")``."""
_RESOURCES = {
    "Bucket": "bucket",
    "QueueUrl": "queue",
    "TopicArn": "topic",
    "SecretId": "secret",
    "KeyId": "key",
    "TableName": "table",
    "ResourceArn": "table",
}


@dataclass(frozen=True, slots=True)
class Named:
    """What a task is about.

    Parameters
    ----------
    changed
        The users and roles that the start or the solution changes.
    acting
        The users and roles whose calls the probes make; for a machine, its role.
    assumed
        The roles that the probes assume.
    resources
        The resources whose policies the start or the solution changes, such as ``bucket acme-reports``.
    strangers
        The IDs of the other accounts of the world: first those that need no access, and of these, those
        whose actors a probe in `denied` uses.
    """

    changed: frozenset[Identity]
    acting: frozenset[Identity]
    assumed: frozenset[Identity]
    resources: frozenset[str]
    strangers: tuple[str, ...]

    @property
    def identities(self) -> frozenset[Identity]:
        """The users and roles that the task changes, or that act in its probes."""
        return self.changed | self.acting


def named_in(task: Task, world: World, account: Account) -> Named:
    """Return what a task is about, in one account of its world."""
    changes = [step for step in (*task.start, *task.solution) if is_change(step.call)]
    probed = [probe.steps for probe in (*task.succeed, *task.denied)]
    return Named(
        frozenset(one for step in changes for one in _changed(step, account)),
        frozenset(one for steps in probed for one in _acting(steps, world, account)),
        frozenset(one for steps in probed for one in _assumed(steps, account)),
        frozenset(one for step in changes for one in _resources(step)),
        _strangers(task, world, account),
    )


def _strangers(task: Task, world: World, account: Account) -> tuple[str, ...]:
    denied = {step.actor for probe in task.denied for step in probe.steps if step.actor in world.actors}
    needed = {step.actor for probe in task.succeed for step in probe.steps}
    with_denied = _accounts_of(denied, world)
    with_needed = _accounts_of({one for one in needed if one in world.actors}, world)
    others = [(name, one.id) for name, one in world.accounts.items() if one is not account]
    others.sort(key=lambda one: (one[0] in with_needed, one[0] not in with_denied))
    return tuple(id for _, id in others)


def _accounts_of(actors: Iterable[str], world: World) -> set[str]:
    return {world.actors[one].reference.partition("/")[0] for one in actors}


def _changed(step: Step, account: Account) -> Iterator[Identity]:
    for kind, name in (("user", "UserName"), ("role", "RoleName")):
        if name in step.parameters:
            yield kind, str(step.parameters[name])
    given = step.parameters.get("IamInstanceProfile")
    profile = given.get("Name") if isinstance(given, dict) else step.parameters.get("InstanceProfileName")
    found = account.instance_profiles.get(str(profile))
    if found is not None and found.role is not None:
        yield "role", found.role


def _resources(step: Step) -> Iterator[str]:
    for name, kind in _RESOURCES.items():
        if name in step.parameters:
            value = str(step.parameters[name])
            yield f"{kind} {value.replace(':', '/').rpartition('/')[2]}"


def _assumed(steps: Iterable[Step], account: Account) -> Iterator[Identity]:
    for step in steps:
        arn = str(step.parameters.get("RoleArn", ""))
        if f":{account.id}:role/" in arn:
            yield "role", arn.rpartition("/")[2]


def _acting(steps: list[Step], world: World, account: Account) -> Iterator[Identity]:
    saved = {step.save for step in steps if step.save}
    if not steps:
        return
    last = steps[-1]
    if last.actor in saved:
        yield from _assumed(steps, account)
        return
    actor = world.actors.get(last.actor)
    if actor is None or world.accounts[actor.reference.partition("/")[0]] is not account:
        return
    name = actor.reference.partition("/")[2]
    if actor.user is not None:
        yield "user", name
    elif actor.instance is not None:
        profile = account.instance_profiles.get(account.instances[name].instance_profile or "")
        if profile is not None and profile.role is not None:
            yield "role", profile.role
    else:
        yield "role", world.container(actor).role
