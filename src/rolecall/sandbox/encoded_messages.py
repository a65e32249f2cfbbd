"""The encoded message that EC2 adds to a denial, and its decoding.

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
    """Encrypt and decrypt the messages with the sandbox's own key, so that callers can't read them."""

    def __init__(self) -> None:
        self._fernet = Fernet(Fernet.generate_key())

    def suffix(self, operation: Operation, decision: Decision) -> str:
        """Return what follows the text of a denial; reading operations of EC2 have no encoded message."""
        if operation.service != "ec2" or operation.name.startswith(("Describe", "Get", "Search")):
            return ""
        details = json.dumps(_details(decision), separators=(",", ":"))
        return f". {_BEFORE}{self._fernet.encrypt(details.encode()).decode()}"

    def decode(self, message: str) -> str:
        """Return the JSON in an encoded message.

        Raises
        ------
        AwsError
            InvalidAuthorizationMessageException if the text isn't a message of this sandbox.
        """
        try:
            return self._fernet.decrypt(message.encode()).decode()
        except InvalidToken:
            raise AwsError("InvalidAuthorizationMessageException", "Message is invalid", 400) from None


def _details(decision: Decision) -> dict[str, Any]:
    """Return the details of a denial: explicit or not, the request, and its condition keys."""
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
