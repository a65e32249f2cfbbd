"""What EC2 returns for an instance profile that it cannot use."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.iam import iam_backend


class UnusableInstanceProfiles(Gap):
    """EC2 rejects a profile that doesn't exist or has no role; moto returns IAM's error, or accepts it."""

    operations = frozenset(
        {
            "ec2.RunInstances",
            "ec2.AssociateIamInstanceProfile",
            "ec2.ReplaceIamInstanceProfileAssociation",
        }
    )
    # See InvalidParameterValue there.
    rule = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"

    def before(self, call: Call) -> None:
        """Raise InvalidParameterValue with EC2's message."""
        requested = call.operation.parameters.get("IamInstanceProfile")
        if not isinstance(requested, dict):
            return
        profiles = iam_backend(call.account).instance_profiles.values()
        for field, attribute, word in (("Arn", "arn", "ARN"), ("Name", "name", "name")):
            value = requested.get(field)
            if not value:
                continue
            found = next((one for one in profiles if value == getattr(one, attribute)), None)
            if found is None:
                raise AwsError(
                    "InvalidParameterValue",
                    f"Value ({value}) for parameter iamInstanceProfile.{attribute} is invalid. "
                    f"Invalid IAM Instance Profile {word}",
                    400,
                )
            if not found.roles:
                message = f'IAM Instance Profile "{found.arn}" has no associated IAM Roles'
                raise AwsError("InvalidParameterValue", message, 400)
