"""Resource-based policies that a service rejects when they are set."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from rolecall.aws.errors import AwsError
from rolecall.aws.s3_public import is_public
from rolecall.aws.templates import values
from rolecall.iam import MalformedPolicyDocument, Policy, PolicySet, PolicyType, Request, decide
from rolecall.sandbox._principals import named_principals
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap


class _Rejection(NamedTuple):
    """How a service rejects a policy.

    Parameters
    ----------
    parameter
        The path of the parameter with the policy.
    code
        The error code.
    malformed
        The message for a malformed policy; the braces take what is wrong with it.
    principal
        The message for a principal that doesn't exist.
    foreign_action
        The message for an action of another service; empty if the service accepts it.
    """

    parameter: str
    code: str
    malformed: str
    principal: str
    foreign_action: str = ""


# https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
_KEY = _Rejection(
    "Policy",
    "MalformedPolicyDocumentException",
    "{}",
    "Policy contains a statement with one or more invalid principals.",
)
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
_QUEUE = _Rejection(
    "Attributes.Policy",
    "InvalidAttributeValue",
    "Invalid value for the parameter Policy.",
    "Invalid value for the parameter Policy.",
    "Invalid value for the parameter Policy.",
)
# https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
_TOPIC = _Rejection(
    "Attributes.Policy",
    "InvalidParameter",
    "Invalid parameter: Policy Error: null",
    "Invalid parameter: Policy Error: PrincipalNotFound",
    "Invalid parameter: Policy statement action out of service scope!",
)
_BAD_API_POLICY = (
    "Invalid policy document. Please check the policy syntax and ensure that Principals are valid."
)
_API = _Rejection("policy", "BadRequestException", _BAD_API_POLICY, _BAD_API_POLICY)
_PUBLIC = (
    "The BlockPublicPolicy parameter is set to true, and the resource policy did not prevent broad access "
    "to the secret."
)
_REPOSITORY = (
    "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'"
)
_REJECTIONS = {
    "kms.CreateKey": _KEY,
    "kms.PutKeyPolicy": _KEY,
    "kms.ReplicateKey": _KEY,
    "sqs.CreateQueue": _QUEUE,
    "sqs.SetQueueAttributes": _QUEUE,
    "sns.CreateTopic": _TOPIC,
    "sns.SetTopicAttributes": _TOPIC._replace(parameter="AttributeValue"),
    # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html
    "secretsmanager.PutResourcePolicy": _Rejection(
        "ResourcePolicy",
        "MalformedPolicyDocumentException",
        "This policy has invalid syntax.",
        "This resource policy contains an unsupported principal.",
    ),
    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
    "logs.PutResourcePolicy": _Rejection(
        "policyDocument", "InvalidParameterException", "{}", "Invalid principal in policy"
    ),
    # https://docs.aws.amazon.com/apigateway/latest/api/API_CreateRestApi.html
    "apigateway.CreateRestApi": _API,
    "apigateway.UpdateRestApi": _API._replace(parameter="patchOperations.value"),
    # https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html
    "ecr.SetRepositoryPolicy": _Rejection(
        "policyText",
        "InvalidParameterException",
        _REPOSITORY,
        _REPOSITORY,
    ),
    # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutResourcePolicy.html
    "dynamodb.PutResourcePolicy": _Rejection(
        "Policy",
        "ValidationException",
        "One or more parameter values were invalid: Invalid policy document: {}",
        "One or more parameter values were invalid: Invalid policy document: "
        "Policy contains invalid principal",
    ),
}
_LOCKED_OUT = "The new key policy will not allow you to update the key policy in the future."
_EVERYTHING = Policy.parse(
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}',
    PolicyType.IDENTITY,
)


class ResourcePolicies(Gap):
    """Services reject malformed policies, and ones with principals that don't exist; moto keeps them."""

    operations = frozenset(_REJECTIONS)
    rule = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html"

    def before(self, call: Call) -> None:
        """Raise the service's error for a policy that it rejects."""
        rejection = _REJECTIONS[call.name]
        if call.name == "sns.SetTopicAttributes" and call.operation.text("AttributeName") != "Policy":
            return
        for text in _documents(call, rejection):
            if text:
                self._check(call, rejection, text)

    def _check(self, call: Call, rejection: _Rejection, text: str) -> None:
        try:
            policy = Policy.parse(text, PolicyType.RESOURCE)
        except MalformedPolicyDocument as error:
            raise AwsError(rejection.code, rejection.malformed.replace("{}", error.message), 400) from None
        if call.operation.parameters.get("BlockPublicPolicy") and is_public(policy):
            # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html
            raise AwsError("PublicPolicyException", _PUBLIC, 400)
        document = json.loads(text)
        for principal in named_principals(document):
            if not self.runtime.iam.may_be_principal(principal):
                raise AwsError(rejection.code, rejection.principal, 400)
        if rejection.foreign_action and any(
            not action.lower().startswith((f"{call.operation.service}:", "*"))
            for action in _actions(document)
        ):
            raise AwsError(rejection.code, rejection.foreign_action, 400)
        if rejection is _KEY and not call.operation.parameters.get("BypassPolicyLockoutSafetyCheck"):
            self._check_lockout(call, policy)

    def _check_lockout(self, call: Call, policy: Policy) -> None:
        """Require that the caller can still replace the key policy.

        https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#prevent-unmanageable-key
        """
        account = call.caller.account
        request = Request.of(
            call.caller.arn,
            "kms:PutKeyPolicy",
            f"arn:aws:kms:{call.region}:{call.account}:key/new",
            resource_account=call.account,
            context={"kms:CallerAccount": account} if account else {},
        )
        if not decide(request, PolicySet(identity=(_EVERYTHING,), resource=policy)).allowed:
            raise AwsError("MalformedPolicyDocumentException", _LOCKED_OUT, 400)


def _documents(call: Call, rejection: _Rejection) -> list[str]:
    """Return the policies of a request; the stage alone names a resource of API Gateway.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
    """
    parameters = call.operation.parameters
    if call.name == "apigateway.UpdateRestApi":
        patches = parameters.get("patchOperations") or []
        found = [str(one.get("value") or "") for one in patches if one.get("path") == "/policy"]
    else:
        found = values(parameters, rejection.parameter)
    if rejection.code != _API.code:
        return found
    return [text.replace('"execute-api:/', '"arn:aws:execute-api:*:*:*/') for text in found]


def _actions(document: Any) -> Iterator[str]:
    statements = document["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        actions = statement.get("Action") or statement.get("NotAction") or []
        yield from [actions] if isinstance(actions, str) else actions
