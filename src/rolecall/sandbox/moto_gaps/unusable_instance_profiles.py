"""What EC2 returns for an instance profile that it cannot use."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_gaps._launch_template import launch_template
from rolecall.sandbox.moto_state.ec2 import is_terminated
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
        """Raise EC2's error for a profile, or for an instance that can't have one."""
        given = call.operation.parameters.get("IamInstanceProfile")
        requested = given or launch_template(call).get("IamInstanceProfile")
        if not isinstance(requested, dict):
            return
        if requested.get("Arn") and requested.get("Name"):
            raise AwsError(
                "InvalidParameterCombination",
                "The parameter 'iamInstanceProfile.name' cannot be used in combination with "
                "'iamInstanceProfile.arn'",
                400,
            )
        self._check_state(call)
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

    def _check_state(self, call: Call) -> None:
        """Only a running or stopped instance can be associated with a profile.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateIamInstanceProfile.html
        """
        instance = call.operation.text("InstanceId")
        if instance and is_terminated(call.account, call.region, instance):
            message = f"The instance '{instance}' is not in the 'running' or 'stopped' states."
            raise AwsError("IncorrectInstanceState", message, 400)
