"""The path of a group that is changed without its name."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.iam import iam_backend
from rolecall.sandbox.responses import Response


class GroupPaths(Gap):
    """UpdateGroup changes the name, the path, or both; moto changes a path only together with the name."""

    operations = frozenset({"iam.UpdateGroup"})
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateGroup.html"

    def before(self, call: Call) -> None:
        """Raise NoSuchEntity if there is no such group."""
        name = call.operation.text("GroupName", "")
        if name not in iam_backend(call.account).groups:
            raise AwsError("NoSuchEntity", f"The group with name {name} cannot be found.", 404)

    def after(self, call: Call, response: Response) -> Response:
        """Set the path."""
        operation = call.operation
        if response.ok and (path := operation.text("NewPath")):
            name = operation.text("NewGroupName") or operation.text("GroupName", "")
            iam_backend(call.account).groups[name].path = path
        return response
