"""What EC2 says to an instance profile that it cannot use.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (InvalidParameterValue)
"""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.aws.operations import Operation
from rolecall.sandbox.iam_state import backend

_NAMING = frozenset({"RunInstances", "AssociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation"})


def refuse_unusable_profile(operation: Operation, account: str) -> None:
    """Refuses a profile that is not there, or has no role; moto would answer as IAM, or take it.

    Raises
    ------
    AwsError
        InvalidParameterValue, as EC2 words it.
    """
    named = operation.parameters.get("IamInstanceProfile")
    if operation.service != "ec2" or operation.name not in _NAMING or not isinstance(named, dict):
        return
    profiles = backend(account).instance_profiles.values()
    for field, mark, word in (("Arn", "arn", "ARN"), ("Name", "name", "name")):
        value = named.get(field)
        if not value:
            continue
        found = next((one for one in profiles if value == (one.arn if mark == "arn" else one.name)), None)
        if found is None:
            told = f"Value ({value}) for parameter iamInstanceProfile.{mark} is invalid."
            raise AwsError("InvalidParameterValue", f"{told} Invalid IAM Instance Profile {word}", 400)
        if not found.roles:
            told = f'IAM Instance Profile "{found.arn}" has no associated IAM Roles'
            raise AwsError("InvalidParameterValue", told, 400)
