"""The services of a learning platform: grades, line items, and class lists.

https://www.imsglobal.org/spec/lti-ags/v2p0 and https://www.imsglobal.org/spec/lti-nrps/v2p0. Access tokens
are granted for a signed assertion: https://www.imsglobal.org/spec/security/v1p0.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx

from rolecall.workshop._platform_requests import request
from rolecall.workshop.lti_claims import LINE_ITEM, SCORE
from rolecall.workshop.lti_key import ToolKey
from rolecall.workshop.platform_registrations import Platform

MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
_SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
_LINE_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
_LINES_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
_MEMBERS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_BACKDATED = 30
"""How many seconds ago a token of this service was issued, for platforms whose clock is behind."""
_EARLY = 30
"""How many seconds before its end an access token isn't used any more."""
_LONGEST_PROBLEM = 250
_MOST_PAGES = 200
_LONGEST_PAGE = 4 * 1024 * 1024
"""A platform may show a class of thousands in one page."""
_UNREACHABLE = (httpx.HTTPError, httpx.InvalidURL, ValueError)
"""What httpx raises when a platform doesn't answer, or its address can't be one."""


class PlatformProblem(RuntimeError):
    """A platform doesn't do what it was asked for; the message says why, for an instructor.

    Parameters
    ----------
    is_unreachable
        Whether the platform didn't answer at all.
    """

    def __init__(self, problem: str, *, is_unreachable: bool = False) -> None:
        super().__init__(problem)
        self.is_unreachable = is_unreachable


@dataclass(frozen=True, slots=True)
class Score:
    """A grade for a platform.

    Parameters
    ----------
    complete
        Whether every answer could be graded.
    started, submitted
        When the learner worked; platforms decide by it whether the work was late.
    """

    points: float
    of: int
    complete: bool = True
    started: datetime | None = None
    submitted: datetime | None = None

    def __str__(self) -> str:
        return f"{self.points:g}/{self.of}{'' if self.complete else ', incomplete'}"


@dataclass(frozen=True, slots=True)
class LineItem:
    """A line item to create.

    Parameters
    ----------
    resource
        The assessment, by which the line item is found again.
    resource_link
        The ID of the platform's link; empty if it isn't known.
    """

    label: str
    maximum: int
    resource: str
    resource_link: str = ""

    def document(self) -> dict[str, Any]:
        """Return the line item as the specification has it."""
        document = {"label": self.label, "scoreMaximum": self.maximum, "resourceId": self.resource}
        return document | ({"resourceLinkId": self.resource_link} if self.resource_link else {})


@dataclass(frozen=True, slots=True)
class _AccessToken:
    text: str
    until: float


class PlatformServices:
    """Calls to platforms. An access token is used until it expires."""

    def __init__(self, key: ToolKey, http: httpx.Client) -> None:
        self._key, self._http = key, http
        self._tokens: dict[tuple[str, str, str], _AccessToken] = {}
        self._asking = threading.Lock()

    def send_score(self, platform: Platform, line: str, subject: str, score: Score) -> None:
        """Send a score to a line item.

        Raises
        ------
        PlatformProblem
            If the platform doesn't accept it.
        """
        work = {
            name: _time(at)
            for name, at in (("startedAt", score.started), ("submittedAt", score.submitted))
            if at is not None
        }
        document = {
            "userId": subject,
            "scoreGiven": score.points,
            "scoreMaximum": score.of,
            "activityProgress": "Completed",
            # Platforms show no grade as final that an instructor must complete.
            "gradingProgress": "FullyGraded" if score.complete else "PendingManual",
            "timestamp": _time(datetime.now(UTC)),
        }
        if work:
            document["submission"] = work
        self._call(platform, SCORE, "POST", _scores_of(line), document, _SCORE_TYPE)

    def find_or_create_line(self, platform: Platform, line_items: str, line: LineItem) -> str:
        """Return the address of an assessment's line item, which is created if there is none.

        Raises
        ------
        PlatformProblem
            If the platform doesn't show or create one.
        """
        parts = urlsplit(line_items)
        query = "&".join(one for one in (parts.query, urlencode({"resource_id": line.resource})) if one)
        of_resource = urlunsplit(parts._replace(query=query))
        for found in self._pages(platform, LINE_ITEM, of_resource, _LINES_TYPE):
            for one in found if isinstance(found, list) else []:
                # Some platforms ignore the filter.
                if isinstance(one, dict) and one.get("resourceId") == line.resource and one.get("id"):
                    return str(one["id"])
        answer = self._call(platform, LINE_ITEM, "POST", line_items, line.document(), _LINE_TYPE)
        made = _json(answer)
        if not isinstance(made, dict) or not made.get("id"):
            raise PlatformProblem("the platform created a line item without an address")
        return str(made["id"])

    def members(self, platform: Platform, address: str) -> Iterator[dict[str, Any]]:
        """Return the members of a course, page by page.

        Raises
        ------
        PlatformProblem
            If the platform doesn't show them.
        """
        for page in self._pages(platform, MEMBERS, address, _MEMBERS_TYPE):
            if not isinstance(page, dict) or not isinstance(page.get("members"), list):
                raise PlatformProblem("the platform's class list has no members")
            yield from (one for one in page["members"] if isinstance(one, dict))

    def _pages(self, platform: Platform, scope: str, address: str, accept: str) -> Iterator[Any]:
        for _ in range(_MOST_PAGES):
            answer = self._call(platform, scope, "GET", address, None, accept)
            yield _json(answer)
            following = answer.links.get("next", {}).get("url")
            if not following:
                return
            address = str(answer.url.join(following))

    def _call(
        self, platform: Platform, scope: str, method: str, address: str, document: Any, media_type: str
    ) -> httpx.Response:
        """Call a service; the first refusal asks for another token, because platforms can withdraw them."""
        for is_last in (False, True):
            token = self._token(platform, scope)
            headers = {"Authorization": f"Bearer {token}", "Accept": media_type}
            content = None
            if document is not None:
                content, headers["Content-Type"] = json.dumps(document), media_type
            try:
                answer = request(
                    self._http, method, address, longest=_LONGEST_PAGE, content=content, headers=headers
                )
            except _UNREACHABLE as error:
                raise _unreachable("the platform's service", error) from None
            if answer.status_code != 401 or is_last:
                break
            self._tokens.pop((platform.issuer, platform.client_id, scope), None)
        if not answer.is_success:
            raise PlatformProblem(_refusal("the platform", answer))
        return answer

    def _token(self, platform: Platform, scope: str) -> str:
        key = (platform.issuer, platform.client_id, scope)
        with self._asking:
            known = self._tokens.get(key)
            if known is None or time.monotonic() >= known.until:
                known = self._tokens[key] = self._ask_for_token(platform, scope)
            return known.text

    def _ask_for_token(self, platform: Platform, scope: str) -> _AccessToken:
        now = int(time.time())
        claims = {
            "iss": platform.client_id,
            "sub": platform.client_id,
            # One text, not a list: D2L Brightspace doesn't read a list.
            "aud": platform.audience or platform.token_url,
            "iat": now - _BACKDATED,
            "exp": now + 300,
            "jti": uuid.uuid4().hex,
        }
        try:
            answer = request(
                self._http,
                "POST",
                platform.token_url,
                data={
                    "grant_type": "client_credentials",
                    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                    "client_assertion": self._key.sign(claims),
                    "scope": scope,
                },
            )
        except _UNREACHABLE as error:
            raise _unreachable("the platform's token address", error) from None
        if not answer.is_success:
            raise PlatformProblem(_refusal("the platform's token address", answer))
        granted = _json(answer)
        token = granted.get("access_token") if isinstance(granted, dict) else None
        if not isinstance(token, str) or not token:
            raise PlatformProblem("the platform's token address answered without an access token")
        lasts = granted.get("expires_in")
        seconds = float(lasts) if isinstance(lasts, int | float) or str(lasts).isdecimal() else 0.0
        return _AccessToken(token, time.monotonic() + max(seconds - _EARLY, 1.0))


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except (ValueError, RecursionError):
        raise PlatformProblem("the platform answered with something other than JSON") from None


def _unreachable(what: str, error: Exception) -> PlatformProblem:
    is_unreachable = isinstance(error, httpx.TransportError)
    return PlatformProblem(f"{what} didn't answer ({type(error).__name__})", is_unreachable=is_unreachable)


def _refusal(who: str, answer: httpx.Response) -> str:
    """Say what a platform answered, with its own words as far as they can be shown."""
    said = " ".join("".join(one if one.isprintable() else " " for one in answer.text).split())
    return f"{who} answered {answer.status_code}{f': {said}' if said else ''}"[:_LONGEST_PROBLEM]


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def _scores_of(line: str) -> str:
    """Return the address of a line item's scores: ``/scores`` is added to the path, the query is kept."""
    parts = urlsplit(line)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/scores"))
