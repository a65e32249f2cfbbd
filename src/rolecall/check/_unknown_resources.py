"""Find probes that name a role or bucket that doesn't exist: they are denied whatever a learner does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolecall._yaml import Where, did_you_mean
from rolecall.check._findings import Finding
from rolecall.check._loaded_course import LoadedCourse
from rolecall.lab import Task
from rolecall.quiz import Step
from rolecall.sandbox.access_change import AccessName
from rolecall.sandbox.world import Account, World

_ROLE = re.compile(r"^arn:aws:iam::(\d{12}):role/(?:.*/)?([^/]+)$")


def check_resources_of_tasks(loaded: LoadedCourse) -> Iterator[Finding]:
    """Yield an error for each role and bucket of a probe that isn't there when the probe runs."""
    for file, tasks in loaded.tasks.items():
        for index, task in enumerate(tasks):
            world = loaded.world(task.world)
            for where, message in _unknown(task, world) if world is not None else ():
                yield loaded.places.at(file, ("tasks", index, *where), "unknown-resource", message)


def _unknown(task: Task, world: World) -> Iterator[tuple[Where, str]]:
    made = [*task.start, *task.solution, *(step for one in task.also_right for step in one.steps)]
    roles = {(one.id, name) for one in world.accounts.values() for name in one.roles}
    created = {str(step.parameters.get("RoleName")) for step in made if step.call == "iam.create_role"}
    ids = {one.id for one in world.accounts.values()}
    buckets = {name for one in world.accounts.values() for name in one.buckets}
    buckets |= {str(step.parameters.get("Bucket")) for step in made if step.call == "s3.create_bucket"}
    yield from _unknown_names(task, world, made)
    for part in ("succeed", "denied"):
        for place, probe in enumerate(getattr(task, part)):
            # What a probe creates itself exists when it is used.
            own = {str(step.parameters.get("Bucket")) for step in probe.steps if _creates(step)}
            for number, step in enumerate(probe.steps):
                where: Where = (part, place, "steps", number, "with")
                for name in ("RoleArn", "Role"):
                    found = _ROLE.match(str(step.parameters.get(name, "")))
                    if found is None or found[1] not in ids or found[2] in created:
                        continue
                    if (found[1], found[2]) not in roles:
                        names = {role for id, role in roles if id == found[1]}
                        message = f"the account {found[1]} has no role {found[2]!r}"
                        yield (*where, name), f"{message}{did_you_mean(found[2], names)}"
                bucket = step.parameters.get("Bucket")
                if isinstance(bucket, str) and bucket not in buckets | own:
                    message = f"the world has no bucket {bucket!r}{did_you_mean(bucket, buckets)}"
                    yield (*where, "Bucket"), message


def _unknown_names(task: Task, world: World, made: list[Step]) -> Iterator[tuple[Where, str]]:
    """Yield the names in `only_changed` that neither the world nor a call of the task has."""
    given = {str(value) for step in made for value in step.parameters.values()}
    for place, probe in enumerate(task.succeed):
        for index, text in enumerate(probe.only_changed or ()):
            one = AccessName.parse(text)
            whole = {name for each in world.accounts.values() for name in _names(one.kind, each)}
            if one.whole_name in whole:
                continue
            accounts = [each for name, each in world.accounts.items() if one.account in ("", name)]
            names = {name for each in accounts for name in _names(one.kind, each)}
            if one.kind == "account":
                names = set(world.accounts)
            if one.name not in names | given:
                message = f"the world has no {one.kind} {one.name!r}{did_you_mean(one.name, names)}"
                yield ("succeed", place, "only_changed", index), message


def _names(kind: str, account: Account) -> set[str]:
    if kind == "key":
        return {str(one.id) for one in account.keys.values()}
    if kind == "identity provider":
        return {one.url.partition("://")[2] for one in account.oidc_providers.values()}
    plural = {"managed policy": "managed_policies"}.get(kind, f"{kind.replace(' ', '_')}s")
    return set(getattr(account, plural, ()))


def _creates(step: Step) -> bool:
    return step.call == "s3.create_bucket"
