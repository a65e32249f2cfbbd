"""Permissions boundaries of users, which moto has only for roles.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.aws.operations import Operation
from rolecall.iam import PolicyType
from rolecall.sandbox.callers import Caller
from rolecall.sandbox.iam_state import IamState, backend, bound


class UserBoundaries:
    """Sets and takes away the boundary of a user."""

    def __init__(self, iam: IamState) -> None:
        self._iam = iam
        self.operations: Mapping[str, Callable[[Operation, Caller], dict[str, Any]]] = {
            "PutUserPermissionsBoundary": self._put,
            "DeleteUserPermissionsBoundary": self._delete,
        }

    def check(self, operation: Operation, account: str) -> None:
        """Refuses a boundary that is no policy.

        Raises
        ------
        AwsError
            NoSuchEntity.
        """
        arn = operation.text("PermissionsBoundary")
        if operation.service != "iam" or arn is None:
            return
        if self._iam.managed_policy(account, arn, PolicyType.BOUNDARY) is None:
            raise AwsError("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.", 404)

    def created(self, operation: Operation, account: str) -> None:
        """Gives a user that was just created the boundary that the request named."""
        arn = operation.text("PermissionsBoundary")
        user = backend(account).users.get(operation.text("UserName") or "")
        if operation.service == "iam" and operation.name == "CreateUser" and arn and user:
            bound(user, arn)

    def _put(self, operation: Operation, caller: Caller) -> dict[str, Any]:
        self.check(operation, str(caller.account))
        bound(self._user(operation, caller), operation.text("PermissionsBoundary"))
        return {}

    def _delete(self, operation: Operation, caller: Caller) -> dict[str, Any]:
        bound(self._user(operation, caller), None)
        return {}

    def _user(self, operation: Operation, caller: Caller) -> Any:
        name = operation.text("UserName") or ""
        user = backend(str(caller.account)).users.get(name)
        if user is None:
            raise AwsError("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
        return user
