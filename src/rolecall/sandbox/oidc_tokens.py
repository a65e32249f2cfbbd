"""Sign and verify the tokens of OpenID Connect issuers (JSON Web Tokens)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from joserfc import jwk, jwt
from joserfc.errors import JoseError

ALGORITHM = "RS256"


class SigningKey:
    """The key of an issuer.

    Parameters
    ----------
    identifier
        The key ID, which tokens name in their header.
    """

    def __init__(self, identifier: str) -> None:
        parameters: Any = {"use": "sig", "alg": ALGORITHM, "kid": identifier}
        self._key = jwk.RSAKey.generate_key(2048, parameters)

    def public(self) -> dict[str, Any]:
        """Return the public key as the issuer publishes it (a JSON Web Key)."""
        return dict(self._key.as_dict(private=False))

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Create a token with these claims."""
        return jwt.encode({"alg": ALGORITHM, "kid": self._key.kid, "typ": "JWT"}, dict(claims), self._key)

    def verify(self, token: str) -> Mapping[str, Any]:
        """Return the claims of a token that this key signed.

        Raises
        ------
        ValueError
            If the token is malformed, or not signed with this key.
        """
        try:
            return jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
        except JoseError as error:
            raise ValueError(str(error)) from error
