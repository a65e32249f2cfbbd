"""Policy documents that AWS rejects when they are set."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from rolecall.aws.errors import AwsError
from rolecall.aws.service_principals import is_service_principal
from rolecall.iam import MalformedPolicyDocument, Policy, PolicyType
from rolecall.sandbox._principals import named_principals, named_services
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.identity_policies import identity_policy_error


class _Document(NamedTuple):
    """The policy document of an operation, and the code of the error for a bad one."""

    parameter: str
    type: PolicyType
    error: str = "MalformedPolicyDocument"


_DOCUMENTS = {
    "iam.CreatePolicy": _Document("PolicyDocument", PolicyType.IDENTITY),
    "iam.CreatePolicyVersion": _Document("PolicyDocument", PolicyType.IDENTITY),
    "iam.CreateRole": _Document("AssumeRolePolicyDocument", PolicyType.TRUST),
    "iam.PutGroupPolicy": _Document("PolicyDocument", PolicyType.IDENTITY),
    "iam.PutRolePolicy": _Document("PolicyDocument", PolicyType.IDENTITY),
    "iam.PutUserPolicy": _Document("PolicyDocument", PolicyType.IDENTITY),
    "iam.UpdateAssumeRolePolicy": _Document("PolicyDocument", PolicyType.TRUST),
    "s3.PutBucketPolicy": _Document("Policy", PolicyType.RESOURCE, "MalformedPolicy"),
}


class PolicyDocuments(Gap):
    """AWS rejects a malformed policy, and one with a principal that doesn't exist; moto accepts both."""

    operations = frozenset(_DOCUMENTS)
    rule = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"

    def before(self, call: Call) -> None:
        """Raise MalformedPolicyDocument, or S3's MalformedPolicy."""
        kind = _DOCUMENTS[call.name]
        document = call.operation.parameters.get(kind.parameter)
        if document is None:
            return
        if isinstance(document, bytes):
            document = document.decode("utf-8", "replace")
        if kind.type is PolicyType.IDENTITY and (message := identity_policy_error(document)):
            raise AwsError(kind.error, message, 400)
        try:
            Policy.parse(document, kind.type)
        except MalformedPolicyDocument as error:
            message = error.message
            if kind.type is not PolicyType.IDENTITY and not _is_json(document):
                message = "This policy contains invalid Json"
                if kind.type is PolicyType.RESOURCE and not document.startswith("{"):
                    message = "Policies must be valid JSON and the first byte must be '{'"
            elif kind.error == "MalformedPolicy":
                message = _message_of_s3(json.loads(document)) or message
            raise AwsError(kind.error, message, 400) from None
        parsed = json.loads(document)
        unknown = [
            *(
                ("AWS", one)
                for one in named_principals(parsed)
                if not self.runtime.iam.may_be_principal(one)
            ),
            *(("SERVICE", one) for one in named_services(parsed) if not is_service_principal(one)),
        ]
        for element, principal in unknown:
            # S3 doesn't say which principal it means.
            which = f': "{element}":"{principal}"' if call.operation.service == "iam" else ""
            raise AwsError(kind.error, f"Invalid principal in policy{which}", 400)


def _message_of_s3(document: Any) -> str | None:
    """Return what S3 says about a bucket policy's outermost elements; None if they aren't at fault.

    https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    """
    if not isinstance(document, dict):
        return "Policies must be valid JSON and the first byte must be '{'"
    if document.get("Version", "2012-10-17") not in ("2008-10-17", "2012-10-17"):
        return "The policy must contain a valid version string"
    if "Statement" not in document:
        return "Missing required field Statement"
    if document["Statement"] == []:
        return "Could not parse the policy: Statement is empty!"
    return None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
