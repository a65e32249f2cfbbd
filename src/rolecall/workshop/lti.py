"""LTI 1.3: a learning platform sends its people here, and gets their grades back.

https://www.imsglobal.org/spec/lti/v1p3 and https://www.imsglobal.org/spec/lti-ags/v2p0. Tokens are
signed and verified by joserfc; what is ours is which claims are wanted.
"""

from __future__ import annotations

import json
import secrets
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey
from pydantic import BaseModel, ConfigDict, HttpUrl

from rolecall.workshop.keys import own_key

_CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
_AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
_SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
_ROLES = ("#Instructor", "#Administrator", "#TeachingAssistant")
_STATE_LASTS = 600
_KEYS_LAST = 3600.0
_SLACK = 60
_PATIENCE = 10.0


class NotLaunched(ValueError):
    """A launch that is not what a platform would send; the text says why."""


class Platform(BaseModel):
    """A learning platform, as its administrator registers this service there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str
    client_id: str
    deployments: list[str]
    login_url: HttpUrl
    token_url: HttpUrl
    keys_url: HttpUrl


@dataclass(frozen=True, slots=True)
class Launch:
    """Who comes from a platform, and for what.

    Parameters
    ----------
    assessment
        From the link's custom parameter ``assessment``; empty for the workshop as such.
    line
        Where the platform wants the score; empty where it wants none.
    """

    issuer: str
    subject: str
    name: str
    instructor: bool
    assessment: str
    line: str


class Platforms:
    """The platforms that are known, and this service's own key.

    Parameters
    ----------
    platforms
        Their registrations.
    key_file
        The private key as JWK; it is made where there is none.
    """

    def __init__(self, platforms: list[Platform], key_file: Path) -> None:
        self._platforms = {(one.issuer, one.client_id): one for one in platforms}
        made = own_key(
            key_file, lambda: RSAKey.generate_key(2048, private=True, auto_kid=True).as_dict(private=True)
        )
        self._key = RSAKey.import_key(made)
        self._keys: dict[str, tuple[float, KeySet]] = {}
        self._http = httpx.Client(timeout=_PATIENCE)

    @property
    def keys(self) -> dict[str, Any]:
        """The public key, as a platform reads it."""
        return {"keys": [self._key.as_dict(private=False, use="sig", alg="RS256")]}

    def _platform(self, issuer: str, client_id: str | None) -> Platform:
        found = [
            one
            for one in self._platforms.values()
            if one.issuer == issuer and client_id in (None, one.client_id)
        ]
        if len(found) != 1:
            raise NotLaunched("this platform is not registered here")
        return found[0]

    def begin(self, asked: dict[str, str], back_to: str) -> tuple[str, str]:
        """Where a browser goes to be known by its platform, and the state it must come back with.

        Raises
        ------
        NotLaunched
            For a platform that is not registered.
        """
        platform = self._platform(asked.get("iss", ""), asked.get("client_id") or None)
        nonce = secrets.token_urlsafe(24)
        claims = {
            "iss": platform.issuer,
            "aud": platform.client_id,
            "nonce": nonce,
            "exp": int(time.time()) + _STATE_LASTS,
        }
        state = jwt.encode({"alg": "RS256", "kid": self._key.kid}, claims, self._key, algorithms=["RS256"])
        wanted = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": platform.client_id,
            "redirect_uri": back_to,
            "login_hint": asked.get("login_hint", ""),
            "state": state,
            "nonce": nonce,
        }
        if hint := asked.get("lti_message_hint"):
            wanted["lti_message_hint"] = hint
        return f"{platform.login_url}?{urlencode(wanted)}", state

    def launch(self, token: str, state: str) -> tuple[Launch, str]:
        """Who a platform says comes here, and the launch's nonce, which must not have been seen before.

        Raises
        ------
        NotLaunched
            For a token that a registered platform did not sign for this launch, or that lacks something.
        """
        begun = self._read(state, KeySet([self._key]), "the sign-in was not begun here, or too long ago")
        platform = self._platform(str(begun["iss"]), str(begun["aud"]))
        claims = self._read(token, self._keys_of(platform), "the platform's token cannot be trusted")
        if claims.get("iss") != platform.issuer:
            raise NotLaunched("the token is another platform's")
        audience = claims.get("aud")
        if platform.client_id not in (audience if isinstance(audience, list) else [audience]):
            raise NotLaunched("the token is meant for another tool")
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != platform.client_id:
            raise NotLaunched("the token is meant for another tool")
        if claims.get("nonce") != begun["nonce"]:
            raise NotLaunched("the token is of another sign-in")
        if (
            claims.get(f"{_CLAIM}version") != "1.3.0"
            or claims.get(f"{_CLAIM}message_type") != "LtiResourceLinkRequest"
        ):
            raise NotLaunched("this is no launch of a resource by LTI 1.3")
        if claims.get(f"{_CLAIM}deployment_id") not in platform.deployments:
            raise NotLaunched("this deployment is not registered here")
        if not claims.get("sub"):
            raise NotLaunched("the platform does not say who comes")
        return _launch(claims), str(begun["nonce"])

    def _read(self, token: str, keys: KeySet, problem: str) -> dict[str, Any]:
        try:
            read = jwt.decode(token, keys, algorithms=["RS256"])
            wanted = jwt.JWTClaimsRegistry(leeway=_SLACK, exp={"essential": True})
            wanted.validate(read.claims)
        except (JoseError, ValueError, KeyError) as error:
            raise NotLaunched(f"{problem}: {type(error).__name__}") from None
        return read.claims

    def _keys_of(self, platform: Platform) -> KeySet:
        """A platform's public keys, fetched once an hour."""
        url = str(platform.keys_url)
        until, keys = self._keys.get(url, (0.0, None))
        if keys is None or time.monotonic() > until:
            try:
                keys = KeySet.import_key_set(self._http.get(url).raise_for_status().json())
            except (httpx.HTTPError, ValueError, JoseError) as error:
                raise NotLaunched(f"the platform's keys cannot be read: {type(error).__name__}") from None
            self._keys[url] = (time.monotonic() + _KEYS_LAST, keys)
        return keys

    def send_score(self, issuer: str, line: str, subject: str, score: float, of: int) -> None:
        """Gives a grade back.

        Raises
        ------
        httpx.HTTPError
            When the platform does not take it.
        """
        platform = self._platform(issuer, None)
        now = int(time.time())
        claims = {
            "iss": platform.client_id,
            "sub": platform.client_id,
            "aud": str(platform.token_url),
            "iat": now,
            "exp": now + 300,
            "jti": uuid.uuid4().hex,
        }
        assertion = jwt.encode(
            {"alg": "RS256", "kid": self._key.kid}, claims, self._key, algorithms=["RS256"]
        )
        granted = self._http.post(
            str(platform.token_url),
            data={
                "grant_type": "client_credentials",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": assertion,
                "scope": _SCORE,
            },
        ).raise_for_status()
        told = {
            "userId": subject,
            "scoreGiven": score,
            "scoreMaximum": of,
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }
        self._http.post(
            _scores_of(line),
            content=json.dumps(told),
            headers={
                "Authorization": f"Bearer {granted.json()['access_token']}",
                "Content-Type": "application/vnd.ims.lis.v1.score+json",
            },
        ).raise_for_status()


def _scores_of(line: str) -> str:
    """The address of a line's scores: its path goes on, its query stays."""
    parts = urlsplit(line)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/scores"))


def _launch(claims: dict[str, Any]) -> Launch:
    endpoint = claims.get(_AGS) or {}
    custom = claims.get(f"{_CLAIM}custom") or {}
    wants = _SCORE in endpoint.get("scope", [])
    return Launch(
        claims["iss"],
        str(claims["sub"]),
        str(claims.get("name") or "Learner"),
        any(str(role).endswith(_ROLES) for role in claims.get(f"{_CLAIM}roles", [])),
        str(custom.get("assessment", "")),
        str(endpoint.get("lineitem", "")) if wants else "",
    )


def read_platforms(file: Path) -> list[Platform]:
    """The registrations in a JSON file: a list of platforms."""
    return [Platform.model_validate(one) for one in json.loads(file.read_text("utf-8"))]
