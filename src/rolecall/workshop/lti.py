"""LTI 1.3: learning platforms launch the service, and get grades back.

https://www.imsglobal.org/spec/lti/v1p3 and https://www.imsglobal.org/spec/lti-ags/v2p0. Tokens are
signed and verified by joserfc; this module decides which claims a launch must have.
"""

from __future__ import annotations

import json
import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, RSAKey

from rolecall.workshop._platform_requests import send
from rolecall.workshop.keys import load_or_create_key
from rolecall.workshop.lti_claims import (
    SCORE,
    Claims,
    ContextRole,
    LaunchError,
    MalformedLaunch,
    parse_claims,
    read_unverified,
)
from rolecall.workshop.platform_keys import PlatformKeys
from rolecall.workshop.platform_registrations import Platform

_STATE_SECONDS = 600
_LOGIN_PARAMETERS = ("iss", "client_id", "login_hint", "lti_message_hint", "target_link_uri")
"""What a platform sends to the login address, and what starts the same launch again."""
_LONGEST_LOGIN = 4_000
_SLACK = 60
"""By how many seconds the clocks of a platform and of this service may differ."""
_BACKDATED = 30
"""How many seconds ago a token of this service was issued, for platforms whose clock is behind."""
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Launch:
    """A valid launch: the person, and the assessment they came for.

    Parameters
    ----------
    assessment
        From the link's custom parameter ``assessment``; empty if the link names none.
    line
        The address of the platform's line item for the score; empty if it takes no score.
    deployment, context
        Where in the platform the link is; the context, a course, is empty if the platform names none.
    """

    issuer: str
    deployment: str
    context: str
    subject: str
    name: str
    instructor: bool
    assessment: str
    line: str


@dataclass(frozen=True, slots=True)
class Score:
    """A grade for a platform.

    Parameters
    ----------
    complete
        Whether every answer could be graded.
    """

    points: float
    of: int
    complete: bool = True

    def __str__(self) -> str:
        return f"{self.points:g}/{self.of}{'' if self.complete else ', incomplete'}"


def _check_claims(claims: Claims, platform: Platform, nonce: str) -> None:
    """Check that a platform made a token for this launch.

    Raises
    ------
    LaunchError
        If a claim says otherwise.
    """
    if not _is_same_issuer(claims.iss, platform.issuer):
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
    context = claims.context.id if claims.context is not None else ""
    if platform.contexts and context not in platform.contexts:
        raise LaunchError("this course of the platform is not registered here")
    if not claims.sub:
        raise LaunchError("the token names no user (claim sub)")


def _is_same_issuer(one: str, other: str) -> bool:
    """Whether two texts name one issuer; some platforms write a slash at the end, and some don't."""
    return one.rstrip("/") == other.rstrip("/")


class Platforms:
    """The registered platforms, and this service's own key.

    Parameters
    ----------
    registrations
        Returns the registrations as they are now.
    key_file
        The private key as JWK; it is created if there is none.
    http
        The client that fetches keys and sends grades.
    """

    def __init__(
        self, registrations: Callable[[], list[Platform]], key_file: Path, http: httpx.Client | None = None
    ) -> None:
        self._registrations = registrations
        made = load_or_create_key(
            key_file, lambda: RSAKey.generate_key(2048, private=True, auto_kid=True).as_dict(private=True)
        )
        self._key = RSAKey.import_key(made)
        self._http = http or httpx.Client(timeout=_PATIENCE, follow_redirects=True)
        self._keys = PlatformKeys(self._http)

    @property
    def keys(self) -> dict[str, Any]:
        """The public key, as a JWK set."""
        return {"keys": [self._key.as_dict(private=False, use="sig", alg="RS256")]}

    @property
    def origins(self) -> list[str]:
        """The origins of the registered platforms, which may show the service in a frame."""
        addresses = [
            address for one in self._registrations() for address in (one.issuer, str(one.login_url))
        ]
        parts = [urlsplit(address) for address in addresses]
        return sorted({f"{one.scheme}://{one.netloc}" for one in parts if one.scheme in ("http", "https")})

    def _platform(self, issuer: str, client_id: str | None) -> Platform:
        found = [
            one
            for one in self._registrations()
            if _is_same_issuer(one.issuer, issuer) and client_id in (None, one.client_id)
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
            If the platform is not registered, or a parameter is too long.
        """
        asked = {name: asked[name] for name in _LOGIN_PARAMETERS if name in asked}
        if sum(map(len, asked.values())) > _LONGEST_LOGIN:
            raise MalformedLaunch(f"the parameters have more than {_LONGEST_LOGIN} characters together")
        platform = self._platform(asked.get("iss", ""), asked.get("client_id") or None)
        nonce = secrets.token_urlsafe(24)
        claims = {
            "iss": platform.issuer,
            "aud": platform.client_id,
            "nonce": nonce,
            "exp": int(time.time()) + _STATE_SECONDS,
            "asked": asked,
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
        return _with_query(str(platform.login_url), parameters), state

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
        started = self._read_state(state)
        platform = self._platform(str(started["iss"]), str(started["aud"]))
        # A token that the platform can't have made for this launch isn't worth fetching keys for.
        key_id, unverified = read_unverified(token)
        _check_claims(unverified, platform, str(started["nonce"]))
        claims = parse_claims(self._verified(token, platform, key_id))
        _check_claims(claims, platform, str(started["nonce"]))
        return _launch(claims, platform), claims.nonce

    def login_again(self, state: str) -> str:
        """Return the query that starts a launch again, in another window for example.

        Raises
        ------
        LaunchError
            If the launch didn't start here, or has expired.
        """
        return urlencode(self._read_state(state)["asked"])

    def _read_state(self, state: str) -> dict[str, Any]:
        return self._read(state, KeySet([self._key]), "the sign-in did not start here, or has expired")

    def _verified(self, token: str, platform: Platform, key_id: str) -> dict[str, Any]:
        """Return the claims of a platform's token. A token without a key ID may be signed by any key."""
        keys = self._keys.of(str(platform.keys_url), key_id)
        problem = "the platform's token cannot be trusted"
        if key_id in [one.kid for one in keys.keys]:
            return self._read(token, keys, problem)
        for key in keys.keys:
            try:
                return self._read(token, key, problem)
            except LaunchError:
                continue
        raise LaunchError(f"{problem}: none of the platform's keys signed it")

    def _read(self, token: str, keys: KeySet | Key, problem: str) -> dict[str, Any]:
        try:
            read = jwt.decode(token, keys, algorithms=["RS256"])
            registry = jwt.JWTClaimsRegistry(leeway=_SLACK, exp={"essential": True})
            registry.validate(read.claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise LaunchError(f"{problem}: {type(error).__name__}") from None
        return read.claims

    def send_score(self, issuer: str, line: str, subject: str, score: Score) -> None:
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
            "iat": now - _BACKDATED,
            "exp": now + 300,
            "jti": uuid.uuid4().hex,
        }
        assertion = jwt.encode(
            {"alg": "RS256", "kid": self._key.kid}, claims, self._key, algorithms=["RS256"]
        )
        granted = send(
            self._http,
            "POST",
            str(platform.token_url),
            data={
                "grant_type": "client_credentials",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": assertion,
                "scope": SCORE,
            },
        )
        score_document = {
            "userId": subject,
            "scoreGiven": score.points,
            "scoreMaximum": score.of,
            "activityProgress": "Completed",
            # Platforms show no grade as final that an instructor must complete.
            "gradingProgress": "FullyGraded" if score.complete else "PendingManual",
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }
        send(
            self._http,
            "POST",
            _scores_of(line),
            content=json.dumps(score_document),
            headers={
                "Authorization": f"Bearer {json.loads(granted)['access_token']}",
                "Content-Type": "application/vnd.ims.lis.v1.score+json",
            },
        )


def _with_query(address: str, parameters: dict[str, str]) -> str:
    """Add parameters to an address, which may have some already."""
    parts = urlsplit(address)
    query = "&".join(one for one in (parts.query, urlencode(parameters)) if one)
    return urlunsplit(parts._replace(query=query))


def _scores_of(line: str) -> str:
    """Return the address of a line item's scores: ``/scores`` is added to the path, the query is kept."""
    parts = urlsplit(line)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/scores"))


def _launch(claims: Claims, platform: Platform) -> Launch:
    teaches = claims.role is ContextRole.INSTRUCTOR or (
        claims.role is ContextRole.ASSISTANT and platform.teaching_assistants == "instructor"
    )
    return Launch(
        # The registration's spelling, so that a person is the same with and without a slash.
        platform.issuer,
        claims.deployment_id,
        claims.context.id if claims.context is not None else "",
        claims.sub,
        claims.display_name,
        teaches,
        str((claims.custom or {}).get("assessment", ""))[:200],
        claims.line_item,
    )
