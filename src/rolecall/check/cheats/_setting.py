"""What is known about the requests that a policy document decides: who calls, and for which resources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rolecall.iam import PolicyType
from rolecall.lab import Probe, Task
from rolecall.quiz import Policy, Step
from rolecall.sandbox.world import World

SERVICES = ("lambda.amazonaws.com", "ec2.amazonaws.com", "ecs-tasks.amazonaws.com")
"""Services to which people give roles; as a cheat, one that the solution doesn't name is added."""
STRANGER = "arn:aws:iam::999999999999:user/other"
_ACCOUNT = re.compile(r"^arn:[^:]*:[^:]*:[^:]*:(\d{12}):")


@dataclass(frozen=True, slots=True)
class Setting:
    """The surroundings of a document.

    Parameters
    ----------
    type
        The type of the policy.
    account
        The account of the policy.
    allowed, denied
        The principals that must succeed in some probe, and those that must be denied in some probe.
    others
        More principals of the world.
    allowed_resources, denied_resources
        The ARNs that the probes name.
    existing
        The ARNs of the buckets and objects of the world; empty without a world.
    caller
        For a policy that has no principals, the user or role that it is attached to; empty if unknown.
    by_role
        Whether only sessions of a role make the requests that the document decides.
    """

    type: PolicyType
    account: str
    allowed: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    allowed_resources: tuple[str, ...] = ()
    denied_resources: tuple[str, ...] = ()
    existing: tuple[str, ...] = ()
    caller: str = ""
    by_role: bool = False
    services: tuple[str, ...] = field(default=SERVICES)

    @property
    def outsiders(self) -> tuple[str, ...]:
        """Principals that need no access, first those whose denial a probe shows."""
        allowed = set(self.allowed)
        return tuple(dict.fromkeys(one for one in (*self.denied, *self.others) if one not in allowed))

    @property
    def principals(self) -> tuple[str, ...]:
        """Every principal that is known, and one of another account."""
        return tuple(dict.fromkeys((*self.allowed, *self.denied, *self.others, STRANGER)))


def account_of(arn: str) -> str:
    """Return the account in an ARN; empty if there is none."""
    match = _ACCOUNT.match(arn)
    return match.group(1) if match else ""


def setting_of_question(question: Policy) -> Setting:
    """Return what the cases of a `policy` question say about its document."""
    types = {
        "identity": PolicyType.IDENTITY,
        "resource": PolicyType.RESOURCE,
        "boundary": PolicyType.BOUNDARY,
        "session": PolicyType.SESSION,
        "trust": PolicyType.TRUST,
        "scp": PolicyType.SCP,
    }
    allowed = _unique(case.principal for case in question.allow)
    return Setting(
        types[question.policy_type],
        account_of(question.allow[0].resource) or account_of(allowed[0]),
        allowed,
        _unique(case.principal for case in question.deny),
        (),
        _unique(case.resource for case in question.allow),
        _unique(case.resource for case in question.deny),
        caller=allowed[0],
        by_role=all(":role/" in one or ":assumed-role/" in one for one in allowed),
    )


def setting_of_task(task: Task, world: World, type: PolicyType, step: Step) -> Setting:
    """Return what a task's probes and its world say about a document that the solution writes."""
    arns = world_principals(world)
    allowed = _unique(_principals(task.succeed, arns))
    account = account_of(arns.get(task.actor, "")) or next(one.id for one in world.accounts.values())
    return Setting(
        type,
        account,
        allowed,
        _unique(one for one in _principals(task.denied, arns) if one not in allowed),
        tuple(arns.values()),
        _unique(arn for probe in task.succeed for step in probe.steps for arn in _resources(step)),
        _unique(arn for probe in task.denied for step in probe.steps for arn in _resources(step)),
        _unique(_stored(world)),
        caller=next(
            (
                f"arn:aws:iam::{account}:{kind}/{step.parameters[name]}"
                for kind, name in (("role", "RoleName"), ("user", "UserName"))
                if name in step.parameters
            ),
            allowed[0] if allowed else "",
        ),
        by_role=step.call == "iam.put_role_policy" or type is PolicyType.SESSION,
    )


def world_principals(world: World) -> dict[str, str]:
    """Return the ARN of each actor that is a user, then of the users and roles of the accounts, by name."""
    found: dict[str, str] = {}
    for name, account in world.accounts.items():
        for kind, identities in (("user", account.users), ("role", account.roles)):
            for one, identity in identities.items():
                found[f"{name}/{kind}/{one}"] = f"arn:aws:iam::{account.id}:{kind}{identity.path}{one}"
    actors = {}
    for actor, reference in world.actors.items():
        user = getattr(reference, "user", None)
        if user is not None:
            account, _, name = user.partition("/")
            actors[actor] = found[f"{account}/user/{name}"]
    return actors | {name: arn for name, arn in found.items() if arn not in actors.values()}


def _principals(probes: Iterable[Probe], arns: dict[str, str]) -> Iterator[str]:
    """Name the principals that act in probes: a role whose session makes the last call, else the actor."""
    for probe in probes:
        if not probe.steps:
            continue
        last, saved = probe.steps[-1], {step.save: step for step in probe.steps if step.save}
        if last.actor in saved:
            role = saved[last.actor].parameters.get("RoleArn")
            if isinstance(role, str):
                yield role
        for step in probe.steps:
            if step.actor in arns:
                yield arns[step.actor]


def _resources(step: Step) -> Iterator[str]:
    bucket, key = step.parameters.get("Bucket"), step.parameters.get("Key")
    if isinstance(bucket, str):
        yield f"arn:aws:s3:::{bucket}/{key}" if isinstance(key, str) else f"arn:aws:s3:::{bucket}"
    for value in step.parameters.values():
        if isinstance(value, str) and value.startswith("arn:"):
            yield value


def _stored(world: World) -> Iterator[str]:
    for account in world.accounts.values():
        for name, bucket in account.buckets.items():
            yield f"arn:aws:s3:::{name}"
            yield from (f"arn:aws:s3:::{name}/{key}" for key in bucket.objects)


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
