"""The policies that let an identity use a service."""

from __future__ import annotations

from typing import Any

from rolecall._reference import services
from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_gaps._service_access import allowed_services
from rolecall.sandbox.moto_state.iam_entities import AttachedPolicy, attached_policies, entity_with_arn
from rolecall.sandbox.responses import Result


class PoliciesGrantingAccess(Gap):
    """IAM lists the policies that let a user, a group, or a role use a service; moto doesn't."""

    operations = frozenset({"iam.ListPoliciesGrantingServiceAccess"})
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPoliciesGrantingServiceAccess.html"
    answers = True

    def before(self, call: Call) -> Result:
        """Return the policies for each service, or raise NoSuchEntity or InvalidInput."""
        arn = call.operation.text("Arn", "")
        entity = entity_with_arn(call.account, arn)
        if entity is None:
            raise AwsError("NoSuchEntity", f"ARN {arn} was not found.", 404)
        namespaces = list(call.operation.parameters.get("ServiceNamespaces") or [])
        unknown = [one for one in namespaces if one not in services()]
        if unknown:
            raise AwsError("InvalidInput", f"The service namespace {unknown[0]} is not valid.", 400)
        attached = [
            (one, set(allowed_services([one.policy]))) for one in attached_policies(call.account, entity)
        ]
        granting = [
            {
                "ServiceNamespace": namespace,
                "Policies": [_described(one) for one, allowed in attached if namespace in allowed],
            }
            for namespace in namespaces
        ]
        return {"PoliciesGrantingServiceAccess": granting, "IsTruncated": False}


def _described(attached: AttachedPolicy) -> dict[str, Any]:
    if attached.policy.arn:
        return {
            "PolicyName": attached.name,
            "PolicyType": "MANAGED",
            "PolicyArn": attached.policy.arn,
        }
    return {
        "PolicyName": attached.name,
        "PolicyType": "INLINE",
        "EntityType": attached.entity.type,
        "EntityName": attached.entity.name,
    }
