"""Get the tokens and assertions of a sandbox's identity providers from its control API."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from rolecall.sandbox._control_client import ControlApi


def web_identity_token(
    control: ControlApi,
    issuer: str,
    subject: str,
    audience: str,
    minutes: float,
    claims: Mapping[str, Any],
) -> str:
    """Get a token of an OpenID Connect issuer; see `Sandbox.web_identity_token`."""
    body = {
        "issuer": issuer,
        "subject": subject,
        "audience": audience,
        "lasting_seconds": _seconds(minutes),
        "claims": claims,
    }
    return str(control("POST", "/token", body)["token"])


def saml_assertion(
    control: ControlApi,
    provider: str,
    subject: str,
    role: str,
    minutes: float,
    attributes: Mapping[str, str | list[str]],
) -> str:
    """Get a signed response of a SAML provider; see `Sandbox.saml_assertion`."""
    body = {
        "provider": provider,
        "subject": subject,
        "role": role,
        "lasting_seconds": _seconds(minutes),
        "attributes": dict(attributes),
    }
    return str(control("POST", "/assertion", body)["assertion"])


def _seconds(minutes: float) -> float:
    """Return how long a token is valid, in seconds."""
    if not (math.isfinite(minutes) and minutes >= 0):
        raise ValueError(f"minutes must be a finite number that isn't negative, not {minutes}")
    return minutes * 60
