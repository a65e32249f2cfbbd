"""Why a call was allowed or denied."""

from __future__ import annotations

from dataclasses import dataclass

from rolecall.iam import Explanation


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
