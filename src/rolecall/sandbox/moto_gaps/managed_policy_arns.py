"""The ARNs of managed policies that are attached, detached, or deleted."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.iam import iam_backend

_ATTACHMENTS = frozenset(
    f"iam.{verb}{entity}Policy" for verb in ("Attach", "Detach") for entity in ("Group", "Role", "User")
)


class ManagedPolicyArns(Gap):
    """IAM rejects what isn't an ARN; moto takes it for a policy that doesn't exist."""

    operations = _ATTACHMENTS | {"iam.DeletePolicy", "iam.GetPolicy"}
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html"

    def before(self, call: Call) -> None:
        """Raise ValidationError for a name in place of an ARN, and NoSuchEntity for an unknown policy."""
        arn = call.operation.text("PolicyArn", "")
        if not arn.startswith("arn:") or arn.count(":") < 5:
            raise AwsError("ValidationError", "Invalid ARN:  Could not be parsed!", 400)
        if call.name not in _ATTACHMENTS and arn not in iam_backend(call.account).managed_policies:
            raise AwsError("NoSuchEntity", f"Policy {arn} was not found.", 404)
