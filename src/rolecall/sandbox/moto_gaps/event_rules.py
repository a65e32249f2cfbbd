"""Schedules of rules of EventBridge, and rules that don't exist."""

from __future__ import annotations

import re

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.responses import Response

# A rate of one has a unit without an s, and others have one with an s.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
_SCHEDULE = re.compile(
    r"rate\((?:1 (?:minute|hour|day)|(?:[2-9]|[1-9]\d+) (?:minutes|hours|days))\)|cron\((?:\S+ ){5}\S+\)"
)


class EventRules(Gap):
    """EventBridge rejects other schedules, and names the bus without the rule; moto accepts any text."""

    operations = frozenset({"events.DescribeRule", "events.PutRule"})
    rule = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html"

    def before(self, call: Call) -> None:
        """Raise ValidationException for a schedule that isn't one."""
        schedule = call.operation.text("ScheduleExpression")
        if schedule is not None and not _SCHEDULE.fullmatch(schedule):
            raise AwsError("ValidationException", "Parameter ScheduleExpression is not valid.", 400)

    def after(self, call: Call, response: Response) -> Response:
        """Name the event bus on which there is no such rule."""
        if call.operation.name == "DescribeRule" and response.error == "ResourceNotFoundException":
            bus = call.operation.text("EventBusName", "default").rpartition("/")[2]
            message = f"Rule {call.operation.text('Name')} does not exist on EventBus {bus}."
            raise AwsError("ResourceNotFoundException", message, 400)
        return response
