"""Why a call was allowed or denied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rolecall.iam import Explanation, explain, parse_case
from rolecall.sandbox._control_client import ControlApi


@dataclass(frozen=True, slots=True)
class CallExplanation:
    """Why a call was decided as it was.

    Parameters
    ----------
    error
        The code of the error that the caller got, or None.
    roles
        The ARNs of the roles that allow a denied call, and that the caller can assume.
    """

    explanation: Explanation
    allowed: bool
    error: str | None
    roles: tuple[str, ...] = ()

    @property
    def advice(self) -> str:
        """What the caller can do without any change to a policy; empty if there is nothing."""
        if not self.roles:
            return ""
        role, *others = self.roles
        more = f" So can sessions of {', '.join(others)}." if others else ""
        caller = self.explanation.decision.request.caller.name
        return f"A session of {role} can make this call, and {caller} can assume this role.{more}"

    @property
    def verdict(self) -> str:
        """The decision in a few words, such as ``✘ Denied (AccessDenied)``."""
        if self.allowed:
            return "✔ Allowed"
        return f"✘ Denied ({self.error})" if self.error else "✘ Denied"

    def __str__(self) -> str:
        return "\n".join(filter(None, (self.verdict, self.advice, str(self.explanation))))

    def __repr__(self) -> str:
        return str(self)


def explain_event(event: Mapping[str, Any], control: ControlApi) -> CallExplanation:
    """Explain the decision of an event, and find the roles with which a denied call succeeds.

    Parameters
    ----------
    event
        An entry of the trail, as the control API returns it.
    control
        The control API of the sandbox.
    """
    decision = parse_case(event["case"]).decide()
    roles: list[str] = []
    if not decision.allowed:
        roles = control("GET", f"/roles-that-allow?event={event['id']}")
    return CallExplanation(explain(decision), decision.allowed, event["error"], tuple(roles))
