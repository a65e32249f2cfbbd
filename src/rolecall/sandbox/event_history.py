"""The management events of the last calls: CloudTrail's event history.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
"""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import uuid4
from xml.sax.saxutils import unescape

from rolecall.aws.cloudtrail_events import (
    event_name,
    event_source,
    is_management_event,
    is_read_only,
    named_resources,
)
from rolecall.aws.mapping import prefix_of
from rolecall.aws.operations import Operation
from rolecall.aws.secret_parameters import without_secrets
from rolecall.iam import Request
from rolecall.sandbox.call import Call
from rolecall.sandbox.callers import Caller, Callers
from rolecall.sandbox.clock import timestamp
from rolecall.sandbox.cloudtrail import user_identity
from rolecall.sandbox.responses import Response, read_result

_KEPT = 2_000
_SPAN = timedelta(minutes=15)
_LONGEST = 64 * 1024
_NO_RESULT = Response(200, (), b"")
_MESSAGE = re.compile(rb'<Message>(.*?)</Message>|"[Mm]essage"\s*:\s*("(?:[^"\\]|\\.)*")', re.DOTALL)
_SECRET = frozenset(
    {
        "Base32StringSeed",
        "Password",
        "Plaintext",
        "PrivateKey",
        "PrivateKeyPlaintext",
        "QRCodePNG",
        "SecretAccessKey",
        "SecretBinary",
        "SecretString",
        "ServiceCredentialSecret",
        "ServicePassword",
    }
)
# A call to another account is an event in that account too.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
_ACROSS_ACCOUNTS = {"kms": "KeyId", "sts": "RoleArn"}


@dataclass(frozen=True)
class ManagementEvent:
    """One call that isn't about the data in a resource.

    Parameters
    ----------
    id, request_id
        The IDs of the event and of the request.
    time
        When the call arrived, by the sandbox's clock.
    account, region
        The account whose history contains the event, and the Region.
    caller
        Who made the call.
    operation
        What was called, with its parameters.
    source_ip, user_agent, access_key_id
        Where the request came from; the key is empty for a service and for an unsigned request.
    response
        The response; None for a call that a service made.
    """

    id: str
    request_id: str
    time: datetime
    account: str
    region: str
    caller: Caller
    operation: Operation
    source_ip: str
    user_agent: str
    access_key_id: str
    response: Response | None

    @property
    def name(self) -> str:
        """The name of the operation, as CloudTrail has it."""
        return event_name(self.operation.service, self.operation.name)

    @property
    def source(self) -> str:
        """The service that was called, such as ``iam.amazonaws.com``."""
        return event_source(self.operation.service)

    @property
    def read_only(self) -> bool:
        """Whether the call changes nothing."""
        return is_read_only(self.operation.service, self.operation.name)

    @property
    def username(self) -> str:
        """The name of the user or of the role session; empty for a service."""
        if self.caller.is_service or self.caller.account is None:
            return ""
        return self.caller.arn.rpartition(":")[2].rpartition("/")[2]

    @cached_property
    def resources(self) -> tuple[tuple[str, str], ...]:
        """The type and the name of each resource that the call names or creates."""
        found = [*named_resources(self.operation.service, self.operation.parameters)]
        if self.operation.service == "sts" and self._result:
            found.append(("AWS::IAM::AccessKey", self._result["Credentials"]["AccessKeyId"]))
            assumed = self._result.get("AssumedRoleUser", {}).get("Arn")
            found += [("AWS::STS::AssumedRole", assumed)] if assumed else []
        return tuple(found)

    @cached_property
    def _result(self) -> dict[str, Any]:
        """What the response has of the result: nothing for a call that only reads, except from STS."""
        response = self.response
        if response is None or not response.ok or not _has_result(self.operation):
            return {}
        result = read_result(self.operation, response)
        return result if self.operation.service != "sts" or "Credentials" in result else {}

    def record(self, callers: Callers) -> dict[str, Any]:
        """Return the event as CloudTrail writes it.

        Parameters
        ----------
        callers
            What is known about the callers.

        References
        ----------
        https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
        """
        operation, caller = self.operation, self.caller
        identity = user_identity(
            Request.of(
                caller.arn,
                f"{operation.service}:{operation.name}",
                "*",
                context=callers.context(caller),
                issuer=callers.issuer(caller),
            )
        )
        if self.access_key_id:
            identity["accessKeyId"] = self.access_key_id
        shown = without_secrets(operation.service, operation.name, operation.parameters)
        record: dict[str, Any] = {
            "eventVersion": "1.11",
            "userIdentity": identity,
            "eventTime": timestamp(self.time),
            "eventSource": self.source,
            "eventName": self.name,
            "awsRegion": self.region,
            "sourceIPAddress": self.source_ip,
            "userAgent": self.user_agent,
            "requestParameters": _shown(shown) or None,
            "responseElements": _shown(self._result) or None,
            "requestID": self.request_id,
            "eventID": self.id,
            "readOnly": self.read_only,
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": self.account,
            "eventCategory": "Management",
        }
        if self.response is not None and not self.response.ok:
            record |= {"errorCode": self.response.error, "errorMessage": _message(self.response.body)}
        return record


@dataclass(frozen=True, slots=True)
class KeyUse:
    """When an access key was used, for a service (its prefix in IAM) in a Region."""

    time: datetime
    service: str
    region: str


class EventHistory:
    """The last two thousand management events of all accounts, and the last use of each access key."""

    def __init__(self) -> None:
        self._uses: dict[str, KeyUse] = {}
        self._events: deque[ManagementEvent] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()

    def record(self, call: Call, response: Response | None, time: datetime) -> None:
        """Keep a call, unless CloudTrail counts it as a data event.

        Parameters
        ----------
        call
            The call.
        response
            Its response; None if a service made the call.
        time
            When it arrived.
        """
        operation = call.operation
        request_id = (response and response.request_id) or call.request_id
        self._record_use(call, time)
        if not is_management_event(operation.service, operation.name):
            return
        if response is not None and response.ok and not _has_result(operation):
            response = _NO_RESULT
        if len(call.request.body) > _LONGEST:
            shown = without_secrets(operation.service, operation.name, operation.parameters)
            operation = Operation(operation.service, operation.name, operation.protocol, shown)
        for account in self._accounts(call, response):
            event = ManagementEvent(
                str(uuid4()),
                request_id,
                time,
                account,
                call.region,
                call.caller,
                operation,
                call.request.source_ip,
                call.request.headers.get("user-agent", ""),
                call.signature.access_key_id if call.signature else "",
                response,
            )
            with self._lock:
                self._events.append(event)

    def events(self, account: str, region: str) -> list[ManagementEvent]:
        """List the events of an account in a Region, the newest first."""
        with self._lock:
            events = list(self._events)
        return [one for one in reversed(events) if (one.account, one.region) == (account, region)]

    def last_use(self, access_key_id: str) -> KeyUse | None:
        """Return the last recorded use of a user's access key; None if it was never used."""
        return self._uses.get(access_key_id)

    def clear(self) -> None:
        """Forget every event."""
        with self._lock:
            self._events.clear()
            self._uses.clear()

    def _record_use(self, call: Call, time: datetime) -> None:
        """Record the first use of a key in a span of 15 minutes, as IAM does.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
        """
        if call.signature is None or call.caller.session is not None:
            return
        key = call.signature.access_key_id
        known = self._uses.get(key)
        if known is None or not known.time <= time < known.time + _SPAN:
            self._uses[key] = KeyUse(time, prefix_of(call.operation.service), call.region)

    def _accounts(self, call: Call, response: Response | None) -> list[str]:
        """Return the account of the caller, and of a key or role in another account that it could use."""
        accounts = [call.caller.account] if call.caller.account else []
        named = call.operation.parameters.get(_ACROSS_ACCOUNTS.get(call.operation.service, ""))
        if isinstance(named, str) and named.count(":") > 4 and (response is None or response.ok):
            accounts.append(named.split(":")[4])
        return list(dict.fromkeys(accounts))


def _has_result(operation: Operation) -> bool:
    """Whether an event has the call's result: not if it only reads, except for credentials from STS."""
    return operation.service == "sts" or not is_read_only(operation.service, operation.name)


def _shown(value: Any) -> Any:
    """Return parameters or a result as JSON with CloudTrail's spelling of names, and without secrets."""
    match value:
        case Mapping():
            named = {key[:1].lower() + key[1:]: one for key, one in value.items() if key not in _SECRET}
            return {key: _shown(one) for key, one in named.items()}
        case list():
            return [_shown(one) for one in value]
        case datetime():
            return timestamp(value)
        case str() | int() | float() | bool() | None:
            return value
    # CloudTrail omits binary values.
    return f"({type(value).__name__})"


def _message(body: bytes) -> str:
    """Return the message of an error, from JSON or XML."""
    found = _MESSAGE.search(body)
    if found is None:
        return ""
    if found[2]:
        return str(json.loads(found[2]))
    return unescape(found[1].decode("utf-8", "replace"), {"&quot;": '"', "&apos;": "'"})
