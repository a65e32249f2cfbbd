"""Derive the cheats that solve a task and open a door beside the solution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any

from rolecall.check.cheats._after import (
    Document,
    identity_policies,
    managed_policy,
    resource_policy,
    trust_of,
)
from rolecall.check.cheats._cheat import Cheat
from rolecall.check.cheats._named import named_in
from rolecall.check.cheats._requests import beyond_boundary
from rolecall.check.cheats._setting import SERVICES, STRANGER, account_of
from rolecall.lab import Task
from rolecall.quiz import Step
from rolecall.sandbox.world import Role, User, World

_NAME = "cheat"
_HARMLESS = "If the change is harmless, list it in `accepts` with the reason."
_ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
_ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_COPIED = frozenset({"iam.tag_user", "iam.tag_role", "iam.add_user_to_group", "iam.attach_role_policy"})
"""Calls that give something to one user or role, and that can give it to another one too."""


def doors_beside(task: Task, world: World) -> Iterator[Cheat]:
    """Yield a task's solution with one further change, which opens a door that the task doesn't ask for.

    What the actor isn't allowed to change is found in the sandbox: there, the further change is denied, so
    it is no cheat.
    """
    actor = world.actors.get(task.actor)
    if actor is None:
        return
    own = actor.user.partition("/")[2] if actor.user is not None else ""
    doors = _Doors(task, world, actor.reference.partition("/")[0])
    yield from doors.identities(own)
    yield from doors.trusts()
    yield from doors.resources()
    yield from doors.guardrails()
    yield from doors.copies(own)
    yield from doors.new_keys()


def doors_elsewhere(task: Task, world: World) -> Iterator[Cheat]:
    """Yield a task's solution with one further change to something that the task isn't about.

    A probe with `only_changed` rejects all of them alike, so one of each kind is enough there.
    """
    actor = world.actors.get(task.actor)
    if actor is None:
        return
    where = actor.reference.partition("/")[0]
    doors = _Doors(task, world, where)
    named = ", ".join(f"`{one}`" for one in doors.changed()) or "what the solution changes"
    probe = f"Add a probe to `succeed` with `only_changed`, which lists {named}."
    doors.turn_elsewhere()
    own = actor.user.partition("/")[2] if actor.user is not None else ""
    seen = set()
    further = (doors.identities(own), doors.trusts(), doors.resources(), doors.guardrails())
    for cheat in chain(*further, doors.new_users()):
        last = cheat.steps[-1]
        target = [] if task.compares_access else [str(one) for one in last.parameters.values()]
        key = (last.call, *(one for one in target if "Statement" not in one))
        if key not in seen and not last.call.startswith("iam.attach_"):
            seen.add(key)
            yield replace(cheat, kind="elsewhere", missing=f"{probe} {_HARMLESS}")


class _Doors:
    def __init__(self, task: Task, world: World, where: str) -> None:
        self._task = task
        account = self._account = world.accounts[where]
        self._region = world.region
        self._users = [
            name
            for name, one in self._account.users.items()
            if any(actor.user == f"{where}/{name}" for actor in world.actors.values())
        ]
        self._named = named_in(task, world, account)
        self._steps = [*task.start, *task.solution]
        self._foreign = self._named.strangers or (account_of(STRANGER),)

    def changed(self) -> Iterator[str]:
        """Yield the names of what the start and the solution change."""
        yield from sorted(f"{kind} {name}" for kind, name in self._named.changed)
        yield from sorted(self._named.resources)

    def turn_elsewhere(self) -> None:
        """Derive doors in what the task isn't about, from now on."""
        account, named = self._account, self._named
        identities = {("user", one) for one in account.users} | {("role", one) for one in account.roles}
        others = frozenset(identities - named.identities - named.assumed)
        resources = frozenset(what for what, *_ in self._with_policies()) - named.resources
        self._named = replace(named, changed=others, acting=others, assumed=others, resources=resources)

    def identities(self, own: str) -> Iterator[Cheat]:
        """Allow a user, a role, or a group everything, with an inline policy or a managed one."""
        users = {name: one for name, one in self._account.users.items() if name != own}
        for kind, identities in (("user", users), ("role", self._account.roles)):
            for name, identity in identities.items():
                if (kind, name) not in self._named.identities or not self._is_changed_by_allow(
                    kind, name, identity
                ):
                    continue
                probe = (
                    f"Add a probe to `denied`, in which {name} makes a call that no task needs, "
                    "such as `iam.list_users`."
                )
                yield from self._allowed(kind, name, probe)
        for name in self._account.groups:
            probe = f"Add a probe to `denied`, in which a member of {name} makes a call that no task needs."
            yield from self._allowed("group", name, probe)

    def _allowed(self, kind: str, name: str, probe: str) -> Iterator[Cheat]:
        named = {f"{kind.capitalize()}Name": name}
        inline = self._step(f"iam.put_{kind}_policy", **named, PolicyName=_NAME, PolicyDocument=_ALLOW_ALL)
        yield self._cheat(
            "another policy", f"another inline policy allows the {kind} {name} everything", inline, probe
        )
        attached = self._step(f"iam.attach_{kind}_policy", **named, PolicyArn=_ADMINISTRATOR)
        yield self._cheat(
            "administrator attached",
            f"AdministratorAccess is attached to the {kind} {name}",
            attached,
            probe,
        )

    def _is_changed_by_allow(self, kind: str, name: str, identity: Role | User) -> bool:
        """Whether a policy that allows everything allows a request that is denied without it."""
        boundary: Document | None = _ALLOW_ALL
        if identity.permissions_boundary is not None:
            boundary = managed_policy(identity.permissions_boundary, self._account, self._steps)
        if boundary is None:
            return True
        policies = identity_policies(kind, name, identity, self._account, self._steps)
        caller = f"arn:aws:iam::{self._account.id}:{kind}{identity.path}{name}"
        return beyond_boundary(list(policies), boundary, caller) is not None

    def trusts(self) -> Iterator[Cheat]:
        """Let more principals assume a role, beside those that its trust policy names."""
        for name, role in self._account.roles.items():
            if ("role", name) not in self._named.changed | self._named.assumed:
                continue
            trust = trust_of(name, role, self._steps)
            for who, principal in self._more_principals(trust):
                statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
                changed = self._step(
                    "iam.update_assume_role_policy", RoleName=name, PolicyDocument=_with(trust, statement)
                )
                probe = f"Add a probe to `denied`, in which {who} assumes {name}."
                yield self._cheat("trust beside", f"{who} can also assume {name}", changed, probe)

    def _more_principals(self, trust: Document) -> Iterator[tuple[str, Any]]:
        named = str(trust)
        yield "everyone", "*"
        if f"{self._account.id}:root" not in named:
            yield "every user of the account", {"AWS": f"arn:aws:iam::{self._account.id}:root"}
        for foreign in [one for one in self._foreign if one not in named][:1]:
            yield f"the account {foreign}", {"AWS": f"arn:aws:iam::{foreign}:root"}
        for service in [one for one in SERVICES if one not in named][:1]:
            yield service, {"Service": service}

    def resources(self) -> Iterator[Cheat]:
        """Open a bucket, queue, topic, key, secret, or table to everyone, and to another account."""
        for what, written, call, names, path in self._with_policies():
            if what not in self._named.resources:
                continue
            foreign = self._foreign[0]
            policy = resource_policy(written, call, names, path, self._steps)
            service = call.partition(".")[0]
            for who, principal in (
                ("everyone", "*"),
                (f"the account {foreign}", {"AWS": f"arn:aws:iam::{foreign}:root"}),
            ):
                statement = {
                    "Effect": "Allow",
                    "Principal": principal,
                    "Action": f"{service}:*",
                    "Resource": self._arns(what, names),
                }
                changed = self._step(call, **names, **_nested(path, _with(policy, statement)))
                user = "a user of another account" if principal == "*" else f"a user of {who}"
                probe = f"Add a probe to `denied`, in which {user} uses the {what}."
                yield self._cheat("resource opened", f"{who} can also use the {what}", changed, probe)

    def _with_policies(
        self,
    ) -> Iterator[tuple[str, Document | None, str, dict[str, str], tuple[str, ...]]]:
        account = self._account
        urls = f"https://sqs.{self._region}.amazonaws.com/{account.id}"
        for name, bucket in account.buckets.items():
            yield f"bucket {name}", bucket.policy, "s3.put_bucket_policy", {"Bucket": name}, ("Policy",)
        for name, queue in account.queues.items():
            names = {"QueueUrl": f"{urls}/{name}"}
            yield f"queue {name}", queue.policy, "sqs.set_queue_attributes", names, ("Attributes", "Policy")
        for name, topic in account.topics.items():
            names = {
                "TopicArn": f"arn:aws:sns:{self._region}:{account.id}:{name}",
                "AttributeName": "Policy",
            }
            yield f"topic {name}", topic.policy, "sns.set_topic_attributes", names, ("AttributeValue",)
        for name, secret in account.secrets.items():
            names = {"SecretId": name}
            yield (
                f"secret {name}",
                secret.policy,
                "secretsmanager.put_resource_policy",
                names,
                ("ResourcePolicy",),
            )
        for key in account.keys.values():
            if key.id is not None:
                names = {"KeyId": key.id}
                yield f"key {key.id}", key.policy, "kms.put_key_policy", names, ("Policy",)
        for name, table in account.tables.items():
            names = {"ResourceArn": f"arn:aws:dynamodb:{self._region}:{account.id}:table/{name}"}
            yield f"table {name}", table.policy, "dynamodb.put_resource_policy", names, ("Policy",)

    def _arns(self, what: str, names: Mapping[str, str]) -> Any:
        kind, _, name = what.partition(" ")
        if kind == "bucket":
            return [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
        if kind == "queue":
            return f"arn:aws:sqs:{self._region}:{self._account.id}:{name}"
        return names.get("TopicArn") or names.get("ResourceArn") or "*"

    def guardrails(self) -> Iterator[Cheat]:
        """Take away what limits others: a boundary, a policy with a Deny, and Block Public Access."""
        account = self._account
        attached = set()
        for kind, identities in (("role", account.roles), ("user", account.users)):
            for name, identity in identities.items():
                if (kind, name) not in self._named.identities:
                    continue
                named = {f"{kind.capitalize()}Name": name}
                attached |= {*identity.managed_policies, identity.permissions_boundary}
                if identity.permissions_boundary is not None:
                    call = f"iam.delete_{kind}_permissions_boundary"
                    yield self._removed(f"the permissions boundary of {name}", call, named)
                for policy, document in identity.policies.items():
                    if _denies(document):
                        call = f"iam.delete_{kind}_policy"
                        what = f"the policy {policy} of {name}, which has a Deny,"
                        yield self._removed(what, call, {**named, "PolicyName": policy})
        for name in [one for one in account.managed_policies if one in attached]:
            changed = self._step(
                "iam.create_policy_version",
                PolicyArn=f"arn:aws:iam::{account.id}:policy/{name}",
                PolicyDocument=_ALLOW_ALL,
                SetAsDefault=True,
            )
            probe = f"Add a probe to `denied` with a call that the policy {name} must not allow."
            what = f"the managed policy {name} allows everything"
            yield self._cheat("another version", what, changed, probe)
        for name, bucket in account.buckets.items():
            if f"bucket {name}" not in self._named.resources:
                continue
            if bucket.policy is not None and _denies(bucket.policy):
                what = f"the policy of the bucket {name}, which has a Deny,"
                yield self._removed(what, "s3.delete_bucket_policy", {"Bucket": name})
            if bucket.block_public_access:
                what = f"Block Public Access of the bucket {name}"
                yield self._removed(what, "s3.delete_public_access_block", {"Bucket": name})

    def _removed(self, what: str, call: str, names: dict[str, Any]) -> Cheat:
        probe = f"Add a probe to `denied` with a call that is denied because of {what.rstrip(',')}."
        return self._cheat("guardrail removed", f"{what} is removed", self._step(call, **names), probe)

    def copies(self, own: str) -> Iterator[Cheat]:
        """Give another user or role what the solution gives to one."""
        for step in self._task.solution:
            for kind, parameter in (("user", "UserName"), ("role", "RoleName")):
                if step.call not in _COPIED or parameter not in step.parameters:
                    continue
                given = step.parameters[parameter]
                for name in self._users if kind == "user" else self._account.roles:
                    if name in (own, given):
                        continue
                    changed = self._step(step.call, **{**step.parameters, parameter: name})
                    probe = f"Add a probe to `denied`, in which {name} does what only {given} may do."
                    what = f"{step.call} is also called for {name}"
                    yield self._cheat("given to another", what, changed, probe)

    def new_keys(self) -> Iterator[Cheat]:
        """Create another access key for each user whose keys the solution takes away."""
        calls = ("iam.delete_access_key", "iam.update_access_key")
        users = [
            str(one.parameters.get("UserName", "")) for one in self._task.solution if one.call in calls
        ]
        for name in dict.fromkeys(filter(None, users)):
            probe = (
                f"Add a probe to `succeed` with `expect`, which shows that {name} has no active access key."
            )
            created = self._step("iam.create_access_key", UserName=name)
            yield self._cheat("new access key", f"{name} gets a new access key", created, probe)

    def new_users(self) -> Iterator[Cheat]:
        """Create a user that can do everything, and an access key for a user that has one."""
        created = self._step("iam.create_user", UserName=_NAME)
        allowed = self._step(
            "iam.put_user_policy", UserName=_NAME, PolicyName=_NAME, PolicyDocument=_ALLOW_ALL
        )
        yield self._cheat("new user", "a new user may do everything", created, "", allowed)
        for name in self._users[:1]:
            key = self._step("iam.create_access_key", UserName=name)
            yield self._cheat("new access key", f"{name} gets a new access key", key, "")

    def _cheat(self, kind: str, what: str, further: Step, probe: str, *more: Step) -> Cheat:
        return Cheat(
            kind,
            f"the solution, and beside it {what}",
            [*self._task.solution, further, *more],
            further=1 + len(more),
            missing=f"{probe} {_HARMLESS}",
        )

    def _step(self, call: str, **parameters: Any) -> Step:
        return Step.model_validate({"as": self._task.actor, "call": call, "with": parameters})


def _with(policy: Document | None, statement: dict[str, Any]) -> dict[str, Any]:
    if policy is None:
        return {"Version": "2012-10-17", "Statement": [statement]}
    listed = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    return {**policy, "Statement": [*listed, statement]}


def _denies(document: Document) -> bool:
    listed = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    return any(one.get("Effect") == "Deny" for one in listed)


def _nested(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    for name in reversed(path):
        value = {name: value}
    found: dict[str, Any] = value
    return found
