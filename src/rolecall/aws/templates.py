"""Templates of ARNs, filled from the parameters of a request.

A template is an ARN with placeholders, such as
``arn:aws:ecs:{region}:{account}:service/{cluster=default}/{service}``. A placeholder consists of

- the path of a parameter, such as ``Name`` or ``Target.RoleArn``. A list on the way gives one ARN for each
  item; ``@keys`` and ``@values`` are the keys and values of a map.
- optionally ``!`` and the name of a conversion (`rolecall.aws.conversions`).
- optionally ``=`` and the value to use if the parameter isn't given.
- optionally ``|`` and another placeholder, for the case that the first one has no value.

``{account}``, ``{region}``, and ``{caller}`` are the caller's account, the region of the request, and the
ARN of the caller. A parameter that holds an ARN replaces the whole template. If other parts follow it, as
in the example, its last part, account, and Region are used instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

PLACEHOLDER = re.compile(r"\{([^}]*)\}")
FIXED = ("account", "region", "caller")

Convert = Callable[[str, str], str | None]
"""Takes the name of a conversion and a value; returns ``None`` if it doesn't apply to the value."""


def paths(template: str) -> list[str]:
    """Return the paths of the parameters in a template or a placeholder."""
    inner = PLACEHOLDER.findall(template) if "{" in template else [template]
    found = [re.split("[!=]", one)[0] for text in inner for one in text.split("|")]
    return [one for one in found if one not in FIXED]


@lru_cache(maxsize=8192)
def roots(paths: tuple[str, ...]) -> frozenset[str]:
    """Return the parameters that paths begin with; where none of them is given, no path has a value."""
    return frozenset(_names(path)[0] for path in paths)


def values(parameters: Mapping[str, Any], path: str, default: str | None = None) -> list[str]:
    """Return the texts at a path of nested parameters.

    Parameters
    ----------
    parameters
        The parameters of a request.
    path
        The names on the way, with dots between them.
    default
        The text for each place where the last name isn't given.

    Returns
    -------
    list of str
        The texts; empty if the parameter isn't given.
    """
    *names, last = _names(path)
    first = names[0] if names else last
    if first not in parameters and not first.startswith("@"):
        return [] if names or default is None else [default]
    if not names and type(only := parameters.get(last)) is str and only:
        return [only]
    found: list[Any] = [parameters]
    for name in names:
        found = [
            one[name] for one in _flat(found) if isinstance(one, Mapping) and one.get(name) is not None
        ]
    texts: list[str] = []
    for one in _flat(found):
        if not isinstance(one, Mapping):
            continue
        value = list(one) if last == "@keys" else list(one.values()) if last == "@values" else one.get(last)
        if value is None or value == "":
            texts += [] if default is None else [default]
        else:
            texts += [text(item) for item in _flat([value]) if not isinstance(item, Mapping)]
    return texts


def text(value: object) -> str:
    """Return a parameter in the form that it has in a condition key."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return str(value).lower() if isinstance(value, bool) else str(value)


def fill(
    template: str,
    parameters: Mapping[str, Any],
    fixed: Mapping[str, str],
    convert: Convert,
    missing: str | None = None,
) -> list[str]:
    """Fill a template from the parameters of a request.

    Parameters
    ----------
    template
        The template.
    parameters
        The parameters of the request.
    fixed
        The values of ``account``, ``region``, and ``caller``.
    convert
        Applies a conversion.
    missing
        The text for parameters that aren't given; ``None`` if there is none.

    Returns
    -------
    list of str
        The ARNs; empty if a parameter isn't given and there is no text for it.
    """
    at = 0
    matches = _placeholders(template)
    if matches and matches[-1].end() == len(template):
        last = list(_fill_one(matches[-1][1], parameters, fixed, convert))
        if last and all(value.startswith("arn:") for value in last):
            return last
    # An ARN that came whole from a parameter is complete: nothing of the template is appended to it.
    found = [("", False)]
    for match in matches:
        literal, at = template[at : match.start()], match.end()
        expression = match[1]
        filled = (
            [fixed[expression]]
            if expression in fixed
            else list(_fill_one(expression, parameters, fixed, convert))
        )
        if not filled:
            if missing is None or _names_something(expression, parameters):
                return []
            filled = [missing]
        replaces = at == len(template) or template[at] == "{"
        found = [
            _append(arn, literal, value, whole=whole, replaces=replaces)
            for arn, whole in found
            for value in filled
        ]
    return [arn if whole else arn + template[at:] for arn, whole in found]


def _names_something(expression: str, parameters: Mapping[str, Any]) -> bool:
    """Whether a parameter of a placeholder is given, so that what it names doesn't exist."""
    return any(values(parameters, path) for path in paths(expression))


def _append(arn: str, literal: str, value: str, *, whole: bool, replaces: bool) -> tuple[str, bool]:
    if value.startswith("arn:"):
        if replaces:
            return value, True
        # The ARN of a table or cluster names the account and Region of its index or service, too.
        header, rest = value.split(":", 5)[:5], (arn + literal).split(":", 5)[-1]
        return ":".join([*header, rest]) + re.split("[:/]", value)[-1], whole
    return arn + literal + value, whole


def _fill_one(
    expression: str, parameters: Mapping[str, Any], fixed: Mapping[str, str], convert: Convert
) -> Iterator[str]:
    for path, conversion, default in _alternatives(expression):
        if path in fixed and not conversion and default is None:
            yield fixed[path]
            return
        found = values(parameters, path, default)
        converted = [convert(conversion, value) if conversion and value else value for value in found]
        known = [value for value in converted if value is not None]
        if known:
            yield from known
            return


# A table's templates are the same for all requests, and to read one takes as long as to fill it.
@lru_cache(maxsize=8192)
def _placeholders(template: str) -> tuple[re.Match[str], ...]:
    return tuple(PLACEHOLDER.finditer(template))


@lru_cache(maxsize=8192)
def _alternatives(expression: str) -> tuple[tuple[str, str, str | None], ...]:
    """Return the path, the conversion, and the default of each alternative of a placeholder."""
    found = []
    for alternative in expression.split("|"):
        source, has_default, default = alternative.partition("=")
        path, _, conversion = source.partition("!")
        found.append((path, conversion, default if has_default else None))
    return tuple(found)


@lru_cache(maxsize=8192)
def _names(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def _flat(items: Sequence[Any]) -> Iterator[Any]:
    for item in items:
        if isinstance(item, (list, tuple)):
            yield from _flat(item)
        else:
            yield item
