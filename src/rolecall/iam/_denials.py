"""The message of a denied request, in the form that most AWS services return.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from __future__ import annotations

from rolecall.iam._decisions import Decision, Outcome
from rolecall.iam._principals import Kind
from rolecall.iam._reference import ALL_BUCKETS, spelling
from rolecall.iam._types import PolicyType

# How a message introduces a policy type; the others take "a".
_ARTICLES = {PolicyType.IDENTITY: "an", PolicyType.TRUST: "the"}


def denial_message(decision: Decision, action: str | None = None) -> str:
    """Return the message that AWS sends for a denied request.

    Parameters
    ----------
    decision
        The denial.
    action
        The action as the message spells it; by default as the Service Authorization Reference does.

    Returns
    -------
    str
        The user, the action, the resource, and the policy type; no resource for actions that don't support
        one. Anonymous callers, and federated identities that could not assume their role, don't get these
        details. If a rule that isn't a policy decided, the message is that rule.
    """
    request = decision.request
    action = action or spelling(request.action)
    if request.caller.is_federated_identity:
        return f"Not authorized to perform {action}"
    if request.caller.kind is Kind.ANONYMOUS:
        return "Access Denied"
    if decision.reason:
        return decision.reason
    text = f"User: {request.caller.name} is not authorized to perform: {action}"
    if request.resource not in ("*", ALL_BUCKETS):
        text += f" on resource: {request.resource}"
    if decision.policy_type is None:
        return text
    policy_type = decision.policy_type.value
    if decision.outcome is Outcome.EXPLICITLY_DENIED:
        article = _ARTICLES.get(decision.policy_type, "a")
        return f"{text} with an explicit deny in {article} {policy_type}"
    return f"{text} because no {policy_type} allows the {action} action"
