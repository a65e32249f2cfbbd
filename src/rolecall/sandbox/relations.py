"""Find who may assume which role now, and who has assumed it, for the diagram of the accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from rolecall.iam import Policy, PolicySet, PolicyType, Request, decide
from rolecall.sandbox.clock import timestamp
from rolecall.sandbox.gateway import Gateway
from rolecall.sandbox.moto_state.iam import RoleFacts, iam_backend

_FEDERATED = {"oidc-provider": "sts:AssumeRoleWithWebIdentity", "saml-provider": "sts:AssumeRoleWithSAML"}


@dataclass(frozen=True, slots=True)
class _Node:
    """A principal of an account.

    Parameters
    ----------
    kind
        user, role, service, oidc-provider or saml-provider.
    """

    arn: str
    account: str
    kind: str
    name: str


def relations(gateway: Gateway) -> dict[str, Any]:
    """Return the accounts with their principals and roles, and what is between them, as JSON.

    Each of ``edges`` goes from a principal to a role. Its ``kind`` is ``may`` where the role can be assumed
    now, ``trusted`` where the trust policy names the principal but something else is missing (a permission,
    or what a condition requires), and ``assumed`` where it was assumed since the start or the last reset.
    """
    # moto keeps roles by their random ids. Sorted, the diagram is the same each time.
    nodes = sorted(_nodes(gateway), key=lambda node: (node.account, node.kind, node.name))
    roles = sorted(
        (role for account in gateway.iam.accounts for role in gateway.iam.roles(account)),
        key=lambda role: role.arn,
    )
    edges = [edge for node in nodes for role in roles for edge in _edges(gateway, node, role)]
    return {
        "accounts": [{"name": name, "id": one.id} for name, one in gateway.world.accounts.items()],
        "nodes": [asdict(node) for node in nodes],
        "edges": [*edges, *_machine_roles(gateway), *_assumed(gateway)],
    }


def _nodes(gateway: Gateway) -> Iterator[_Node]:
    for account in gateway.world.accounts.values():
        state = iam_backend(account.id)
        for user in list(state.users.values()):
            yield _Node(user.arn, account.id, "user", user.name)
        for arn in state.open_id_providers:
            yield _Node(arn, account.id, "oidc-provider", arn.partition("/")[2])
        for provider in list(state.saml_providers.values()):
            yield _Node(provider.arn, account.id, "saml-provider", provider.name)
        for role in list(state.roles.values()):
            yield _Node(role.arn, account.id, "role", role.name)
    for name, actor in gateway.world.actors.items():
        if actor.user is None:
            keys = gateway.builder.actors[name]
            yield _Node(keys.arn, keys.account, "service", name)


def _edges(gateway: Gateway, node: _Node, role: RoleFacts) -> Iterator[dict[str, str]]:
    if node.kind == "service" or node.arn == role.arn:
        return
    action = _FEDERATED.get(node.kind, "sts:AssumeRole")
    trust = role.trust_policy
    request = Request.of(
        node.arn, action, role.arn, resource_account=role.account, context=_context(gateway)
    )
    if decide(request, _policies(gateway, node, trust)).allowed:
        yield _edge(node.arn, role.arn, "may")
    elif trust is not None and _is_named(request, trust):
        yield _edge(node.arn, role.arn, "trusted")


def _edge(source: str, target: str, kind: str, label: str = "") -> dict[str, str]:
    return {"from": source, "to": target, "kind": kind, "label": label}


def _context(gateway: Gateway) -> dict[str, str]:
    now = gateway.clock.now()
    return {
        "aws:CurrentTime": timestamp(now),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:SecureTransport": "true",
        "aws:SourceIp": "127.0.0.1",
    }


def _policies(gateway: Gateway, node: _Node, trust: Policy | None) -> PolicySet:
    iam, account = gateway.iam, node.account
    identity: tuple[Policy, ...] = ()
    boundaries: tuple[Policy, ...] = ()
    if node.kind == "user":
        identity, boundaries = iam.user_policies(account, node.name), iam.user_boundary(account, node.name)
    elif node.kind == "role":
        identity, boundaries = iam.role_policies(account, node.name), iam.role_boundary(account, node.name)
    return PolicySet(
        identity=identity,
        resource=trust,
        boundaries=boundaries,
        scps=gateway.guardrails.scps(account),
        rcps=gateway.guardrails.rcps(account),
    )


def _is_named(request: Request, trust: Policy) -> bool:
    """Whether a trust policy allows a principal but for its conditions, whatever its other policies say."""
    decision = decide(request, PolicySet(resource=trust, identity=(_EVERYTHING,)))
    if decision.allowed:
        return True
    return any(
        traced.policy.type is PolicyType.TRUST
        and traced.statement.effect == "Allow"
        and traced.failures
        and all(failure.element == "Condition" for failure in traced.failures)
        for traced in decision.trace
    )


_EVERYTHING = Policy.parse(
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}',
    PolicyType.IDENTITY,
)


def _machine_roles(gateway: Gateway) -> Iterator[dict[str, str]]:
    """Return the roles of instances, tasks and pods."""
    for name, actor in gateway.world.actors.items():
        if actor.user is not None:
            continue
        account_name, _, who = actor.reference.partition("/")
        account = gateway.world.accounts[account_name]
        if actor.instance is not None:
            profile = account.instances[who].instance_profile
            role = gateway.iam.profile_role(account.id, profile) if profile else None
        else:
            role = gateway.iam.role_named(account.id, gateway.world.container(actor).role)
        if role is not None:
            yield _edge(gateway.builder.actors[name].arn, role.arn, "may", "runs with")


def _assumed(gateway: Gateway) -> Iterator[dict[str, str]]:
    """Return the roles that were assumed, in order, each step once."""
    seen: dict[tuple[str, str], int] = {}
    for event in gateway.trail.last(10_000):
        request = event.decision.request
        if not event.decision.allowed or not request.action_lower.startswith("sts:assumerole"):
            continue
        if request.caller.kind.value == "Service":
            # The arrow from the instance, task, or pod to its role shows this already.
            continue
        source = request.caller.role_arn or request.caller.name
        seen.setdefault((source, request.resource), len(seen) + 1)
    for (source, target), number in seen.items():
        yield _edge(source, target, "assumed", str(number))
