"""How many instances a request launches."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_launches import MOST_INSTANCES


class LaunchLimits(Gap):
    """EC2 launches no more instances than the account may have; moto launches any number."""

    operations = frozenset({"ec2.RunInstances"})
    rule = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"

    def before(self, call: Call) -> None:
        """Raise the error for a range that is empty or too large."""
        least, most = (call.operation.parameters.get(name) for name in ("MinCount", "MaxCount"))
        if not isinstance(least, int) or not isinstance(most, int):
            return
        if least < 1 or most < least:
            message = (
                f"Value ({least}) for parameter minCount is invalid. It must be between 1 and maxCount."
            )
            raise AwsError("InvalidParameterValue", message, 400)
        if least > MOST_INSTANCES:
            message = (
                f"You have requested more instances ({least}) than your current instance limit of "
                f"{MOST_INSTANCES} allows for the specified instance type. Please visit "
                "http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit."
            )
            raise AwsError("InstanceLimitExceeded", message, 400)
