"""Parse the policy documents that moto keeps."""

from __future__ import annotations

import json
from typing import Any

from rolecall.iam import MalformedPolicyDocument, Policy, PolicyType


def parse_kept_policy(document: Any, type: PolicyType, name: str, arn: str = "") -> Policy:
    """Parse a document that is in an account already.

    moto accepts some documents that AWS would reject. A document that can't be parsed grants nothing.

    Parameters
    ----------
    document
        JSON text, or what `json.loads` makes of it.
    name
        What explanations call the policy.
    arn
        The ARN of a managed policy.
    """
    text = document if isinstance(document, str) else json.dumps(document)
    try:
        return Policy.parse(text, type, name, arn)
    except MalformedPolicyDocument:
        return Policy(f"{name} (malformed)", type, text, (), arn)
