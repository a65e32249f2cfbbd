"""CloudTrail's event history: the management events of the last 90 days."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.event_history import ManagementEvent
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.responses import Result

_PAGE = 50
_KEPT_FOR = timedelta(days=90)
_ATTRIBUTES: dict[str, Callable[[ManagementEvent, str], bool]] = {
    "AccessKeyId": lambda event, value: event.access_key_id == value,
    "EventId": lambda event, value: event.id == value,
    "EventName": lambda event, value: event.name == value,
    "EventSource": lambda event, value: event.source == value,
    "ReadOnly": lambda event, value: _text(event.read_only) == value,
    "ResourceName": lambda event, value: any(name == value for _, name in event.resources),
    "ResourceType": lambda event, value: any(kind == value for kind, _ in event.resources),
    "Username": lambda event, value: event.username == value,
}


class CloudTrailEventHistory(Gap):
    """LookupEvents finds the calls of the account in the Region; moto lacks it.

    The sandbox lists a call immediately; AWS needs about five minutes.
    """

    operations = frozenset({"cloudtrail.LookupEvents"})
    rule = "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html"
    answers = True

    def validate(self, call: Call) -> None:
        """Raise the error for an attribute, a range, or a token that LookupEvents can't use."""
        given = call.operation.parameters
        attributes = given.get("LookupAttributes") or []
        if len(attributes) > 1 or any(
            one.get("AttributeKey") not in _ATTRIBUTES or not one.get("AttributeValue")
            for one in attributes
        ):
            raise AwsError("InvalidLookupAttributesException", "Invalid lookup attributes.", 400)
        most = given.get("MaxResults")
        if most is not None and not 1 <= int(most) <= _PAGE:
            message = "MaxResults must be between 1 and 50."
            raise AwsError("InvalidMaxResultsException", message, 400)
        start, end = _moment(given.get("StartTime")), _moment(given.get("EndTime"))
        if start and end and start > end:
            message = "Start time must be before the end time."
            raise AwsError("InvalidTimeRangeException", message, 400)
        if not call.operation.text("NextToken", "0").isdecimal():
            raise AwsError("InvalidNextTokenException", "Invalid token in request.", 400)
        if call.operation.text("EventCategory", "insight") != "insight":
            message = "EventCategory must be insight."
            raise AwsError("InvalidEventCategoryException", message, 400)

    def before(self, call: Call) -> Result:
        """Return one page of the events, the newest first."""
        given = call.operation.parameters
        if call.operation.text("EventCategory"):
            # No trail of the sandbox logs Insights events.
            return {"Events": []}
        start = max(_moment(given.get("StartTime")) or datetime.min.replace(tzinfo=UTC), self._oldest())
        end = _moment(given.get("EndTime")) or datetime.max.replace(tzinfo=UTC)
        found = [
            event
            for event in self.runtime.history.events(call.account, call.region)
            if start <= event.time <= end
            and all(
                _ATTRIBUTES[one["AttributeKey"]](event, one["AttributeValue"])
                for one in given.get("LookupAttributes") or []
            )
        ]
        first = int(call.operation.text("NextToken", "0"))
        last = first + int(given.get("MaxResults") or _PAGE)
        page: dict[str, Any] = {"Events": [self._described(event) for event in found[first:last]]}
        return page | ({"NextToken": str(last)} if last < len(found) else {})

    def _oldest(self) -> datetime:
        return self.runtime.clock.now() - _KEPT_FOR

    def _described(self, event: ManagementEvent) -> dict[str, Any]:
        described: dict[str, Any] = {
            "EventId": event.id,
            "EventName": event.name,
            "ReadOnly": _text(event.read_only),
            "EventTime": event.time.replace(microsecond=0),
            "EventSource": event.source,
            "Resources": [{"ResourceType": kind, "ResourceName": name} for kind, name in event.resources],
            "CloudTrailEvent": json.dumps(event.record(self.runtime.callers)),
        }
        if event.access_key_id:
            described["AccessKeyId"] = event.access_key_id
        return described | ({"Username": event.username} if event.username else {})


def _text(flag: bool) -> str:
    return "true" if flag else "false"


def _moment(value: Any) -> datetime | None:
    """Return a time of the request, which JSON has as a number of seconds."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    try:
        return datetime.fromtimestamp(float(value), UTC) if value is not None else None
    except (ValueError, OverflowError, TypeError):
        message = "The time range is invalid."
        raise AwsError("InvalidTimeRangeException", message, 400) from None
