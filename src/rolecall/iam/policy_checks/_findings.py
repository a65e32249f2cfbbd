"""The findings of policy validation, with their places in the policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

import yaml

from rolecall.iam.policy_checks._nodes import Node, Step

FindingType = Literal["ERROR", "SECURITY_WARNING", "SUGGESTION", "WARNING"]
_REFERENCE = (
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html"
    "#access-analyzer-reference-policy-checks-"
)
_IN_LINK = {
    "ERROR": "error",
    "WARNING": "general-warning",
    "SECURITY_WARNING": "security-warning",
    "SUGGESTION": "suggestion",
}
_PLACEHOLDER = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class Location:
    """A place in the policy.

    Parameters
    ----------
    path
        The steps from the root of the document.
    start, end
        The offsets of the first character, and behind the last one.
    substring
        The start and the length of a part of a string, counted in the string; None for all of it.
    """

    path: tuple[Step, ...]
    start: int
    end: int
    substring: tuple[int, int] | None = None

    @classmethod
    def of(cls, node: Node, substring: tuple[int, int] | None = None) -> Location:
        """Return the place of a node, or of a part of its text."""
        if substring is None:
            return cls(node.path, node.start, node.end)
        start = node.start + 1 + substring[0]
        return cls(node.path, start, start + substring[1], substring)


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of policy validation.

    Parameters
    ----------
    type
        ERROR, SECURITY_WARNING, WARNING, or SUGGESTION.
    code
        The issue code, such as INVALID_ACTION.
    details
        The message.
    locations
        The places in the policy, of which there is at least one.
    """

    type: FindingType
    code: str
    details: str
    locations: tuple[Location, ...]

    @property
    def learn_more_link(self) -> str:
        """The address of the finding's section in the reference of policy checks."""
        return f"{_REFERENCE}{_IN_LINK[self.type]}-{self.code.lower().replace('_', '-')}"


Findings = Iterator[Finding]


def finding(code: str, *places: Node | Location, **filled: object) -> Finding:
    """Return a finding.

    Parameters
    ----------
    code
        The issue code.
    places
        Where it is.
    filled
        What the message mentions, by the names of its placeholders.
    """
    type, message = _messages()[code]
    details = _PLACEHOLDER.sub(lambda found: str(filled[found[1]]), message)
    locations = tuple(one if isinstance(one, Location) else Location.of(one) for one in places)
    return Finding(type, code, details, locations)


@cache
def _messages() -> dict[str, tuple[FindingType, str]]:
    text = (files(__package__) / "messages.yaml").read_text(encoding="utf-8")
    listed = cast(dict[FindingType, dict[str, str]], yaml.load(text, yaml.CSafeLoader))
    return {code: (type, message) for type, codes in listed.items() for code, message in codes.items()}
