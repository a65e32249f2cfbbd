"""A learning platform in the same process: it launches a service, and has LTI Advantage's services."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from sqlalchemy import select

from rolecall.course import find_course
from rolecall.workshop.app import create_app
from rolecall.workshop.platform_registrations import Platform, save_platform
from rolecall.workshop.rooms import new_instructor_token
from rolecall.workshop.service import Service
from rolecall.workshop.settings import Settings
from rolecall.workshop.tables import Person, PlatformLine
from workshop.graded_work import add_attempt

URL = "https://lms.example.edu"
TOOL = "https://rolecall.example.edu"
LAUNCH = f"{TOOL}/lti/launch"
CLAIM = "https://purl.imsglobal.org/spec/lti/claim"
AGS = "https://purl.imsglobal.org/spec/lti-ags"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim"
MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
LEARNER, INSTRUCTOR = f"{MEMBERSHIP}#Learner", f"{MEMBERSHIP}#Instructor"
SUPPORTED = {
    "issuer": URL,
    "authorization_endpoint": f"{URL}/auth",
    "token_endpoint": f"{URL}/token",
    "jwks_uri": f"{URL}/keys",
    "registration_endpoint": f"{URL}/register",
    "scopes_supported": [f"{AGS}/scope/score", f"{AGS}/scope/result.readonly"],
    "claims_supported": ["sub", "name", "picture"],
    "https://purl.imsglobal.org/spec/lti-platform-configuration": {
        "messages_supported": [
            {"type": "LtiResourceLinkRequest", "placements": ["course_navigation"]},
            {"type": "LtiDeepLinkingRequest", "placements": ["assignment_selection", "editor_button"]},
        ]
    },
}
"""The OpenID configuration of a platform."""
KEY = RSAKey.generate_key(2048, private=True, auto_kid=True)


def registration(**changed: object) -> Platform:
    fields = {
        "issuer": URL,
        "client_id": "rolecall",
        "deployments": ["1"],
        "login_url": f"{URL}/auth",
        "token_url": f"{URL}/token",
        "keys_url": f"{URL}/keys",
    }
    return Platform.model_validate(fields | changed)


def endpoint(line: str = "", lines: str = "", *scopes: str) -> dict[str, object]:
    """The claim of the Assignment and Grade Services."""
    scope = [f"{AGS}/scope/{one}" for one in scopes or ("score",)]
    addresses = {name: f"{URL}{path}" for name, path in (("lineitem", line), ("lineitems", lines)) if path}
    return {f"{AGS}/claim/endpoint": {"scope": scope, **addresses}}


@dataclass
class LearningPlatform:
    """What a platform answers, and what it was asked."""

    tool_keys: Callable[[], dict] = dict
    asked: list[httpx.Request] = field(default_factory=list)
    answers: dict[tuple[str, str], Callable[[httpx.Request], httpx.Response]] = field(default_factory=dict)
    lines: list[dict] = field(default_factory=list)
    members: list[dict] = field(default_factory=list)
    keys: list[dict] = field(default_factory=lambda: [KEY.as_dict(private=False)])

    def client(self) -> httpx.Client:
        """The client with which a service calls this platform."""
        return httpx.Client(transport=httpx.MockTransport(self._respond))

    def _respond(self, request: httpx.Request) -> httpx.Response:
        answer = self._answer(request)
        # A response arrives in parts, as over a network.
        return httpx.Response(answer.status_code, headers=answer.headers, content=iter([answer.content]))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        key = (request.method, request.url.path)
        if key in self.answers:
            return self.answers[key](request)
        if key == ("GET", "/keys"):
            return httpx.Response(200, json={"keys": self.keys})
        if key == ("POST", "/token"):
            return httpx.Response(200, json={"access_token": "granted", "expires_in": 3600})
        if request.headers.get("Authorization") != "Bearer granted":
            return httpx.Response(401)
        if key == ("GET", "/lines"):
            return httpx.Response(200, json=self.lines)
        if key == ("POST", "/lines"):
            self.lines.append({"id": f"{URL}/lines/{len(self.lines) + 1}", **json.loads(request.content)})
            return httpx.Response(201, json=self.lines[-1])
        if key == ("GET", "/members"):
            return httpx.Response(200, json={"members": self.members})
        return httpx.Response(200 if request.url.path.endswith("/scores") else 404)

    def requests(self, method: str, path: str) -> list[httpx.Request]:
        """What this platform was asked."""
        return [one for one in self.asked if (one.method, one.url.path) == (method, path)]

    def scores(self, line: str = "/lines/1") -> list[dict]:
        """The scores that a line item got."""
        return [json.loads(one.content) for one in self.requests("POST", f"{line}/scores")]

    @property
    def assertion(self) -> dict:
        """The claims of the last request for an access token; its signature is verified."""
        sent = dict(parse_qsl(self.requests("POST", "/token")[-1].content.decode()))
        return self.read(sent["client_assertion"])

    def read(self, token: str) -> dict:
        """The claims of a token that the service signed with a key that it publishes."""
        keys = KeySet.import_key_set(self.tool_keys())
        assert jwt.decode(token, keys, algorithms=["RS256"]).header["kid"] == keys.keys[0].kid
        return jwt.decode(token, keys, algorithms=["RS256"]).claims


@dataclass
class Browser:
    """A browser on its way from the platform to the service."""

    http: TestClient
    asked: dict[str, str] = field(default_factory=dict)

    def login(self, **parameters: str) -> httpx.Response:
        """Follow a link on the platform; the service sends the browser back to it."""
        sent = {"iss": URL, "client_id": "rolecall", "login_hint": "7", "target_link_uri": LAUNCH}
        answer = self.http.post("/lti/login", data=sent | parameters)
        address = answer.headers.get("location", "")
        self.asked = {name: one for name, (one, *_) in parse_qs(urlsplit(address).query).items()}
        return answer

    def token(self, **changed: object) -> str:
        """What the platform signs."""
        now = int(time.time())
        claims = {
            "iss": URL,
            "aud": "rolecall",
            "sub": "user-7",
            "name": "Ana of the platform",
            "nonce": self.asked["nonce"],
            "iat": now,
            "exp": now + 300,
            f"{CLAIM}/version": "1.3.0",
            f"{CLAIM}/message_type": "LtiResourceLinkRequest",
            f"{CLAIM}/deployment_id": "1",
            f"{CLAIM}/roles": [LEARNER],
            f"{CLAIM}/context": {"id": "course-9"},
            f"{CLAIM}/resource_link": {"id": "link-3"},
            f"{CLAIM}/custom": {"assessment": "roles-midterm"},
        } | changed
        return jwt.encode({"alg": "RS256", "kid": KEY.kid}, claims, KEY, algorithms=["RS256"])

    def launch(self, **changed: object) -> httpx.Response:
        """Follow a link on the platform to its end."""
        self.login()
        return self.post(self.token(**changed))

    def post(self, token: str, **fields: str) -> httpx.Response:
        """Post the form of the platform's page."""
        data = {"id_token": token, "state": self.asked["state"], **fields}
        return self.http.post("/lti/launch", data=data)

    def pick_content(self, *picked: str, **settings: object) -> httpx.Response:
        """Pick content as an instructor, up to the page that posts the answer to the platform."""
        asks = {
            "deep_link_return_url": f"{URL}/content",
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["iframe"],
        } | settings
        page = self.launch(
            **{
                "sub": "ines",
                f"{CLAIM}/message_type": "LtiDeepLinkingRequest",
                f"{CLAIM}/roles": [INSTRUCTOR],
                f"{DL}/deep_linking_settings": asks,
            }
        )
        assert page.status_code == 200, page.text
        ticket = page.text.partition('name="ticket" value="')[2].partition('"')[0]
        return self.http.post("/lti/content", data={"ticket": ticket, "picked": list(picked)})


class World:
    """A service, and the platform that it is registered at."""

    def __init__(self, folder) -> None:
        self.platform = LearningPlatform()
        settings = Settings(data=folder, public_address=TOOL, open_assessments=True)
        self.service = Service(settings, find_course(), "Room", self.platform.client())
        self.platform.tool_keys = lambda: self.service.platforms.key.public
        self.app = create_app(self.service)

    def register(self, **changed) -> None:
        with self.service.database.session() as session:
            save_platform(session, registration(**changed))
        self.service.registrations.refresh()

    def browser(self) -> Browser:
        return Browser(TestClient(self.app, base_url=TOOL, follow_redirects=False))

    def grade(self, subject: str, *scores: float, **claims) -> None:
        """Launch as a learner, who then has a graded attempt."""
        launched = self.browser().launch(sub=subject, name=subject, **claims)
        assert launched.status_code == 200, launched.text
        with self.service.database.session() as session:
            person = session.scalars(select(Person).where(Person.name == subject)).one()
            add_attempt(session, self.service.room, person.id, *scores)

    def send(self, later: timedelta = timedelta()) -> int:
        return self.service._grades.send(self.service.clock.now() + later, changed=True)

    def line(self, subject: str = "user-7") -> PlatformLine:
        with self.service.database.read() as session:
            return session.scalars(select(PlatformLine).where(PlatformLine.subject == subject)).one()


def sign_in(world: World) -> TestClient:
    """A browser of the service's instructor, with the token of its forms."""
    browser = world.browser().http
    with world.service.database.session() as session:
        token = new_instructor_token(session, world.service.room_of(session, world.service.room))
    browser.post("/login", data={"token": token})
    browser.headers["X-Form-Token"] = re.search(r'data-form-token="([^"]+)"', browser.get("/").text)[1]
    return browser
