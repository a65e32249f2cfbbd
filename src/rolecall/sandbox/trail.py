"""Record each decision: the sandbox's CloudTrail."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from itertools import count, islice
from typing import Any

from rolecall.aws.denials import denial_message
from rolecall.iam import Decision, because, case_document
from rolecall.sandbox.clock import timestamp
from rolecall.sandbox.cloudtrail import user_identity

_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Event:
    """One decision about one permission.

    Parameters
    ----------
    call
        The call that it belongs to: one may need several permissions.
    error
        The code of the error that was answered, if the decision was a denial.
    """

    number: int
    call: int
    time: datetime
    service: str
    operation: str
    source_ip: str
    user_agent: str
    decision: Decision
    error: str | None

    def document(self) -> dict[str, Any]:
        """Return the event as JSON: request, decision, trace, and a case that repeats the decision."""
        request = self.decision.request
        return {
            "id": self.number,
            "call": self.call,
            "time": timestamp(self.time),
            "request": {
                "principal": request.caller.name,
                "service": self.service,
                "operation": self.operation,
                "action": request.action,
                "resource": request.resource,
                "resource_account": request.resource_account,
                "source_ip": self.source_ip,
                "user_agent": self.user_agent,
            },
            "decision": self.decision.outcome.value,
            "policy_type": self.decision.policy_type.value if self.decision.policy_type else None,
            "because": list(because(self.decision)),
            "error": self.error,
            "trace": [
                {
                    "policy": one.policy.name,
                    "policy_type": one.policy.type.value,
                    "level": one.level,
                    "statement": one.statement.sid or one.statement.index,
                    "effect": one.statement.effect,
                    "applies": not one.failures,
                    "failed": [str(failure) for failure in one.failures],
                }
                for one in self.decision.trace
            ],
            "cloudtrail": self._record(),
            "case": case_document(self.number, request, self.decision.policies),
        }

    def _record(self) -> dict[str, Any]:
        request = self.decision.request
        record: dict[str, Any] = {
            "eventVersion": "1.09",
            "userIdentity": user_identity(request),
            "eventTime": timestamp(self.time),
            "eventSource": f"{request.action_lower.partition(':')[0]}.amazonaws.com",
            "eventName": self.operation,
            "awsRegion": request.context.get("aws:requestedregion", ("",))[0],
            "sourceIPAddress": self.source_ip,
            "userAgent": self.user_agent,
            "eventType": "AwsApiCall",
            "recipientAccountId": request.resource_account or request.caller.account,
        }
        if self.error is not None:
            record |= {"errorCode": self.error, "errorMessage": denial_message(self.service, self.decision)}
        return record


class Trail:
    """The last ten thousand decisions, the newest last."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=_KEPT)
        self._numbers = count(1)
        self._calls = count(1)
        self._lock = threading.Lock()

    def next_call(self) -> int:
        """Return a number for a new call."""
        with self._lock:
            return next(self._calls)

    def record(
        self,
        call: int,
        time: datetime,
        service: str,
        operation: str,
        source_ip: str,
        user_agent: str,
        decision: Decision,
        error: str | None,
    ) -> None:
        """Keep a decision."""
        with self._lock:
            number = next(self._numbers)
            self._events.append(
                Event(number, call, time, service, operation, source_ip, user_agent, decision, error)
            )

    def last(self, number: int) -> list[Event]:
        """Return the last decisions, the newest last."""
        with self._lock:
            newest_first = list(islice(reversed(self._events), number))
        return newest_first[::-1]

    def event(self, number: int) -> Event | None:
        """Return the decision with a number; None if the trail doesn't keep it."""
        with self._lock:
            return next((event for event in self._events if event.number == number), None)

    def clear(self) -> None:
        """Forget every decision."""
        with self._lock:
            self._events.clear()
