"""What must be gone before IAM lets an entity go.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroup.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html
"""

from __future__ import annotations

from collections.abc import Iterator

from rolecall.aws.errors import AwsError
from rolecall.aws.operations import Operation
from rolecall.sandbox.iam_state import backend


def refuse_if_needed(operation: Operation, account: str) -> None:
    """Refuses a deletion that moto would do although something still hangs on the entity.

    Raises
    ------
    AwsError
        DeleteConflict.
    """
    if operation.service != "iam":
        return
    find = {"DeleteUser": _on_user, "DeleteGroup": _on_group, "DeletePolicy": _on_policy}.get(
        operation.name
    )
    reason = next(find(operation, account), None) if find else None
    if reason is not None:
        raise AwsError("DeleteConflict", reason, 409)


def _on_user(operation: Operation, account: str) -> Iterator[str]:
    state = backend(account)
    user = state.users.get(operation.text("UserName") or "")
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
    if any(user in group.users for group in state.groups.values()):
        yield "Cannot delete entity, must remove users from group first."


def _on_group(operation: Operation, account: str) -> Iterator[str]:
    group = backend(account).groups.get(operation.text("GroupName") or "")
    if group is None:
        return
    if group.users:
        yield "Cannot delete entity, must remove users from group first."
    if group.managed_policies:
        yield "Cannot delete entity, must detach all policies first."
    if group.policies:
        yield "Cannot delete entity, must delete policies first."


def _on_policy(operation: Operation, account: str) -> Iterator[str]:
    policy = backend(account).managed_policies.get(operation.text("PolicyArn") or "")
    if policy is None:
        return
    if policy.attachment_count:
        yield "Cannot delete a policy attached to entities."
    if len(policy.versions) > 1:
        yield (
            "This policy has more than one version. Before you delete a policy, you must delete the "
            "policy's versions. The default version is deleted with the policy."
        )


_FIND = {"DeleteUser": _on_user, "DeleteGroup": _on_group, "DeletePolicy": _on_policy}
