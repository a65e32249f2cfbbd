"""OpenID Connect issuers, which mint tokens as a CI system or a cluster does, and the checks of STS.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from rolecall.aws.errors import AwsError
from rolecall.aws.operations import Operation
from rolecall.sandbox._web import WebService, json_response
from rolecall.sandbox.callers import Caller
from rolecall.sandbox.clock import Clock
from rolecall.sandbox.moto_state.iam import IamState
from rolecall.sandbox.oidc_claims import claim_keys
from rolecall.sandbox.world import World

if TYPE_CHECKING:
    from rolecall.sandbox.oidc_tokens import SigningKey

# The clocks of an issuer and of STS can differ by so many seconds.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc.html
_LEEWAY = 300
_INVALID = "InvalidIdentityToken"
_NO_KEY = "Couldn't retrieve verification key from your identity provider"
_NO_TOKEN = "The ID Token provided is not a valid JWT."


@dataclass(frozen=True, slots=True)
class WebIdentity:
    """The identity in a token that STS verified.

    Parameters
    ----------
    provider_arn
        The identity provider in the role's account.
    host
        The issuer without its scheme, which is the prefix of its condition keys.
    """

    provider_arn: str
    host: str
    claims: Mapping[str, Any]

    def context(self) -> dict[str, str | list[str]]:
        """Return the condition keys from the claims of the token, such as ``ci.example:sub``."""
        return {"aws:FederatedProvider": self.provider_arn, **claim_keys(self.host, self.claims)}


@lru_cache(maxsize=1)
def _tokens() -> Any:
    """Return the module that signs tokens, which few sandboxes need."""
    return import_module("rolecall.sandbox.oidc_tokens")


class Issuers:
    """The OpenID Connect issuers of a world, each with its own key."""

    def __init__(self, world: World, iam: IamState, clock: Clock) -> None:
        self._iam = iam
        self._clock = clock
        self.urls = {
            name: provider.url.rstrip("/")
            for account in world.accounts.values()
            for name, provider in account.oidc_providers.items()
        }
        self._keys: dict[str, SigningKey] = {}
        self._lock = threading.Lock()

    def key(self, url: str) -> SigningKey:
        """Return an issuer's signing key; it is created at the first use."""
        with self._lock:
            if url not in self._keys:
                self._keys[url] = _tokens().SigningKey(f"key-{len(self._keys) + 1}")
            return self._keys[url]

    def mint(
        self, name: str, subject: str, audience: str, valid_for: timedelta, claims: Mapping[str, Any]
    ) -> str:
        """Mint a token of an issuer, which is given by its name in the world."""
        url = self.urls[name]
        now = int(self._clock.now().timestamp())
        payload = {
            **claims,
            "iss": url,
            "sub": subject,
            "aud": audience,
            "iat": now,
            "nbf": now,
            "exp": now + int(valid_for.total_seconds()),
        }
        return self.key(url).sign(payload)

    def authenticate(self, operation: Operation) -> tuple[Caller, Operation] | None:
        """Verify the token of AssumeRoleWithWebIdentity; return None for any other operation.

        Returns
        -------
        tuple of Caller and Operation, or None
            The caller that the token identifies, and the operation with the session tags in the token.

        Raises
        ------
        AwsError
            If the token is malformed, not signed by the issuer, for another audience, or expired.
        """
        if operation.service != "sts" or operation.name != "AssumeRoleWithWebIdentity":
            return None
        token = operation.text("WebIdentityToken", "")
        account = [*operation.text("RoleArn", "").split(":"), *[""] * 5][4]
        issuer = str(_unverified(token).get("iss", "")).rstrip("/")
        provider = self._iam.oidc_provider(account, issuer)
        if provider is None:
            what = f"No OpenIDConnect provider found in your account for {issuer}"
            raise AwsError(_INVALID, what, 400)
        if issuer not in self.urls.values():
            raise AwsError("IDPCommunicationError", _NO_KEY, 400)
        try:
            claims = self.key(issuer).verify(token)
        except ValueError:
            raise AwsError(_INVALID, _NO_KEY, 400) from None
        self._check(claims, provider.client_ids)
        identity = WebIdentity(provider.arn, issuer.partition("://")[2], claims)
        return _caller(identity), _with_tags_of(claims, operation)

    def _check(self, claims: Mapping[str, Any], client_ids: Iterable[str]) -> None:
        now = self._clock.now().timestamp()
        if float(claims.get("exp", 0)) + _LEEWAY <= now:
            what = "Token expired: current date/time must be before the expiration date/time"
            raise AwsError("ExpiredTokenException", what, 400)
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if not set(client_ids) & {str(one) for one in audiences}:
            raise AwsError(_INVALID, "Incorrect token audience", 400)


def _caller(identity: WebIdentity) -> Caller:
    """Return the caller that a verified token identifies."""
    claims = identity.claims
    return Caller(
        identity.provider_arn,
        web_identity={
            "SubjectFromWebIdentityToken": str(claims.get("sub", "")),
            "Audience": str(claims.get("aud", "")),
            "Provider": identity.provider_arn,
        },
        web_context=identity.context(),
    )


def _with_tags_of(claims: Mapping[str, Any], operation: Operation) -> Operation:
    """Return the operation with the session tags in the token.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-assume-role-idp
    """
    carried = claims.get("https://aws.amazon.com/tags")
    if not isinstance(carried, dict) or not isinstance(carried.get("principal_tags"), dict):
        return operation
    tags = [
        {"Key": str(key), "Value": str(value[0] if isinstance(value, list) else value)}
        for key, value in carried["principal_tags"].items()
        if value
    ]
    transitive = [str(key) for key in carried.get("transitive_tag_keys") or []]
    further = {"Tags": tags, **({"TransitiveTagKeys": transitive} if transitive else {})}
    return replace(operation, parameters={**operation.parameters, **further})


def _unverified(token: str) -> Mapping[str, Any]:
    """Return the claims of a token that isn't verified yet."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(_base64(payload))
    except (IndexError, ValueError):
        claims = None
    if not isinstance(claims, dict):
        raise AwsError(_INVALID, _NO_TOKEN, 400)
    return claims


def _base64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class IssuerPages(WebService):
    """The discovery document and the public keys of an issuer.

    https://openid.net/specs/openid-connect-discovery-1_0.html
    """

    def __init__(self, issuers: Issuers, url: str) -> None:
        super().__init__(
            [
                ("GET", "/.well-known/openid-configuration", self._show_configuration),
                ("GET", "/keys", self._show_keys),
            ]
        )
        self._issuers = issuers
        self._url = url

    def _show_configuration(self, request: Request) -> Response:
        return json_response(
            {
                "issuer": self._url,
                "jwks_uri": f"{request.host_url}keys",
                "response_types_supported": ["id_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [_tokens().ALGORITHM],
                "claims_supported": ["aud", "exp", "iat", "iss", "nbf", "sub"],
            }
        )

    def _show_keys(self, request: Request) -> Response:
        return json_response({"keys": [self._issuers.key(self._url).public()]})
