"""A change in the configuration of access, and the names that authors give to what may change."""

from __future__ import annotations

import re
from dataclasses import dataclass

PARTS = {
    "user": ("access keys", "groups", "password", "policies", "permissions boundary", "tags"),
    "role": ("trust policy", "session duration", "policies", "permissions boundary", "tags"),
    "group": ("policies",),
    "managed policy": ("default version",),
    "instance profile": ("role",),
    "identity provider": ("audiences",),
    "bucket": ("policy", "access control list", "Block Public Access"),
    "queue": ("policy",),
    "topic": ("policy",),
    "secret": ("policy",),
    "key": ("policy",),
    "table": ("policy",),
    "function": ("policy",),
    "instance": ("instance profile", "metadata options"),
    "account": ("service control policies", "resource control policies"),
}
"""By kind of what has access or is accessed, the parts that decide who can do what."""
_NAME = re.compile(
    r"(?:the )?(?:(?P<part>[A-Za-z ]+) of (?:the )?)?(?P<kind>"
    + "|".join(PARTS)
    + r") (?:(?P<account>[\w-]+)/)?(?P<name>\S+)"
)


@dataclass(frozen=True, slots=True)
class AccessChange:
    """Something that was changed, created, or deleted.

    Parameters
    ----------
    account
        The name of the account in the world.
    kind, name
        What was changed, such as ``role`` and ``reports-reader``.
    part
        Which part of it, such as ``trust policy``; empty if it was created or deleted.
    """

    account: str
    kind: str
    name: str
    part: str

    def __str__(self) -> str:
        return (
            f"the {self.part} of the {self.kind} {self.name}"
            if self.part
            else f"the {self.kind} {self.name}"
        )


@dataclass(frozen=True, slots=True)
class AccessName:
    """A name for one thing, or for one of its parts, such as ``trust policy of role reports-reader``.

    Parameters
    ----------
    account
        The name of the account in the world; empty for any account.
    part
        The part; empty for all of them.
    """

    account: str
    kind: str
    name: str
    part: str

    @classmethod
    def parse(cls, text: str) -> AccessName:
        """Read a name.

        Raises
        ------
        ValueError
            If there is no such kind or part.
        """
        found = _NAME.fullmatch(text)
        if found is None:
            kinds = ", ".join(PARTS)
            raise ValueError(
                f"{text!r} names nothing; write a kind and a name, such as `role web`. Kinds: {kinds}"
            )
        kind, part = found["kind"], found["part"] or ""
        if part and part not in PARTS[kind]:
            raise ValueError(f"a {kind} has no {part!r}; its parts: {', '.join(PARTS[kind])}")
        return cls(found["account"] or "", kind, found["name"], part)

    def covers(self, change: AccessChange) -> bool:
        """Whether a change is one of what this names."""
        is_it = self.name == change.name and self.account in ("", change.account)
        return (
            (is_it or self.whole_name == change.name)
            and self.kind == change.kind
            and self.part in ("", change.part)
        )

    @property
    def whole_name(self) -> str:
        """The name with what was read as an account, because the name of a secret can have a slash."""
        return f"{self.account}/{self.name}" if self.account else self.name
