"""What has to be deleted or detached before IAM deletes an entity.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroup.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html
"""

from __future__ import annotations

from collections.abc import Iterator

from rolecall.aws.errors import AwsError
from rolecall.aws.operations import Operation
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.iam import iam_backend


class DeleteConflicts(Gap):
    """IAM doesn't delete an entity that something else still depends on; moto does."""

    operations = frozenset({"iam.DeleteUser", "iam.DeleteGroup", "iam.DeletePolicy"})
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html"

    def before(self, call: Call) -> None:
        """Raise DeleteConflict with the first reason that IAM would give."""
        reason = next(_CONFLICTS[call.operation.name](call.operation, call.account), None)
        if reason is not None:
            raise AwsError("DeleteConflict", reason, 409)


def _of_user(operation: Operation, account: str) -> Iterator[str]:
    state = iam_backend(account)
    user = state.users.get(operation.text("UserName", ""))
    if user is None:
        return
    if user.password is not None:
        yield "Cannot delete entity, must delete login profile first."
    if user.access_keys:
        yield "Cannot delete entity, must delete access keys first."
    if user.mfa_devices:
        yield "Cannot delete entity, must delete MFA device first."
    if user.signing_certificates:
        yield "Cannot delete entity, must delete signing certificates first."
    if any(user in group.users for group in list(state.groups.values())):
        yield "Cannot delete entity, must remove users from group first."


def _of_group(operation: Operation, account: str) -> Iterator[str]:
    group = iam_backend(account).groups.get(operation.text("GroupName", ""))
    if group is None:
        return
    if group.users:
        yield "Cannot delete entity, must remove users from group first."
    if group.managed_policies:
        yield "Cannot delete entity, must detach all policies first."
    if group.policies:
        yield "Cannot delete entity, must delete policies first."


def _of_policy(operation: Operation, account: str) -> Iterator[str]:
    policy = iam_backend(account).managed_policies.get(operation.text("PolicyArn", ""))
    if policy is None:
        return
    if policy.attachment_count:
        yield "Cannot delete a policy attached to entities."
    if len(policy.versions) > 1:
        yield (
            "This policy has more than one version. Before you delete a policy, you must delete the "
            "policy's versions. The default version is deleted with the policy."
        )


_CONFLICTS = {"DeleteUser": _of_user, "DeleteGroup": _of_group, "DeletePolicy": _of_policy}
