"""The message of a denied request in each service's own words.

Most services return IAM's message as it is; `rolecall.iam.denial_message` writes it.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from rolecall import iam


@dataclass(frozen=True, slots=True)
class _Wording:
    """How the message of a service differs from IAM's.

    Parameters
    ----------
    before
        Text before IAM's message.
    lowercase_action
        Whether the action is in lower case.
    quoted_resource
        Whether the resource is in quotation marks.
    before_arn
        Text between the policy type and the ARN of the policy that denies the request.
    across_organizations
        The message if the resource belongs to another organization; empty if it only lacks the reason.
    """

    before: str = ""
    lowercase_action: bool = False
    quoted_resource: bool = False
    before_arn: str = ": "
    across_organizations: str = ""


_WORDINGS = {
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (UnauthorizedOperation)
    "ec2": _Wording(before="You are not authorized to perform this operation. "),
    "sqs": _Wording(lowercase_action=True),
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
    "s3": _Wording(
        quoted_resource=True, before_arn=", with policy ARN: ", across_organizations="Access Denied"
    ),
}
_AS_IAM = _Wording()

# What IAM names for actions that support no resource. AWS doesn't document these messages; public logs of
# CloudTrail contain them.
_IAM_RESOURCES = {
    "iam:getaccountsummary": "*",
    "iam:listaccountaliases": "*",
    "iam:listgroups": "arn:aws:iam::{account}:group/",
    "iam:listinstanceprofiles": "arn:aws:iam::{account}:instance-profile/",
    "iam:listpolicies": "policy path /",
    "iam:listroles": "arn:aws:iam::{account}:role/",
    "iam:listusers": "arn:aws:iam::{account}:user/",
    "iam:listvirtualmfadevices": "arn:aws:iam::{account}:mfa/",
}


def _without_resource(request: iam.Request) -> str:
    """Return what the message names for an action that supports no resource; for most actions nothing."""
    return _IAM_RESOURCES.get(request.action_lower, "").format(account=request.caller.account)


# The suffix of the ARN of a secret that doesn't exist (yet).
_ANY_SUFFIX = "-??????"
_CREATE_SECRET = frozenset({"secretsmanager:createsecret", "secretsmanager:tagresource"})


def _missing_secret(request: iam.Request) -> str | None:
    """Return what the message names for a secret that doesn't exist; None for other resources.

    It is the name as the caller gave it, or for a new secret an ARN with the suffix that it would have had.

    https://github.com/mongodb/awscdk-resources-mongodbatlas/issues/207
    https://github.com/shalb/cluster.dev/pull/76
    """
    if not request.resource.endswith(_ANY_SUFFIX):
        return None
    arn = request.resource.removesuffix(_ANY_SUFFIX)
    if request.action_lower not in _CREATE_SECRET:
        return arn.partition(":secret:")[2]
    digest = base64.b64encode(hashlib.sha256(arn.encode()).digest()).decode()
    return f"{arn}-{''.join(filter(str.isalnum, digest))[:6]}"


def _is_of_another_account(decision: iam.Decision) -> bool:
    """Whether the policy of another account's resource denies the request, or the resource doesn't exist.

    https://repost.aws/knowledge-center/cross-account-access-denied-error-s3
    """
    request = decision.request
    return (
        decision.policy_type is iam.PolicyType.RESOURCE
        and request.caller.account is not None
        and request.caller.account != request.resource_account
    )


def _is_cross_account_pass(service: str, decision: iam.Decision) -> bool:
    """Whether a caller passes a role of another account, which no policy allows.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    https://github.com/serverless/serverless/issues/3374
    """
    request = decision.request
    return (
        request.action_lower == "iam:passrole"
        and service != "ec2"
        and decision.outcome is not iam.Outcome.EXPLICITLY_DENIED
        and request.caller.account != request.resource_account
    )


def denial_message(service: str, decision: iam.Decision) -> str:
    """Return the message with which a service denies a request.

    Parameters
    ----------
    service
        The service's name in botocore, such as ``ec2``.
    decision
        The denial.
    """
    request = decision.request
    if _is_cross_account_pass(service, decision):
        return "Cross-account pass role is not allowed."
    if service == "kms" and _is_of_another_account(decision):
        decrypts = request.action_lower == "kms:decrypt"
        what = "the resource associated with this ciphertext" if decrypts else "this resource"
        return (
            f"{iam.not_authorized(request.caller.name, request.action)} on {what} because "
            "the resource does not exist in this Region, no resource-based policies allow access, or a "
            "resource-based policy explicitly denies access"
        )
    wording = _WORDINGS.get(service, _AS_IAM)
    if wording.across_organizations and not iam.within_organization(request):
        return wording.across_organizations
    action = request.action_lower if wording.lowercase_action else None
    resource = f'"{request.resource}"' if wording.quoted_resource else _missing_secret(request)
    return wording.before + iam.denial_message(
        decision,
        action,
        resource=resource,
        without_resource=_without_resource(request),
        before_arn=wording.before_arn,
    )


def blocked_public_access_message(user: str, action: str, resource: str, what: str, setting: str) -> str:
    """Return the message with which S3 denies a request that a setting of Block Public Access blocks.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html

    Parameters
    ----------
    user, action, resource
        The ARN of the caller, the action, and the ARN of the bucket or the object.
    what
        What is blocked, such as "public policies".
    setting
        The setting, such as ``BlockPublicPolicy``.
    """
    denied = iam.not_authorized(user, action, f'"{resource}"')
    return f"{denied} because {what} are blocked by the {setting} block public access setting."
