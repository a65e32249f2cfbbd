"""The message of a denied request, in the form that most AWS services return.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
https://aws.amazon.com/blogs/security/enhanced-access-denied-error-messages-with-policy-arns
"""

from __future__ import annotations

from rolecall.iam._decisions import Decision, Outcome
from rolecall.iam._principals import Kind
from rolecall.iam._reference import ALL_BUCKETS, spelling
from rolecall.iam._requests import Request
from rolecall.iam._types import PolicyType

# How a message introduces a policy type; the others take "a".
_ARTICLES = {PolicyType.IDENTITY: "an", PolicyType.TRUST: "the"}


def denial_message(
    decision: Decision,
    action: str | None = None,
    *,
    resource: str | None = None,
    without_resource: str = "",
    before_arn: str = ": ",
) -> str:
    """Return the message that AWS sends for a denied request.

    Parameters
    ----------
    decision
        The denial.
    action
        The action as the message spells it; by default as the Service Authorization Reference does.
    resource
        The resource as the message spells it; by default the ARN alone.
    without_resource
        What the message names for an action that supports no resource; by default nothing.
    before_arn
        The text between the policy type and the ARN of the policy that denies the request.

    Returns
    -------
    str
        The user, the action, the resource, and the policy type; for an explicit Deny also the ARN of the
        policy, if it has one. The message names no policy if the resource belongs to another organization.
        Anonymous callers, and federated identities that could not assume their role, don't get any of these
        details. If a rule that isn't a policy decided, the message is that rule.
    """
    request = decision.request
    action = action or spelling(request.action)
    if request.caller.is_federated_identity:
        return federated_denial(action)
    if request.caller.kind is Kind.ANONYMOUS:
        return "Access Denied"
    if decision.reason:
        return decision.reason
    named = request.resource not in ("*", ALL_BUCKETS)
    shown = (resource or request.resource) if named else without_resource
    text = not_authorized(request.caller.name, action, shown)
    if decision.policy_type is None or not within_organization(request):
        return text
    policy_type = decision.policy_type.value
    if decision.outcome is Outcome.EXPLICITLY_DENIED:
        article = _ARTICLES.get(decision.policy_type, "a")
        arn = next((one.policy.arn for one in decision.statements), "")
        return f"{text} with an explicit deny in {article} {policy_type}" + (arn and f"{before_arn}{arn}")
    return f"{text} because no {policy_type} allows the {action} action"


def not_authorized(user: str, action: str, resource: str = "") -> str:
    """Return the part that most messages have: the user, the action, and the resource, if any."""
    text = f"User: {user} is not authorized to perform: {action}"
    return f"{text} on resource: {resource}" if resource else text


def federated_denial(action: str) -> str:
    """Return the message for a federated identity that can't assume its role."""
    return f"Not authorized to perform {action}"


def within_organization(request: Request) -> bool:
    """Return whether the caller and the resource belong to one account, or to one organization.

    Only then does AWS say which policy type denied the request. A service's own requests count as within.
    """
    account = request.caller.account
    if account is None or account == request.resource_account:
        return True
    organization = request.context.get("aws:principalorgid")
    return organization is not None and organization == request.context.get("aws:resourceorgid")
