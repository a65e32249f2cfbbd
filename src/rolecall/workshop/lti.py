"""LTI 1.3: learning platforms launch the service, and get grades back.

https://www.imsglobal.org/spec/lti/v1p3 and https://www.imsglobal.org/spec/lti-ags/v2p0. Tokens are
signed and verified by joserfc; this module decides which claims a launch must have.
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError

from rolecall.workshop._input_limits import BadInput, check_storable
from rolecall.workshop.keys import load_or_create_key

_SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
_ROLES = ("#Instructor", "#Administrator", "#TeachingAssistant")
_STATE_SECONDS = 600
_KEYS_SECONDS = 3600.0
_KEYS_AGAIN_SECONDS = 10.0
"""How long neither an unknown key ID nor a platform that didn't answer is a reason to fetch keys again."""
_SLACK = 60
_PATIENCE = 10.0


_Name = Annotated[str, Field(max_length=255)]
_Address = Annotated[str, Field(max_length=2_000)]


class LaunchError(ValueError):
    """A launch is not valid; the message says why."""


class MalformedLaunch(LaunchError):
    """A token is not one that any platform makes; the message says why."""


class Platform(BaseModel):
    """The registration of this service at a learning platform."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str
    client_id: str
    deployments: list[str]
    login_url: HttpUrl
    token_url: HttpUrl
    keys_url: HttpUrl


@dataclass(frozen=True, slots=True)
class Launch:
    """A valid launch: the person, and the assessment they came for.

    Parameters
    ----------
    assessment
        From the link's custom parameter ``assessment``; empty if the link names none.
    line
        The address of the platform's line item for the score; empty if it takes no score.
    """

    issuer: str
    subject: str
    name: str
    instructor: bool
    assessment: str
    line: str


class _Endpoint(BaseModel):
    """The claim of the Assignment and Grade Services."""

    scope: list[str] = []
    lineitem: _Address = ""


class _Claims(BaseModel):
    """The claims of a launch that the service reads, with the types that the specification gives them."""

    model_config = ConfigDict(strict=True)

    iss: _Name
    aud: str | list[str]
    nonce: _Name
    sub: _Name = ""
    azp: str | None = None
    name: str | None = None
    version: str = Field(default="", alias="https://purl.imsglobal.org/spec/lti/claim/version")
    message_type: str = Field(default="", alias="https://purl.imsglobal.org/spec/lti/claim/message_type")
    deployment_id: str = Field(default="", alias="https://purl.imsglobal.org/spec/lti/claim/deployment_id")
    roles: list[str] = Field(default=[], alias="https://purl.imsglobal.org/spec/lti/claim/roles")
    custom: dict[str, Any] | None = Field(
        default=None, alias="https://purl.imsglobal.org/spec/lti/claim/custom"
    )
    endpoint: _Endpoint | None = Field(
        default=None, alias="https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
    )


def _parse_claims(claims: Any) -> _Claims:
    try:
        check_storable(claims)
        return _Claims.model_validate(claims)
    except ValidationError as error:
        where = ", ".join(".".join(str(part) for part in one["loc"]) for one in error.errors())
        raise MalformedLaunch(f"the token has claims of a wrong type: {where}") from None
    except BadInput as error:
        raise MalformedLaunch(f"the token can't be read: {error}") from None


def _read_unverified(token: str) -> tuple[str, _Claims]:
    """Return a token's key ID and claims before its signature is verified."""
    try:
        header, claims = (
            json.loads(base64.urlsafe_b64decode(f"{part}{'=' * (-len(part) % 4)}"))
            for part in token.split(".")[:2]
        )
        key_id = header.get("kid", "")
    except (ValueError, AttributeError, RecursionError):
        raise MalformedLaunch("the platform's token is not a JSON Web Token") from None
    return str(key_id), _parse_claims(claims)


def _check_claims(claims: _Claims, platform: Platform, nonce: str) -> None:
    """Check that a platform made a token for this launch.

    Raises
    ------
    LaunchError
        If a claim says otherwise.
    """
    if claims.iss != platform.issuer:
        raise LaunchError("the token is from another platform")
    audience = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    if platform.client_id not in audience or (len(audience) > 1 and claims.azp != platform.client_id):
        raise LaunchError("the token is meant for another tool")
    if claims.nonce != nonce:
        raise LaunchError("the token is of another sign-in")
    if claims.version != "1.3.0" or claims.message_type != "LtiResourceLinkRequest":
        raise LaunchError("this is not an LTI 1.3 resource link launch")
    if claims.deployment_id not in platform.deployments:
        raise LaunchError("this deployment is not registered here")
    if not claims.sub:
        raise LaunchError("the token names no user (claim sub)")


@dataclass(frozen=True, slots=True)
class _FetchedKeys:
    """What a platform answered when its keys were fetched; ``keys`` is ``None`` if there was a problem."""

    at: float
    keys: KeySet | None
    problem: str = ""

    def should_fetch(self, key_id: str) -> bool:
        """Whether the keys are old, or might not be all."""
        age = time.monotonic() - self.at
        ids = [one.kid for one in self.keys.keys] if self.keys is not None else []
        known = bool(ids) and (not key_id or key_id in ids)
        return age > (_KEYS_SECONDS if known else _KEYS_AGAIN_SECONDS)


class Platforms:
    """The registered platforms, and this service's own key.

    Parameters
    ----------
    platforms
        Their registrations.
    key_file
        The private key as JWK; it is created if there is none.
    """

    def __init__(self, platforms: list[Platform], key_file: Path) -> None:
        self._platforms = {(one.issuer, one.client_id): one for one in platforms}
        made = load_or_create_key(
            key_file, lambda: RSAKey.generate_key(2048, private=True, auto_kid=True).as_dict(private=True)
        )
        self._key = RSAKey.import_key(made)
        self._fetched: dict[str, _FetchedKeys] = {}
        self._fetching = threading.Lock()
        self._http = httpx.Client(timeout=_PATIENCE)

    @property
    def keys(self) -> dict[str, Any]:
        """The public key, as a JWK set."""
        return {"keys": [self._key.as_dict(private=False, use="sig", alg="RS256")]}

    def _platform(self, issuer: str, client_id: str | None) -> Platform:
        found = [
            one
            for one in self._platforms.values()
            if one.issuer == issuer and client_id in (None, one.client_id)
        ]
        if len(found) != 1:
            raise LaunchError("this platform is not registered here")
        return found[0]

    def start(self, asked: dict[str, str], back_to: str) -> tuple[str, str]:
        """Start a launch.

        Parameters
        ----------
        asked
            The parameters that the platform sent to the login address.
        back_to
            The address that the platform sends the browser back to.

        Returns
        -------
        tuple
            The platform's address to redirect to, and the ``state`` that the browser must come back with.

        Raises
        ------
        LaunchError
            If the platform is not registered.
        """
        platform = self._platform(asked.get("iss", ""), asked.get("client_id") or None)
        nonce = secrets.token_urlsafe(24)
        claims = {
            "iss": platform.issuer,
            "aud": platform.client_id,
            "nonce": nonce,
            "exp": int(time.time()) + _STATE_SECONDS,
        }
        state = jwt.encode({"alg": "RS256", "kid": self._key.kid}, claims, self._key, algorithms=["RS256"])
        parameters = {
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
            parameters["lti_message_hint"] = hint
        return f"{platform.login_url}?{urlencode(parameters)}", state

    def launch(self, token: str, state: str) -> tuple[Launch, str]:
        """Verify a launch.

        Returns
        -------
        tuple
            The launch, and its nonce, which the caller must accept only once.

        Raises
        ------
        LaunchError
            If no registered platform signed the token for this launch, or a claim is missing.
        """
        started = self._read(state, KeySet([self._key]), "the sign-in did not start here, or has expired")
        platform = self._platform(str(started["iss"]), str(started["aud"]))
        # A token that the platform can't have made for this launch isn't worth fetching keys for.
        key_id, unverified = _read_unverified(token)
        _check_claims(unverified, platform, str(started["nonce"]))
        keys = self._keys_of(platform, key_id)
        claims = _parse_claims(self._read(token, keys, "the platform's token cannot be trusted"))
        _check_claims(claims, platform, str(started["nonce"]))
        return _launch(claims), claims.nonce

    def _read(self, token: str, keys: KeySet, problem: str) -> dict[str, Any]:
        try:
            read = jwt.decode(token, keys, algorithms=["RS256"])
            registry = jwt.JWTClaimsRegistry(leeway=_SLACK, exp={"essential": True})
            registry.validate(read.claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise LaunchError(f"{problem}: {type(error).__name__}") from None
        return read.claims

    def _keys_of(self, platform: Platform, key_id: str) -> KeySet:
        """Return a platform's public keys, fetched once an hour, and when a token names another key.

        A launch with a known key doesn't wait for others that make the service fetch keys.
        """
        url = str(platform.keys_url)
        fetched = self._fetched.get(url)
        if fetched is None or fetched.should_fetch(key_id):
            with self._fetching:
                # Another launch may have fetched them meanwhile.
                fetched = self._fetched.get(url)
                if fetched is None or fetched.should_fetch(key_id):
                    fetched = self._fetched[url] = self._fetch_keys(url)
        if fetched.keys is None:
            raise LaunchError(f"the platform's keys cannot be read: {fetched.problem}")
        return fetched.keys

    def _fetch_keys(self, url: str) -> _FetchedKeys:
        try:
            keys = KeySet.import_key_set(self._http.get(url).raise_for_status().json())
        except (httpx.HTTPError, ValueError, TypeError, KeyError, AttributeError, JoseError) as error:
            return _FetchedKeys(time.monotonic(), None, type(error).__name__)
        return _FetchedKeys(time.monotonic(), keys)

    def send_score(self, issuer: str, line: str, subject: str, score: float, of: int) -> None:
        """Send a score to a platform.

        Raises
        ------
        httpx.HTTPError
            If the platform doesn't accept it.
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
        score_document = {
            "userId": subject,
            "scoreGiven": score,
            "scoreMaximum": of,
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }
        self._http.post(
            _scores_of(line),
            content=json.dumps(score_document),
            headers={
                "Authorization": f"Bearer {granted.json()['access_token']}",
                "Content-Type": "application/vnd.ims.lis.v1.score+json",
            },
        ).raise_for_status()


def _scores_of(line: str) -> str:
    """Return the address of a line item's scores: ``/scores`` is added to the path, the query is kept."""
    parts = urlsplit(line)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/scores"))


def _launch(claims: _Claims) -> Launch:
    endpoint = claims.endpoint or _Endpoint()
    return Launch(
        claims.iss,
        claims.sub,
        claims.name or "Learner",
        any(role.endswith(_ROLES) for role in claims.roles),
        str((claims.custom or {}).get("assessment", ""))[:200],
        endpoint.lineitem if _SCORE in endpoint.scope else "",
    )


def read_platforms(file: Path) -> list[Platform]:
    """Read registrations from a JSON file: a list of platforms."""
    return [Platform.model_validate(one) for one in json.loads(file.read_text("utf-8"))]
