"""Deep Linking 2.0: an instructor picks assessments and lessons, and the platform creates links to them.

https://www.imsglobal.org/spec/lti-dl/v2p0
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rolecall.workshop.lti import Launch, Platforms
from rolecall.workshop.lti_claims import LaunchError
from rolecall.workshop.platform_registrations import origin_of

_CLAIM = "https://purl.imsglobal.org/spec/lti/claim"
_DL_CLAIM = "https://purl.imsglobal.org/spec/lti-dl/claim"
_LINK = "ltiResourceLink"
_PICKING = 3600
"""How many seconds an instructor has to pick."""
_VALID = 300


@dataclass(frozen=True, slots=True)
class Content:
    """Something to link to.

    Parameters
    ----------
    kind
        ``assessment`` or ``lesson``, which is also the name of the link's custom parameter.
    points
        How many points there are; 0 for a lesson, which takes no grade.
    """

    kind: str
    name: str
    title: str
    points: int = 0

    @property
    def value(self) -> str:
        """What the form sends."""
        return f"{self.kind}/{self.name}"

    def item(self, address: str, *, with_line_item: bool) -> dict[str, Any]:
        """Return the content item.

        Every link has the same address: platforms register the redirect address letter by letter, and some
        compare a link's address with it. What the link shows is a custom parameter.
        """
        item: dict[str, Any] = {
            "type": _LINK,
            "title": self.title,
            "url": address,
            "custom": {self.kind: self.name},
        }
        if self.points and with_line_item:
            item["lineItem"] = {"label": self.title, "scoreMaximum": self.points, "resourceId": self.name}
        return item


@dataclass(frozen=True, slots=True)
class DeepLinkingAnswer:
    """The answer that the instructor's browser posts to the platform."""

    address: str
    token: str

    @property
    def origin(self) -> str:
        """The origin that the form posts to."""
        return origin_of(self.address)


def ticket(platforms: Platforms, launch: Launch) -> str:
    """Return a signed ticket for the form, so that a frame without cookies can send it.

    Raises
    ------
    LaunchError
        If the person may not pick content, or the platform doesn't accept links.
    """
    settings = launch.deep_linking
    assert settings is not None
    if not launch.instructor:
        raise LaunchError("only instructors of the course can pick content")
    if _LINK not in settings.accept_types:
        raise LaunchError(f"the platform accepts no links to tools here (accept_types has no {_LINK})")
    claims = {
        "iss": launch.issuer,
        "aud": launch.client_id,
        "deployment": launch.deployment,
        "settings": settings.model_dump(mode="json"),
    }
    return platforms.key.sign_own("deep linking", claims, _PICKING)


def answer(platforms: Platforms, ticket: str, picked: Sequence[Content], address: str) -> DeepLinkingAnswer:
    """Return the answer to a platform.

    Parameters
    ----------
    picked
        What the instructor picked; empty if they canceled.
    address
        Where the links lead.

    Raises
    ------
    LaunchError
        If the ticket isn't valid, or there are too many items.
    """
    read = platforms.key.read_own(
        "deep linking", ticket, "this form has expired; add the content in your learning platform again"
    )
    settings = read["settings"]
    if len(picked) > 1 and not settings["accept_multiple"]:
        raise LaunchError("the platform accepts only one link here; pick one")
    now = int(time.time())
    # A platform that doesn't say whether it accepts line items may still create them: Blackboard does.
    with_line_item = settings["accept_lineitem"] is not False
    claims: dict[str, Any] = {
        "iss": read["aud"],
        "aud": read["iss"],
        "iat": now - 30,
        "exp": now + _VALID,
        "nonce": secrets.token_urlsafe(24),
        f"{_CLAIM}/message_type": "LtiDeepLinkingResponse",
        f"{_CLAIM}/version": "1.3.0",
        f"{_CLAIM}/deployment_id": read["deployment"],
        f"{_DL_CLAIM}/content_items": [one.item(address, with_line_item=with_line_item) for one in picked],
    }
    if settings["data"] is not None:
        claims[f"{_DL_CLAIM}/data"] = settings["data"]
    return DeepLinkingAnswer(settings["deep_link_return_url"], platforms.key.sign(claims))
