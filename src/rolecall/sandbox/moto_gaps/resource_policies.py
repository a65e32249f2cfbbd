"""Resource-based policies that a service rejects when they are set."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.aws.s3_public import is_public
from rolecall.aws.service_principals import is_service_principal
from rolecall.aws.templates import values
from rolecall.iam import MalformedPolicyDocument, Policy, PolicySet, PolicyType, Request, decide
from rolecall.sandbox._principals import named_principals, named_services
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_gaps._policy_rejections import API, KEY, REJECTIONS, Rejection

_PUBLIC = (
    "The BlockPublicPolicy parameter is set to true, and the resource policy did not prevent broad access "
    "to the secret."
)
_LOCKED_OUT = "The new key policy will not allow you to update the key policy in the future."
_EVERYTHING = Policy.parse(
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}',
    PolicyType.IDENTITY,
)


class ResourcePolicies(Gap):
    """Services reject malformed policies, and ones with principals that don't exist; moto keeps them."""

    operations = frozenset(REJECTIONS)
    rule = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html"

    def before(self, call: Call) -> None:
        """Raise the service's error for a policy that it rejects."""
        rejection = REJECTIONS[call.name]
        if call.name == "sns.SetTopicAttributes" and call.operation.text("AttributeName") != "Policy":
            return
        for text in _documents(call, rejection):
            if text:
                self._check(call, rejection, text)

    def _check(self, call: Call, rejection: Rejection, text: str) -> None:
        try:
            policy = Policy.parse(text, PolicyType.RESOURCE)
        except MalformedPolicyDocument as error:
            raise AwsError(rejection.code, rejection.malformed.replace("{}", error.message), 400) from None
        sids = [one.sid for one in policy.statements if one.sid]
        if rejection.unique_sids and len(set(sids)) < len(sids):
            # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html
            raise AwsError(rejection.code, rejection.malformed, 400)
        if call.operation.parameters.get("BlockPublicPolicy") and is_public(policy):
            # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html
            raise AwsError("PublicPolicyException", _PUBLIC, 400)
        document = json.loads(text)
        if not (
            all(map(self.runtime.iam.may_be_principal, named_principals(document)))
            and all(map(is_service_principal, named_services(document)))
        ):
            raise AwsError(rejection.code, rejection.principal, 400)
        if rejection.foreign_action and any(
            not action.lower().startswith((f"{call.operation.service}:", "*"))
            for action in _actions(document)
        ):
            raise AwsError(rejection.code, rejection.foreign_action, 400)
        if rejection is KEY and not call.operation.parameters.get("BypassPolicyLockoutSafetyCheck"):
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


def _documents(call: Call, rejection: Rejection) -> list[str]:
    """Return the policies of a request; the stage alone names a resource of API Gateway.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
    """
    parameters = call.operation.parameters
    if call.name == "apigateway.UpdateRestApi":
        patches = parameters.get("patchOperations") or []
        found = [str(one.get("value") or "") for one in patches if one.get("path") == "/policy"]
    else:
        found = values(parameters, rejection.parameter)
    if rejection.code != API.code:
        return found
    return [text.replace('"execute-api:/', '"arn:aws:execute-api:*:*:*/') for text in found]


def _actions(document: Any) -> Iterator[str]:
    statements = document["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        actions = statement.get("Action") or statement.get("NotAction") or []
        yield from [actions] if isinstance(actions, str) else actions
