"""Resolve policy variables: `${aws:username}`, default values, and the three escaped characters.

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
    """A placeholder for a value from the request context.

    Parameters
    ----------
    key
        The condition key in lower case, because keys ignore case.
    default
        The value if the request doesn't have the key; None without a default.
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
        """Split a policy string.

        Parameters
        ----------
        source
            The string as written in the policy.
        variables
            Whether `${…}` is a variable; in a policy of version 2008-10-17 it is plain text.
        wildcards
            Whether `*` and `?` are wildcards.
        """
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
        """Return the pattern with every variable replaced; None if a variable has no value.

        A value is taken literally: `*` in the value of a tag isn't a wildcard.
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


def variable_keys(source: str) -> list[str]:
    """Return the condition keys of the variables in a policy string, as they are spelled."""
    names = (match.group(1).partition(",")[0].strip() for match in _VARIABLE.finditer(source))
    return [name for name in names if ":" in name]


def plain(parts: tuple[Token, ...]) -> str:
    """Return the text of a pattern, with `*` and `?` taken literally."""
    return "".join(part.value if isinstance(part, Wild) else part for part in parts)
