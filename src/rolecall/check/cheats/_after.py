"""Find out from a world and some calls which policies there are after the calls, without making them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rolecall.check.cheats._documents import WrittenDocument, as_document, documents_in
from rolecall.iam import PolicyType
from rolecall.quiz import Step
from rolecall.sandbox.world import Account, Role, User, World

Document = Mapping[str, Any]


def trust_of(name: str, role: Role, steps: Iterable[Step]) -> Document:
    """Return a role's trust policy after some calls."""
    written = [
        document
        for step in steps
        if step.call == "iam.update_assume_role_policy" and step.parameters.get("RoleName") == name
        if (document := as_document(step.parameters.get("PolicyDocument"))) is not None
    ]
    return written[-1] if written else role.trust


def managed_policy(name: str, account: Account, steps: Iterable[Step]) -> Document | None:
    """Return a managed policy of an account after some calls; None if the account has none of that name."""
    found: Document | None = account.managed_policies.get(name)
    for step in steps:
        arn = str(step.parameters.get("PolicyArn", ""))
        if step.call == "iam.create_policy_version" and arn.rpartition("/")[2] == name:
            found = as_document(step.parameters.get("PolicyDocument")) or found
    return found


def identity_policies(
    kind: str, name: str, identity: Role | User, account: Account, steps: Iterable[Step]
) -> Iterator[Document]:
    """Yield the policies of a role or user after some calls; groups are left out."""
    steps = list(steps)
    inline: dict[str, Document] = dict(identity.policies)
    for step in steps:
        if step.parameters.get(f"{kind.capitalize()}Name") != name:
            continue
        policy = str(step.parameters.get("PolicyName", ""))
        if step.call == f"iam.put_{kind}_policy":
            document = as_document(step.parameters.get("PolicyDocument"))
            if document is not None:
                inline[policy] = document
        elif step.call == f"iam.delete_{kind}_policy":
            inline.pop(policy, None)
    yield from inline.values()
    for managed in identity.managed_policies:
        document = managed_policy(managed, account, steps)
        if document is not None:
            yield document


def resource_policy(
    written: Document | None,
    call: str,
    names: Mapping[str, str],
    path: tuple[str, ...],
    steps: Iterable[Step],
) -> Document | None:
    """Return the policy of a resource after some calls.

    Parameters
    ----------
    written
        The policy that the world's file has.
    call, names, path
        The call that writes it, the parameters that name the resource, and where the document is.
    """
    for step in steps:
        given = step.parameters
        if step.call != call or any(_last(given.get(name)) != _last(one) for name, one in names.items()):
            continue
        value: Any = step.parameters
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        written = as_document(value) or written
    return written


def kept_statements(written: WrittenDocument, world: World, start: list[Step]) -> frozenset[int]:
    """Return the places of a resource policy's Allow statements that the world or the start has already."""
    if written.type is not PolicyType.RESOURCE:
        return frozenset()
    policies: list[Document | None] = [one.document for one in documents_in(start)]
    for account in world.accounts.values():
        kinds = (
            account.buckets,
            account.queues,
            account.topics,
            account.secrets,
            account.keys,
            account.tables,
        )
        policies += [resource.policy for kind in kinds for resource in kind.values()]
    before = [statement for one in policies if one is not None for statement in _statements(one)]
    return frozenset(
        index
        for index, statement in enumerate(_statements(written.document))
        if statement in before and statement.get("Effect") == "Allow"
    )


def _statements(document: Document) -> list[Any]:
    listed = document["Statement"]
    return listed if isinstance(listed, list) else [listed]


def _last(named: Any) -> str:
    """Return the last part of a name, because a call can name a key or a table by its ARN too."""
    return str(named).rpartition("/")[2]
