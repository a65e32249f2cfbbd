"""How long CloudWatch Logs retains events."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
_YEARS = (365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, *_YEARS)


class LogRetention(Gap):
    """CloudWatch Logs retains events for one of some numbers of days; moto accepts any number."""

    operations = frozenset({"logs.PutRetentionPolicy"})
    rule = (
        "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"
    )

    def validate(self, call: Call) -> None:
        """Raise InvalidParameterException for another number."""
        days = call.operation.parameters.get("retentionInDays")
        if days not in _DAYS:
            message = (
                f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy "
                f"constraint: Member must satisfy enum value set: {list(_DAYS)}"
            )
            raise AwsError("InvalidParameterException", message, 400)
