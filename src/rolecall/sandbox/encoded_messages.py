"""The encoded message that EC2 adds to a denial, and its decoding.

https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from rolecall.aws.errors import AwsError
from rolecall.aws.operations import Operation
from rolecall.iam import Decision, Outcome, StatementRef

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
    """Return the details of a denial: explicit or not, the request, and its condition keys.

    https://docs.aws.amazon.com/cli/latest/reference/sts/decode-authorization-message.html
    """
    request = decision.request
    user_id = request.context.get("aws:userid", ("",))[0]
    explicit = decision.outcome is Outcome.EXPLICITLY_DENIED
    matched = [
        _matched(one.ref, user_id)
        for one in decision.trace
        if explicit and one.statement.effect == "Deny" and not one.failures
    ]
    return {
        "allowed": False,
        "explicitDeny": explicit,
        "matchedStatements": _items(matched),
        "failures": _items(()),
        "context": {
            "principal": _principal(request.caller.name, user_id),
            "action": request.action,
            "resource": request.resource,
            "conditions": _items(_key(key, values) for key, values in sorted(request.context.items())),
        },
    }


def _matched(denying: StatementRef, user_id: str) -> dict[str, Any]:
    """Return a statement that denies the request, with its elements as the policy has them."""
    source = denying.source
    return {
        "statementId": denying.statement.sid or "",
        "effect": "DENY",
        "principals": _values(user_id.partition(":")[0]),
        "principalGroups": _items(()),
        "actions": _values(source.get("Action", ())),
        "resources": _values(source.get("Resource", ())),
        "conditions": _items(
            _key(key, value)
            for operator in source.get("Condition", {}).values()
            for key, value in operator.items()
        ),
    }


def _principal(arn: str, user_id: str) -> dict[str, str]:
    """Return the caller; only users have a name."""
    name = {"name": arn.rpartition("/")[2]} if ":user/" in arn else {}
    return {"id": user_id, **name, "arn": arn}


def _key(key: str, values: Any) -> dict[str, Any]:
    return {"key": key, "values": _values(values)}


def _values(values: Any) -> dict[str, Any]:
    """Return one value or many, each as a text."""
    listed = values if isinstance(values, list | tuple) else [values]
    return _items({"value": value if isinstance(value, str) else json.dumps(value)} for value in listed)


def _items(items: Iterable[Any]) -> dict[str, Any]:
    return {"items": list(items)}
