"""Permissions boundaries of users, and boundaries that don't exist."""

from __future__ import annotations

from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.iam import PolicyType
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.iam import iam_backend, set_user_boundary
from rolecall.sandbox.responses import Response, Result, read_result, result_response


class PermissionsBoundaries(Gap):
    """Users have permissions boundaries, as roles do; moto has them for roles only, and takes any ARN."""

    operations = frozenset(
        {
            "iam.CreateRole",
            "iam.CreateUser",
            "iam.DeleteUserPermissionsBoundary",
            "iam.ListUsers",
            "iam.PutRolePermissionsBoundary",
            "iam.PutUserPermissionsBoundary",
        }
    )
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html"
    answers = True

    def before(self, call: Call) -> Result | None:
        """Raise NoSuchEntity for a boundary that isn't a policy; set or delete the boundary of a user."""
        arn = call.operation.text("PermissionsBoundary")
        if arn is not None and not self.runtime.iam.managed_policy(call.account, arn, PolicyType.BOUNDARY):
            raise AwsError("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.", 404)
        if call.operation.name.endswith("UserPermissionsBoundary"):
            set_user_boundary(_user(call), arn)
            return {}
        return None

    def after(self, call: Call, response: Response) -> Response:
        """Set the boundary of a user that was just created, and leave boundaries out of a list of users.

        https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html
        """
        if call.operation.name == "ListUsers" and response.ok:
            result = read_result(call.operation, response)
            for user in result["Users"]:
                user.pop("PermissionsBoundary", None)
            return result_response(call.operation, result)
        arn = call.operation.text("PermissionsBoundary")
        if call.operation.name != "CreateUser" or not arn or not response.ok:
            return response
        set_user_boundary(_user(call), arn)
        result = read_result(call.operation, response)
        boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}
        result["User"]["PermissionsBoundary"] = boundary
        return result_response(call.operation, result)


def _user(call: Call) -> Any:
    name = call.operation.text("UserName", "")
    user = iam_backend(call.account).users.get(name)
    if user is None:
        raise AwsError("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
    return user
