"""What IAM says about a malformed identity-based policy, as moto's authors recorded it from AWS."""

from __future__ import annotations

from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.policy_validation import IAMPolicyDocumentValidator


def identity_policy_error(document: str) -> str | None:
    """Return IAM's message for a malformed policy document; None if moto finds nothing wrong with it.

    IAM reports the first of several faults in an order that no AWS page documents, so that moto's checks,
    which were compared with AWS, come before those of `rolecall.iam`.

    Parameters
    ----------
    document
        The text of the policy.
    """
    try:
        IAMPolicyDocumentValidator(document).validate()
    except MalformedPolicyDocument as error:
        return str(error.message)
    return None
