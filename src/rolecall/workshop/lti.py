"""LTI 1.3: start launches of learning platforms, and verify them.

https://www.imsglobal.org/spec/lti/v1p3. Tokens are signed and verified by joserfc; this module decides
which claims a launch must have.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx

from rolecall.workshop.lti_claims import (
    DEEP_LINKING,
    RESOURCE_LINK,
    Claims,
    ContextRole,
    DeepLinkingSettings,
    LaunchError,
    MalformedLaunch,
    parse_claims,
    read_unverified,
)
from rolecall.workshop.lti_key import ToolKey, read_token
from rolecall.workshop.platform_keys import PlatformKeys
from rolecall.workshop.platform_registrations import Platform, origin_of
from rolecall.workshop.platform_services import PlatformServices

_STATE_SECONDS = 600
_STORAGE = "lti_storage_target"
_LOGIN_PARAMETERS = (
    "iss",
    "client_id",
    "login_hint",
    "lti_message_hint",
    "lti_deployment_id",
    "target_link_uri",
    _STORAGE,
)
"""What a platform sends to the login address, and what starts the same launch again."""
_LONGEST_LOGIN = 4_000
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class LaunchStart:
    """The start of a launch.

    Parameters
    ----------
    address
        The platform's address to redirect to.
    state
        The ``state`` that the browser must come back with.
    proof
        A secret for a browser that keeps no cookies: it proves that the launch started there.
    storage
        The frame of the platform that can keep the proof; empty if the platform has none.
    """

    address: str
    state: str
    proof: str
    storage: str


@dataclass(frozen=True, slots=True)
class StartedLaunch:
    """What a state says about the start of its launch.

    Parameters
    ----------
    query
        The query that starts the launch again, in another window for example.
    origin
        The origin of the platform's login page.
    storage
        As in `LaunchStart`.
    """

    query: str
    origin: str
    storage: str
    proof_digest: str

    def is_proven_by(self, proof: str) -> bool:
        """Whether a proof is the one of this launch."""
        return hmac.compare_digest(_digest(proof), self.proof_digest)


@dataclass(frozen=True, slots=True)
class Launch:
    """A valid launch: the person, and what they came for.

    Parameters
    ----------
    assessment, lesson
        From the link's custom parameters; empty if the link names none.
    line
        The address of the platform's line item for the score; empty if it takes no score.
    line_items
        Where a line item can be created; empty if the platform doesn't allow it.
    deployment, context
        Where in the platform the link is; the context, a course, is empty if the platform names none.
    resource_link
        The ID of the link; empty if the platform names none.
    members
        The address of the class list; empty if the platform doesn't show it.
    login
        The name or number that the institution knows the person by.
    is_trusted_context
        Whether the registration lists the context.
    deep_linking
        What the platform accepts, if an instructor came to pick content; ``None`` otherwise.
    """

    issuer: str
    client_id: str
    deployment: str
    context: str
    resource_link: str
    subject: str
    name: str
    login: str
    instructor: bool
    assessment: str
    lesson: str
    line: str
    line_items: str
    members: str
    is_trusted_context: bool = False
    deep_linking: DeepLinkingSettings | None = None


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
    if claims.version != "1.3.0" or claims.message_type not in (RESOURCE_LINK, DEEP_LINKING):
        raise LaunchError("this is not an LTI 1.3 launch of a link, or of an instructor who picks content")
    if claims.message_type == DEEP_LINKING and claims.deep_linking is None:
        raise LaunchError("the platform doesn't say where to send the content (deep_linking_settings)")
    if platform.deployments and claims.deployment_id not in platform.deployments:
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
    """The registered platforms.

    Parameters
    ----------
    registrations
        Returns the registrations as they are now.
    key_file
        The private key as JWK; it is created if there is none.
    http
        The client that fetches keys and uses the platforms' services.
    """

    def __init__(
        self, registrations: Callable[[], list[Platform]], key_file: Path, http: httpx.Client | None = None
    ) -> None:
        self._registrations = registrations
        self.http = http or httpx.Client(timeout=_PATIENCE, follow_redirects=True)
        self.key = ToolKey(key_file)
        self.services = PlatformServices(self.key, self.http)
        self._keys = PlatformKeys(self.http)

    @property
    def origins(self) -> list[str]:
        """The origins of the registered platforms, which may show the service in a frame."""
        addresses = [address for one in self._registrations() for address in (one.issuer, one.login_url)]
        return sorted({origin_of(one) for one in addresses if one.startswith(("http://", "https://"))})

    def platform(self, issuer: str, client_id: str | None) -> Platform:
        """Return a registration.

        Parameters
        ----------
        client_id
            ``None`` or empty if it isn't known; then the issuer must have only one.

        Raises
        ------
        LaunchError
            If there is no such registration.
        """
        of_issuer = [one for one in self._registrations() if _is_same_issuer(one.issuer, issuer)]
        # A registration of the file takes precedence over one of the configuration page.
        found = {one.client_id: one for one in reversed(of_issuer)}
        if client_id:
            found = {client_id: found[client_id]} if client_id in found else {}
        if not found:
            raise LaunchError("this platform is not registered here")
        if len(found) > 1:
            raise LaunchError("this platform is registered more than once, and names no client ID")
        return next(iter(found.values()))

    def start(self, asked: dict[str, str], back_to: str) -> LaunchStart:
        """Start a launch.

        Parameters
        ----------
        asked
            The parameters that the platform sent to the login address.
        back_to
            The address that the platform sends the browser back to.

        Raises
        ------
        LaunchError
            If the platform is not registered, or a parameter is too long.
        """
        asked = {name: asked[name] for name in _LOGIN_PARAMETERS if name in asked}
        if sum(map(len, asked.values())) > _LONGEST_LOGIN:
            raise MalformedLaunch(f"the parameters have more than {_LONGEST_LOGIN} characters together")
        platform = self.platform(asked.get("iss", ""), asked.get("client_id"))
        nonce, proof = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        claims = {
            "iss": platform.issuer,
            "aud": platform.client_id,
            "nonce": nonce,
            "proof": _digest(proof),
            "asked": asked,
        }
        state = self.key.sign_own("launch", claims, _STATE_SECONDS)
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
        address = _with_query(platform.login_url, parameters)
        return LaunchStart(address, state, proof, asked.get(_STORAGE, ""))

    def started(self, state: str) -> StartedLaunch:
        """Return what a state says about the start of its launch.

        Raises
        ------
        LaunchError
            If the launch didn't start here, or has expired.
        """
        read = self._read_state(state)
        asked = read["asked"]
        platform = self.platform(read["iss"], read["aud"])
        return StartedLaunch(urlencode(asked), platform.origin, asked.get(_STORAGE, ""), read["proof"])

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
        platform = self.platform(started["iss"], started["aud"])
        # A token that the platform can't have made for this launch isn't worth fetching keys for.
        key_id, unverified = read_unverified(token)
        _check_claims(unverified, platform, started["nonce"])
        claims = parse_claims(self._verified(token, platform, key_id))
        _check_claims(claims, platform, started["nonce"])
        return _launch(claims, platform), claims.nonce

    def _read_state(self, state: str) -> dict[str, Any]:
        return self.key.read_own("launch", state, "the sign-in did not start here, or has expired")

    def _verified(self, token: str, platform: Platform, key_id: str) -> dict[str, Any]:
        """Return the claims of a platform's token. A token without a key ID may be signed by any key."""
        keys = self._keys.of(platform.keys_url, key_id)
        problem = "the platform's token cannot be trusted"
        if key_id in [one.kid for one in keys.keys]:
            return read_token(token, keys, problem)
        for key in keys.keys:
            try:
                return read_token(token, key, problem)
            except LaunchError:
                continue
        raise LaunchError(f"{problem}: none of the platform's keys signed it")


def _digest(proof: str) -> str:
    return hashlib.sha256(proof.encode()).hexdigest()


def _with_query(address: str, parameters: dict[str, str]) -> str:
    """Add parameters to an address, which may have some already."""
    parts = urlsplit(address)
    query = "&".join(one for one in (parts.query, urlencode(parameters)) if one)
    return urlunsplit(parts._replace(query=query))


def is_instructor(role: ContextRole, platform: Platform) -> bool:
    """Whether a role in a course of a platform makes someone an instructor here."""
    return role is ContextRole.INSTRUCTOR or (
        role is ContextRole.ASSISTANT and platform.teaching_assistants == "instructor"
    )


def _launch(claims: Claims, platform: Platform) -> Launch:
    context = claims.context.id if claims.context is not None else ""
    link = claims.resource_link.id if claims.resource_link is not None else None
    return Launch(
        # The registration's spelling, so that a person is the same with and without a slash.
        issuer=platform.issuer,
        client_id=platform.client_id,
        deployment=claims.deployment_id,
        context=context,
        resource_link=link or "",
        subject=claims.sub,
        name=claims.display_name,
        login=claims.login,
        instructor=is_instructor(claims.role, platform),
        assessment=claims.custom_text("assessment"),
        lesson=claims.custom_text("lesson"),
        line=claims.line_item,
        line_items=claims.line_items,
        members=claims.members,
        is_trusted_context=context in platform.contexts,
        deep_linking=claims.deep_linking if claims.message_type == DEEP_LINKING else None,
    )
