"""The condition keys that STS fills from the claims of an OpenID Connect token.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from rolecall._reference import actions

Keys = dict[str, str | list[str]]

# Every issuer has these keys. The audience is handled on its own.
_OF_ANY_ISSUER = frozenset({"amr", "email", "sub"})
_IN_SESSION = (":amr", ":aud", ":sub")
_WITHOUT_CLAIM = ("aws", "sts")


def claim_keys(host: str, claims: Mapping[str, Any]) -> Keys:
    """Return the condition keys of a verified token.

    The claims of GitHub, GitLab, Buildkite, CircleCI, Google, and Oracle Cloud that are condition keys are
    those that the Service Authorization Reference lists for ``sts:AssumeRoleWithWebIdentity``.

    Parameters
    ----------
    host
        The issuer without its scheme, which is the prefix of its condition keys.
    claims
        The claims of the token.
    """
    keys: Keys = {}
    for name in sorted(_OF_ANY_ISSUER | _of_issuer(host)):
        value = _claim(claims, name)
        if value is not None:
            keys[f"{host}:{name}"] = _texts(value)
    # With an authorized party, that one is the audience of the condition key.
    audience, party = claims.get("aud"), claims.get("azp")
    if audience is not None:
        keys[f"{host}:oaud"] = _texts(audience)
    if party is not None or audience is not None:
        keys[f"{host}:aud"] = _texts(party if party is not None else audience)
    return keys


def is_in_session(key: str) -> bool:
    """Return whether the calls of a session have a condition key that AssumeRoleWithWebIdentity had."""
    return key.endswith(_IN_SESSION)


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """Return a claim; ``google/organization_number`` is a member of the claim ``google``."""
    if name in claims:
        return claims[name]
    outer, _, inner = name.partition("/")
    found = claims.get(outer)
    return found.get(inner) if inner and isinstance(found, Mapping) else None


def _texts(value: Any) -> str | list[str]:
    if isinstance(value, list):
        return [str(one) for one in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


@lru_cache(maxsize=64)
def _of_issuer(host: str) -> frozenset[str]:
    """Return the claims of an issuer that are condition keys, besides those of every issuer."""
    found = (names for pattern, names in _listed().items() if re.fullmatch(pattern, host))
    return frozenset(name for names in found for name in names if name not in ("aud", "oaud"))


@cache
def _listed() -> dict[str, frozenset[str]]:
    """Return the claims in the Service Authorization Reference, by a pattern of their issuers."""
    action = actions("sts")["assumerolewithwebidentity"]
    keys = {key for one in action["resourceTypes"] for key in one["conditionKeys"]}
    listed: dict[str, set[str]] = {}
    for key in keys | set(action["conditionKeys"]):
        issuer, _, claim = key.partition(":")
        if issuer not in _WITHOUT_CLAIM:
            fixed = re.split(r"\$\{[^}]+\}", issuer)
            listed.setdefault("[^:]+".join(map(re.escape, fixed)), set()).add(claim)
    return {pattern: frozenset(claims) for pattern, claims in listed.items()}
