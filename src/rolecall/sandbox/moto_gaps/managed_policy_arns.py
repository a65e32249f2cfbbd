"""The ARNs of managed policies that are attached, detached, or deleted."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.iam import iam_backend

_ATTACHMENTS = frozenset(
    f"iam.{verb}{entity}Policy" for verb in ("Attach", "Detach") for entity in ("Group", "Role", "User")
)

# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
_OF_SERVICES = "arn:aws:iam::aws:policy/aws-service-role/"
_NOT_ATTACHABLE = "Cannot attach a Service Role Policy to a Customer Role."


class ManagedPolicyArns(Gap):
    """IAM rejects what isn't an ARN; moto takes it for a policy that doesn't exist."""

    operations = _ATTACHMENTS | {"iam.DeletePolicy", "iam.GetPolicy"}
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html"

    def before(self, call: Call) -> None:
        """Raise the error for what isn't an ARN, an unknown policy, or one of a service-linked role.

        Raises
        ------
        AwsError
            ValidationError, NoSuchEntity, or PolicyNotAttachable.
        """
        arn = call.operation.text("PolicyArn", "")
        if not arn.startswith("arn:") or arn.count(":") < 5:
            raise AwsError("ValidationError", "Invalid ARN:  Could not be parsed!", 400)
        if arn.startswith(_OF_SERVICES) and call.operation.name.startswith("Attach"):
            raise AwsError("PolicyNotAttachable", _NOT_ATTACHABLE, 400)
        if call.name not in _ATTACHMENTS and arn not in iam_backend(call.account).managed_policies:
            raise AwsError("NoSuchEntity", f"Policy {arn} was not found.", 404)
