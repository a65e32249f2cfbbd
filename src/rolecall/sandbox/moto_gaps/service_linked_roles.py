"""Service-linked roles with the names, policies, and trust policies that AWS gives them."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from rolecall.aws.errors import AwsError
from rolecall.aws.service_linked_roles import service_linked_role
from rolecall.aws.service_principals import is_service_principal
from rolecall.iam import PolicyType
from rolecall.sandbox import moto_app
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.responses import Result
from rolecall.sandbox.runtime import Runtime

_PATH = "/aws-service-role/"


class ServiceLinkedRoles(Gap):
    """AWS chooses the name and policy of a service-linked role; moto derives a name, without a policy."""

    operations = frozenset(
        {
            "iam.AddRoleToInstanceProfile",
            "iam.CreateServiceLinkedRole",
            "iam.DeleteServiceLinkedRole",
            "iam.GetServiceLinkedRoleDeletionStatus",
            "iam.RemoveRoleFromInstanceProfile",
        }
    )
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html"
    answers = True

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self._deletions: set[tuple[str, str]] = set()

    def reset(self) -> None:
        """Forget the deletions."""
        self._deletions.clear()

    def before(self, call: Call) -> Result | None:
        """Create or delete the role with its policy, or raise UnmodifiableEntity for an instance profile.

        https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html
        """
        if call.operation.name == "CreateServiceLinkedRole":
            return self._create(call)
        if call.operation.name == "DeleteServiceLinkedRole":
            return self._delete(call)
        if call.operation.name == "GetServiceLinkedRoleDeletionStatus":
            return self._status(call)
        name = call.operation.text("RoleName", "")
        role = self.runtime.iam.role_named(call.account, name)
        if role is not None and f":role{_PATH}" in role.arn:
            raise AwsError(
                "UnmodifiableEntity",
                f"Cannot perform the operation on the protected role '{name}' - "
                "this role is only modifiable by AWS",
                400,
            )
        return None

    def _create(self, call: Call) -> Result:
        service = call.operation.text("AWSServiceName", "")
        if not is_service_principal(service):
            # https://github.com/clouddrove/terraform-aws-elasticsearch/pull/21
            message = f"Cannot find Service Linked Role template for {service}"
            raise AwsError("InvalidInput", message, 400)
        kind = service_linked_role(service)
        suffix = call.operation.text("CustomSuffix")
        if suffix and not kind.accepts_suffix:
            raise AwsError("InvalidInput", f"Custom suffix is not allowed for {kind.service}", 400)
        name = f"{kind.name}_{suffix}" if suffix else kind.name
        if self.runtime.iam.role_named(call.account, name) is not None:
            raise AwsError(
                "InvalidInput",
                f"Service role name {name} has been taken in this account, please try a different suffix.",
                400,
            )
        iam = _iam(call)
        description = call.operation.text("Description")
        role = iam.create_role(
            RoleName=name,
            Path=kind.path,
            AssumeRolePolicyDocument=json.dumps(kind.trust_policy),
            **({"Description": description} if description else {}),
        )["Role"]
        policy = kind.policy_arn
        if policy and self.runtime.iam.managed_policy(call.account, policy, PolicyType.IDENTITY):
            iam.attach_role_policy(RoleName=name, PolicyArn=policy)
        returned = ("Path", "RoleName", "RoleId", "Arn", "CreateDate", "Description")
        document = json.dumps(role["AssumeRolePolicyDocument"])
        found = {key: role[key] for key in returned if key in role}
        return {"Role": found | {"AssumeRolePolicyDocument": document}}

    def _delete(self, call: Call) -> Result:
        name = call.operation.text("RoleName", "")
        role = self.runtime.iam.role_named(call.account, name)
        if role is None or f":role{_PATH}" not in role.arn:
            raise AwsError("NoSuchEntity", f"The role with name {name} cannot be found.", 404)
        iam = _iam(call)
        for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
        iam.delete_role(RoleName=name)
        task = f"task/{role.arn.partition(':role/')[2]}/{uuid4()}"
        self._deletions.add((call.account, task))
        return {"DeletionTaskId": task}

    def _status(self, call: Call) -> Result:
        # https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLinkedRoleDeletionStatus.html
        task = call.operation.text("DeletionTaskId", "")
        if (call.account, task) not in self._deletions:
            raise AwsError("NoSuchEntity", f"The deletion task {task} cannot be found.", 404)
        return {"Status": "SUCCEEDED"}


def _iam(call: Call) -> Any:
    return moto_app.client("iam", call.account, call.region)
