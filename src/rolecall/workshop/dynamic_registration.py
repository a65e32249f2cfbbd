"""Dynamic Registration: a learning platform and the service register each other.

https://www.imsglobal.org/spec/lti-dr/v1p0
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, Field, ValidationError

from rolecall.workshop._platform_requests import request
from rolecall.workshop.lti_claims import DEEP_LINKING, LINE_ITEM, RESOURCE_LINK, SCORE
from rolecall.workshop.platform_registrations import Address, Platform, origin_of
from rolecall.workshop.platform_services import MEMBERS, PlatformProblem

_TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
_SCOPES = (SCORE, LINE_ITEM, MEMBERS)
_CLAIMS = ("iss", "sub", "name", "given_name", "family_name")
_DEEP_LINKING_LABEL = "Rolecall: add an assessment or a lesson"
_PLACEMENTS = ("assignment_selection", "link_selection", "ContentArea")
"""Where instructors pick content, as platforms name it. By default, Canvas offers links in modules only."""
_LONGEST_PROBLEM = 200


class _Message(BaseModel):
    type: str
    placements: list[str] = []


class _PlatformConfiguration(BaseModel):
    messages_supported: list[_Message] = []


class _OpenIdConfiguration(BaseModel):
    """What a platform says about itself."""

    issuer: str
    authorization_endpoint: Address
    token_endpoint: Address
    jwks_uri: Address
    registration_endpoint: Address
    scopes_supported: list[str] = []
    claims_supported: list[str] = []
    authorization_server: str = ""
    platform: _PlatformConfiguration = Field(
        default=_PlatformConfiguration(), alias="https://purl.imsglobal.org/spec/lti-platform-configuration"
    )


class _Registered(BaseModel):
    """What a platform answers to a registration."""

    client_id: str
    tool: dict[str, Any] = Field(default={}, alias="https://purl.imsglobal.org/spec/lti-tool-configuration")


@dataclass(frozen=True, slots=True)
class ToolAddresses:
    """The addresses of this service.

    Parameters
    ----------
    base
        The public address of the service.
    """

    base: str

    @property
    def login(self) -> str:
        """Where a launch starts."""
        return f"{self.base}/lti/login"

    @property
    def launch(self) -> str:
        """Where the platform sends the browser, and where links and Deep Linking lead."""
        return f"{self.base}/lti/launch"

    @property
    def keys(self) -> str:
        """The public keys."""
        return f"{self.base}/lti/keys"

    @property
    def domain(self) -> str:
        """The host name."""
        return urlsplit(self.base).netloc


def register(
    http: httpx.Client, configuration: str, token: str, addresses: ToolAddresses, name: str
) -> Platform:
    """Register this service at a platform, and return the platform's registration here.

    Parameters
    ----------
    configuration
        The address of the platform's OpenID configuration.
    token
        The platform's registration token; empty if it sends none, as D2L Brightspace does.
    name
        The name that the platform shows.

    Raises
    ------
    PlatformProblem
        If the platform's answers aren't as the specification has them.
    """
    read = _read(http, configuration)
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    answer = _ask(
        "registration",
        lambda: request(
            http, "POST", read.registration_endpoint, json=_document(read, addresses, name), headers=headers
        ),
    )
    try:
        registered = _Registered.model_validate(answer)
        deployment = registered.tool.get("deployment_id")
        return Platform(
            issuer=read.issuer,
            client_id=registered.client_id,
            deployments=[str(deployment)] if deployment else [],
            login_url=read.authorization_endpoint,
            token_url=read.token_endpoint,
            keys_url=read.jwks_uri,
            audience=read.authorization_server,
        )
    except ValidationError as error:
        raise PlatformProblem(f"the platform's answer to the registration lacks {_fields(error)}") from None


def _read(http: httpx.Client, configuration: str) -> _OpenIdConfiguration:
    try:
        read = _OpenIdConfiguration.model_validate(
            _ask(
                "configuration",
                lambda: request(http, "GET", configuration, headers={"Accept": "application/json"}),
            )
        )
    except ValidationError as error:
        raise PlatformProblem(f"the platform's configuration lacks {_fields(error)}") from None
    # Otherwise anyone could register addresses for the issuer of another platform.
    if origin_of(read.issuer) != origin_of(configuration):
        raise PlatformProblem(
            f"the platform's issuer, {read.issuer}, isn't at the address of its configuration"
        )
    return read


def _ask(what: str, call: Any) -> Any:
    try:
        answer: httpx.Response = call()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise PlatformProblem(f"the platform's {what} can't be reached ({type(error).__name__})") from None
    if not answer.is_success:
        said = " ".join(answer.text.split())[:_LONGEST_PROBLEM]
        raise PlatformProblem(f"the platform's {what} answered {answer.status_code}: {said}")
    try:
        return answer.json()
    except (ValueError, RecursionError):
        raise PlatformProblem(f"the platform's {what} isn't JSON") from None


def _fields(error: ValidationError) -> str:
    return ", ".join(sorted({str(one["loc"][0]) if one["loc"] else "fields" for one in error.errors()}))


def _document(read: _OpenIdConfiguration, addresses: ToolAddresses, name: str) -> dict[str, Any]:
    """Return the registration. It asks for nothing that the platform doesn't have: Canvas rejects that."""
    scopes = [one for one in _SCOPES if not read.scopes_supported or one in read.scopes_supported]
    claims = [one for one in _CLAIMS if not read.claims_supported or one in read.claims_supported]
    supported = {one.type: one.placements for one in read.platform.messages_supported}
    messages: list[dict[str, Any]] = []
    if not supported or RESOURCE_LINK in supported:
        messages.append({"type": RESOURCE_LINK, "target_link_uri": addresses.launch})
    if not supported or DEEP_LINKING in supported:
        placements = [one for one in _PLACEMENTS if one in supported.get(DEEP_LINKING, [])]
        messages.append(
            {"type": DEEP_LINKING, "target_link_uri": addresses.launch, "label": _DEEP_LINKING_LABEL}
            | ({"placements": placements} if placements else {})
        )
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["client_credentials", "implicit"],
        "initiate_login_uri": addresses.login,
        "redirect_uris": [addresses.launch],
        "client_name": name,
        "jwks_uri": addresses.keys,
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(scopes),
        _TOOL: {
            "domain": addresses.domain,
            "description": "AWS roles: assessments and hands-on lessons",
            "target_link_uri": addresses.launch,
            "claims": claims,
            "messages": messages,
        },
    }
