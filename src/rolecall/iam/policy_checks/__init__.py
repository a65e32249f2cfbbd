"""Validate policies, and compare the access that they grant, as IAM Access Analyzer does.

>>> from rolecall.iam.policy_checks import PolicyKind, validate_policy
>>> text = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
>>> [finding.code for finding in validate_policy(text, PolicyKind.IDENTITY)]
['CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE', 'PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE']

https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html
"""

from rolecall.iam.policy_checks._access import granted_access, new_access
from rolecall.iam.policy_checks._findings import Finding, Location
from rolecall.iam.policy_checks._validate import position, validate_policy
from rolecall.iam.policy_checks._view import PolicyKind

__all__ = [
    "Finding",
    "Location",
    "PolicyKind",
    "granted_access",
    "new_access",
    "position",
    "validate_policy",
]
