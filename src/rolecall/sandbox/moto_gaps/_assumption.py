"""Whether a service can assume a role that a call gives it."""

from __future__ import annotations

from rolecall.iam import PolicySet, Request, decide
from rolecall.sandbox.call import Call
from rolecall.sandbox.runtime import Runtime


def can_assume(runtime: Runtime, call: Call, service: str, arn: str, source_arn: str) -> bool:
    """Evaluate the trust policy of a role for a service, by its global and its regional name.

    Parameters
    ----------
    runtime, call
        The sandbox, and the call that names the role.
    service
        The principal, such as ``lambda.amazonaws.com``.
    arn
        The ARN of the role.
    source_arn
        The ARN of what the service assumes the role for.
    """
    role = runtime.iam.role(arn)
    if role is None or role.trust_policy is None:
        return False
    context = {"aws:SourceAccount": call.account, "aws:SourceArn": source_arn}
    name, _, domain = service.partition(".")
    return any(
        decide(
            Request.of(principal, "sts:AssumeRole", arn, resource_account=role.account, context=context),
            PolicySet(resource=role.trust_policy),
        ).allowed
        for principal in (service, f"{name}.{call.region}.{domain}")
    )
