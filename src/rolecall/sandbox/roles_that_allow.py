"""Find the roles that a denied caller can assume, and whose sessions could make the denied call."""

from __future__ import annotations

from collections.abc import Mapping

from rolecall.iam import Decision, PolicySet, Request, decide
from rolecall.sandbox.guardrails import Guardrails
from rolecall.sandbox.moto_state.iam import IamState, RoleFacts

_Keys = Mapping[str, tuple[str, ...]]
# The condition keys about the caller and its credentials; a session of the role has other values.
_CALLERS_KEYS = (
    "aws:federatedprovider",
    "aws:multifactorauth",
    "aws:principal",
    "aws:sourceidentity",
    "aws:tokenissuetime",
    "aws:user",
)
_USER_AGENT = "aws:useragent"


def roles_that_allow(decision: Decision, iam: IamState, guardrails: Guardrails) -> list[str]:
    """Return the ARNs of the roles that allow a denied call, as the policies are now, sorted.

    Parameters
    ----------
    decision
        A denial. There are no roles for a caller that is neither a user nor a session of a role, and for a
        denied call to STS.
    """
    request = decision.request
    if request.caller.kind.value not in ("User", "AssumedRole") or request.action_lower.startswith("sts:"):
        return []
    roles = (role for account in iam.accounts for role in iam.roles(account))
    return sorted(
        role.arn
        for role in roles
        if _can_assume(decision, role, guardrails) and _allows(decision, role, iam, guardrails)
    )


def _can_assume(decision: Decision, role: RoleFacts, guardrails: Guardrails) -> bool:
    caller, policies = decision.request.caller, decision.policies
    if role.arn == caller.role_arn:
        return False
    request = Request.of(
        caller.name,
        "sts:AssumeRole",
        role.arn,
        resource_account=role.account,
        context={
            key: values
            for key, values in decision.request.context.items()
            if key.startswith("aws:") and not key.startswith("aws:resource")
        },
    )
    trusted = PolicySet(
        identity=policies.identity,
        resource=role.trust_policy,
        boundaries=policies.boundaries,
        session=policies.session,
        scps=policies.scps,
        rcps=guardrails.rcps(role.account),
    )
    return decide(request, trusted).allowed


def _allows(decision: Decision, role: RoleFacts, iam: IamState, guardrails: Guardrails) -> bool:
    denied, policies = decision.request, decision.policies
    request = Request.of(
        f"arn:aws:sts::{role.account}:assumed-role/{role.name}/session",
        denied.action,
        denied.resource,
        resource_account=denied.resource_account,
        context={
            **_without_caller(denied.context),
            "aws:PrincipalArn": role.arn,
            **{f"aws:PrincipalTag/{key}": value for key, value in role.tags.items()},
        },
    )
    session = PolicySet(
        identity=iam.role_policies(role.account, role.name),
        resource=policies.resource,
        boundaries=iam.role_boundary(role.account, role.name),
        scps=guardrails.scps(role.account),
        rcps=policies.rcps,
        vpc_endpoint=policies.vpc_endpoint,
    )
    return decide(request, session).allowed


def _without_caller(keys: _Keys) -> dict[str, tuple[str, ...]]:
    return {
        key: values
        for key, values in keys.items()
        if key == _USER_AGENT or not key.startswith(_CALLERS_KEYS)
    }
