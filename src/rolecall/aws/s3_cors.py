"""Cross-origin resource sharing (CORS): which rule of a bucket applies to a request, and what it answers.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

_VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"


@dataclass(frozen=True, slots=True)
class CorsRule:
    """One rule of a bucket's CORS configuration."""

    methods: tuple[str, ...]
    origins: tuple[str, ...]
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    max_age: str = ""


def matching_rule(
    rules: Iterable[CorsRule], origin: str, method: str, headers: Sequence[str] = ()
) -> CorsRule | None:
    """Return the first rule that allows an origin, a method, and all requested headers; None without one.

    Parameters
    ----------
    origin
        The header ``Origin``.
    method
        The method of the request, or of the one that a preflight request is for.
    headers
        The names in ``Access-Control-Request-Headers``, whose case doesn't matter.
    """
    for rule in rules:
        if (
            method in rule.methods
            and any(_matches(origin, pattern) for pattern in rule.origins)
            and all(
                any(_matches(name.lower(), pattern.lower()) for pattern in rule.headers) for name in headers
            )
        ):
            return rule
    return None


def response_headers(rule: CorsRule, origin: str, headers: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Return the headers of the response to a request that a rule allows."""
    everyone = "*" in rule.origins
    found = [
        ("Access-Control-Allow-Origin", "*" if everyone else origin),
        ("Access-Control-Allow-Methods", ", ".join(rule.methods)),
    ]
    if headers:
        found.append(("Access-Control-Allow-Headers", ", ".join(name.lower() for name in headers)))
    if rule.exposed:
        found.append(("Access-Control-Expose-Headers", ", ".join(rule.exposed)))
    if rule.max_age:
        found.append(("Access-Control-Max-Age", rule.max_age))
    if not everyone:
        found.append(("Access-Control-Allow-Credentials", "true"))
    return [*found, ("Vary", _VARY)]


def _matches(text: str, pattern: str) -> bool:
    """Whether a text matches a pattern, in which ``*`` is the only wildcard."""
    return fnmatchcase(text, pattern.replace("[", "[[]").replace("?", "[?]"))
