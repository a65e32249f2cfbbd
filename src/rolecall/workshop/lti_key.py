"""The service's own key for LTI 1.3: what it signs, and how it recognizes its own signature."""

from __future__ import annotations

import time
from functools import cached_property
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, RSAKey

from rolecall.workshop.keys import load_or_create_key
from rolecall.workshop.lti_claims import LaunchError

_SLACK = 60
"""By how many seconds the clocks of a platform and of this service may differ."""


class ToolKey:
    """A private RSA key, which is created when it is first needed.

    Parameters
    ----------
    file
        The private key as JWK.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    @cached_property
    def _key(self) -> RSAKey:
        made = load_or_create_key(
            self._file,
            lambda: RSAKey.generate_key(2048, private=True, auto_kid=True).as_dict(private=True),
        )
        return RSAKey.import_key(made)

    @property
    def public(self) -> dict[str, Any]:
        """The public key, as a JWK set."""
        return {"keys": [self._key.as_dict(private=False, use="sig", alg="RS256")]}

    @property
    def public_pem(self) -> str:
        """The public key as PEM, for platforms that take no address of keys."""
        return self._key.as_pem(private=False).decode()

    def sign(self, claims: dict[str, Any]) -> str:
        """Sign claims. The header names the key: some platforms look it up by its ID only."""
        header = {"alg": "RS256", "kid": self._key.kid}
        return jwt.encode(header, claims, self._key, algorithms=["RS256"])

    def sign_own(self, purpose: str, claims: dict[str, Any], seconds: int) -> str:
        """Sign claims that come back to this service later.

        Parameters
        ----------
        purpose
            What the token is for; `read_own` accepts it for nothing else.
        """
        return self.sign({**claims, "purpose": purpose, "exp": int(time.time()) + seconds})

    def read_own(self, purpose: str, token: str, problem: str) -> dict[str, Any]:
        """Return the claims of a token of `sign_own`.

        Raises
        ------
        LaunchError
            With the problem, if this service didn't sign the token for this purpose, or it has expired.
        """
        claims = read_token(token, KeySet([self._key]), problem)
        if claims.get("purpose") != purpose:
            raise LaunchError(problem)
        return claims


def read_token(token: str, keys: KeySet | Key, problem: str) -> dict[str, Any]:
    """Verify a token's signature and times, and return its claims.

    Raises
    ------
    LaunchError
        With the problem, if the token isn't valid.
    """
    try:
        read = jwt.decode(token, keys, algorithms=["RS256"])
        registry = jwt.JWTClaimsRegistry(leeway=_SLACK, exp={"essential": True})
        registry.validate(read.claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise LaunchError(f"{problem}: {type(error).__name__}") from None
    return read.claims
