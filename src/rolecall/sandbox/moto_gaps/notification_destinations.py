"""Destinations of a bucket's notifications, which S3 validates when they are set."""

from __future__ import annotations

from collections.abc import Iterator

from rolecall.aws.errors import AwsError
from rolecall.aws.templates import values
from rolecall.sandbox.call import Call
from rolecall.sandbox.deliveries import Source, may_deliver
from rolecall.sandbox.moto_gaps._gap import Gap

_CONFIGURATION = "NotificationConfiguration"
# The path of a destination, and what S3 says about one that doesn't allow the bucket.
_DESTINATIONS = {
    "QueueConfigurations.QueueArn": (
        "Permissions on the destination queue do not allow S3 to publish notifications from this bucket"
    ),
    "TopicConfigurations.TopicArn": (
        "Permissions on the destination topic do not allow S3 to publish notifications from this bucket"
    ),
    "LambdaFunctionConfigurations.LambdaFunctionArn": "Not authorized to invoke function [{}]",
}


class NotificationDestinations(Gap):
    """S3 refuses notifications to a queue, topic, or function whose policy doesn't allow the bucket."""

    operations = frozenset({"s3.PutBucketNotificationConfiguration"})
    rule = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html"

    def before(self, call: Call) -> None:
        """Raise InvalidArgument with the destinations that S3 can't use."""
        if call.operation.parameters.get("SkipDestinationValidation"):
            return
        for path in _DESTINATIONS:
            for arn in values(call.operation.parameters, f"{_CONFIGURATION}.{path}"):
                _check_arn(arn, call.region)
        details: dict[str, str] = {}
        for number, (arn, reason) in enumerate(self._refused(call), 1):
            details |= {f"ArgumentName{number}": arn, f"ArgumentValue{number}": reason}
        if details:
            message = "Unable to validate the following destination configurations"
            raise AwsError("InvalidArgument", message, 400, details)

    def _refused(self, call: Call) -> Iterator[tuple[str, str]]:
        bucket = call.operation.text("Bucket", "")
        source = Source("s3.amazonaws.com", f"arn:aws:s3:::{bucket}", call.account)
        for path, reason in _DESTINATIONS.items():
            for arn in values(call.operation.parameters, f"{_CONFIGURATION}.{path}"):
                if not may_deliver(source, arn):
                    yield arn, reason.replace("{}", arn)


def _check_arn(arn: str, region: str) -> None:
    """Raise InvalidArgument for an ARN of another service or in another Region.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-enable-disable-notification-intro.html
    """
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[2] not in ("lambda", "sns", "sqs"):
        raise AwsError("InvalidArgument", "The ARN is not well formed", 400)
    if parts[3] != region:
        message = (
            "The notification destination service region is not valid for the bucket location constraint"
        )
        raise AwsError("InvalidArgument", message, 400)
