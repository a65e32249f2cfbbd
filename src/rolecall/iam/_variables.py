"""Policy variables: `${aws:username}`, defaults, and the three escaped characters.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rolecall.iam._glob import Token, Wild, tokens

Context = Mapping[str, tuple[str, ...]]

_VARIABLE = re.compile(r"\$\{(\$|[^${}]*)\}")
_DEFAULT = re.compile(r"^\s*([^,\s]+)\s*,\s*'([^']*)'\s*$")


@dataclass(frozen=True, slots=True)
class Variable:
    """A placeholder whose value comes from the request context.

    Parameters
    ----------
    key
        The condition key, in lower case: keys compare without regard to case.
    default
        What stands in for a key that the request does not carry, or None.
    """

    key: str
    default: str | None = None

    def value(self, context: Context) -> str | None:
        values = context.get(self.key)
        # Only single-valued keys may be used as variables.
        if values is not None and len(values) == 1:
            return values[0]
        return self.default


@dataclass(frozen=True, slots=True)
class Template:
    """A policy string split into literals, wildcards and variables."""

    source: str
    parts: tuple[Token | Variable, ...]
    has_variables: bool

    @classmethod
    def parse(cls, source: str, *, variables: bool, wildcards: bool) -> Template:
        """Splits `source`; without `variables` (Version 2008-10-17) `${…}` is plain text."""
        parts: list[Token | Variable] = []
        position = 0
        found = False

        def literal(text: str) -> None:
            if wildcards:
                parts.extend(tokens(text))
            elif text:
                parts.append(text)

        if variables:
            for match in _VARIABLE.finditer(source):
                literal(source[position : match.start()])
                position = match.end()
                name = match.group(1)
                if name in ("*", "?", "$"):
                    parts.append(name)
                    continue
                default = _DEFAULT.match(name)
                key, value = default.groups() if default else (name.strip(), None)
                parts.append(Variable(key.lower(), value))
                found = True
        literal(source[position:])
        return cls(source, tuple(parts), found)

    def resolve(self, context: Context) -> tuple[Token, ...] | None:
        """The pattern with every variable replaced, or None when one has no value.

        A value is taken literally: a `*` that arrives in a tag is no wildcard.
        """
        resolved: list[Token] = []
        for part in self.parts:
            if isinstance(part, Variable):
                value = part.value(context)
                if value is None:
                    return None
                resolved.append(value)
            else:
                resolved.append(part)
        return tuple(resolved)


def plain(parts: tuple[Token, ...]) -> str:
    """The text of a pattern without wildcards."""
    return "".join(part.value if isinstance(part, Wild) else part for part in parts)
