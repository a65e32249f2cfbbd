"""The encoded message that EC2 puts beside a denial, and its decoding.

https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
"""

from __future__ import annotations

import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from rolecall.aws.errors import AwsError
from rolecall.aws.operations import Operation
from rolecall.iam import Decision, Outcome

_BEFORE = "Encoded authorization failure message: "


class EncodedMessages:
    """Writes and reads the messages with a key of this sandbox's own; the caller cannot read them."""

    def __init__(self) -> None:
        self._fernet = Fernet(Fernet.generate_key())

    def beside(self, operation: Operation, decision: Decision) -> str:
        """What follows the text of a denial; reading operations of EC2 have no such message."""
        if operation.service != "ec2" or operation.name.startswith(("Describe", "Get", "Search")):
            return ""
        told = json.dumps(_told(decision), separators=(",", ":"))
        return f". {_BEFORE}{self._fernet.encrypt(told.encode()).decode()}"

    def decode(self, message: str) -> str:
        """The JSON in an encoded message.

        Raises
        ------
        AwsError
            InvalidAuthorizationMessageException for a text that is none of this sandbox's messages.
        """
        try:
            return self._fernet.decrypt(message.encode()).decode()
        except InvalidToken:
            raise AwsError("InvalidAuthorizationMessageException", "Message is invalid", 400) from None


def _told(decision: Decision) -> dict[str, Any]:
    """Whether it was an explicit deny, who asked for what, and the condition keys of the request."""
    request = decision.request
    explicit = decision.outcome is Outcome.EXPLICITLY_DENIED
    matched = [
        {
            "statementId": one.statement.sid or "",
            "effect": "DENY",
            "principals": _items(()),
            "principalGroups": _items(()),
            "actions": _items(({"value": request.action},)),
            "resources": _items(({"value": request.resource},)),
            "conditions": _items(()),
        }
        for one in decision.trace
        if explicit and one.statement.effect == "Deny" and not one.failures
    ]
    conditions = [
        {"key": key, "values": _items({"value": value} for value in values)}
        for key, values in sorted(request.context.items())
    ]
    user_id = request.context.get("aws:userid", ("",))[0]
    return {
        "allowed": False,
        "explicitDeny": explicit,
        "matchedStatements": _items(matched),
        "failures": _items(()),
        "context": {
            "principal": {
                "id": user_id,
                "name": request.caller.name.rpartition("/")[2],
                "arn": request.caller.name,
            },
            "action": request.action,
            "resource": request.resource,
            "conditions": _items(conditions),
        },
    }


def _items(items: Any) -> dict[str, Any]:
    return {"items": list(items)}
