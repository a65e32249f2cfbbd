"""LTI 1.3 against a platform that is simulated: real HTTP, real JSON Web Tokens."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from workshop.running import poll, start_workshop

pytestmark = pytest.mark.slow

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"


class Platform:
    """A learning platform: it signs launches, grants tokens, and takes scores."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, private=True, auto_kid=True)
        self.scores: list[tuple[str, dict]] = []
        self.refuses = 0
        self.tool = ""
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def _answer(self, status: int, message: object) -> None:
                body = json.dumps(message).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                self._answer(200, {"keys": [platform.key.as_dict(private=False)]})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/token":
                    self._answer(*platform.grant(parse_qs(body.decode())))
                elif self.headers["Authorization"] != "Bearer granted" or platform.refuses:
                    platform.refuses = max(0, platform.refuses - 1)
                    self._answer(503, {})
                else:
                    platform.scores.append((self.path, json.loads(body)))
                    self._answer(200, {})

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def grant(self, asked: dict) -> tuple[int, dict]:
        """Return a token to a client that signs with the key that the tool publishes."""
        keys = KeySet.import_key_set(httpx.get(f"{self.tool}/lti/keys").json())
        claims = jwt.decode(asked["client_assertion"][0], keys, algorithms=["RS256"]).claims
        right = (claims["iss"], claims["sub"], claims["aud"]) == (
            "rolecall",
            "rolecall",
            f"{self.url}/token",
        )
        scope = asked["scope"] == [f"{AGS}scope/score"]
        return (200, {"access_token": "granted", "expires_in": 60}) if right and scope else (400, {})

    def registration(self) -> dict:
        return {
            "issuer": self.url,
            "client_id": "rolecall",
            "deployments": ["1"],
            "login_url": f"{self.url}/auth",
            "token_url": f"{self.url}/token",
            "keys_url": f"{self.url}/keys",
        }


@pytest.fixture(scope="module")
def platform():
    made = Platform()
    yield made
    made.server.shutdown()


@pytest.fixture(scope="module")
def tool(platform, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lti")
    (folder / "platforms.json").write_text(json.dumps([platform.registration()]))
    running = start_workshop(
        folder,
        ROLECALL_WORKSHOP_PLATFORMS=str(folder / "platforms.json"),
        ROLECALL_WORKSHOP_GRADE_RETRY_SECONDS="0.5",
    )
    platform.tool = running.url
    yield running
    running.stop()


class Browser:
    """Somebody's browser on its way from the platform to the tool."""

    def __init__(self, platform: Platform, tool) -> None:
        self.platform, self.tool = platform, tool
        self.http = httpx.Client(base_url=tool.url)

    def begin(self) -> dict[str, str]:
        """The platform's first step; gives what the tool asks of the platform."""
        asked = {
            "iss": self.platform.url,
            "login_hint": "7",
            "client_id": "rolecall",
            "target_link_uri": self.tool.url,
        }
        away = self.http.post("/lti/login", data=asked)
        assert away.headers["location"].startswith(f"{self.platform.url}/auth?")
        return {
            name: texts[0] for name, texts in parse_qs(urlsplit(away.headers["location"]).query).items()
        }

    def claims(self, wanted: dict[str, str], **changed: object) -> dict:
        now = int(time.time())
        return {
            "iss": self.platform.url,
            "aud": "rolecall",
            "sub": "user-7",
            "name": "Ana of the platform",
            "nonce": wanted["nonce"],
            "iat": now,
            "exp": now + 300,
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}message_type": "LtiResourceLinkRequest",
            f"{CLAIM}deployment_id": "1",
            f"{CLAIM}roles": [LEARNER],
            f"{CLAIM}custom": {"assessment": "roles-midterm"},
            f"{AGS}claim/endpoint": {
                "scope": [f"{AGS}scope/score"],
                "lineitem": f"{self.platform.url}/lines/3?course=9",
            },
        } | changed

    def launch(
        self, wanted: dict[str, str], claims: dict, key=None, algorithm: str = "RS256"
    ) -> httpx.Response:
        key = key or self.platform.key
        header = {"alg": algorithm, "kid": key.kid or self.platform.key.kid}
        token = jwt.encode(header, claims, key, algorithms=[algorithm])
        return self.http.post("/lti/launch", data={"id_token": token, "state": wanted["state"]})


@pytest.fixture
def browser(platform, tool) -> Browser:
    return Browser(platform, tool)


def learner_of(page: httpx.Response, tool) -> httpx.Client:
    token = (
        page.text.partition("token=&#34;")[2].partition("&#34;")[0]
        or page.text.partition('token="')[2].partition('"')[0]
    )
    return httpx.Client(base_url=tool.url, headers={"Authorization": f"Bearer {token}"}, timeout=30)


@pytest.mark.slow
def test_a_learner_comes_takes_the_paper_and_the_grade_goes_back(browser, platform, tool):
    platform.scores.clear()
    platform.refuses = 1
    wanted = browser.begin()
    page = browser.launch(wanted, browser.claims(wanted))
    assert page.status_code == 200
    learner = learner_of(page, tool)
    assert learner.get("/api/room").json()["name"] == "Ana of the platform"

    attempt = learner.post("/api/assessments/roles-midterm").json()["attempt"]
    learner.post(f"/api/attempts/{attempt}/submit").raise_for_status()

    ((path, score),) = poll(lambda: platform.scores, seconds=100)
    # The line's own query stays behind the path.
    assert path == "/lines/3/scores?course=9"
    assert (score["userId"], score["scoreGiven"], score["scoreMaximum"]) == ("user-7", 0.0, 8)
    assert (score["activityProgress"], score["gradingProgress"]) == ("Completed", "FullyGraded")


def handed_in(browser, tool, platform, subject: str, line: str) -> list[str]:
    """Launch with a line item, hand an empty paper in if there is none yet, and return its questions."""
    wanted = browser.begin()
    endpoint = {"scope": [f"{AGS}scope/score"], "lineitem": f"{platform.url}{line}"}
    page = browser.launch(wanted, browser.claims(wanted, sub=subject, **{f"{AGS}claim/endpoint": endpoint}))
    learner = learner_of(page, tool)
    started = learner.post("/api/assessments/roles-midterm")
    if started.status_code != 200:
        return []
    learner.post(f"/api/attempts/{started.json()['attempt']}/submit").raise_for_status()
    return [one["view"]["id"] for one in started.json()["paper"]]


def sent_to(platform, tool, path: str) -> dict:
    """Wait until a line item has a score."""
    return poll(lambda: [score for to, score in platform.scores if to == path], seconds=100)[-1]


@pytest.mark.slow
def test_a_new_line_item_gets_the_grade_too(browser, platform, tool):
    handed_in(browser, tool, platform, "user-13", "/lines/4")
    assert sent_to(platform, tool, "/lines/4/scores")["scoreMaximum"] == 8

    handed_in(browser, tool, platform, "user-13", "/lines/5")

    assert sent_to(platform, tool, "/lines/5/scores")["scoreMaximum"] == 8


@pytest.mark.slow
def test_a_dropped_question_changes_the_grade_at_the_platform(browser, platform, tool):
    question, *_ = handed_in(browser, tool, platform, "user-14", "/lines/6")
    assert sent_to(platform, tool, "/lines/6/scores")["scoreMaximum"] == 8
    platform.scores.clear()
    instructor = tool.instructor()

    dropped = instructor.post("/assessments/roles-midterm/drop", data={"question": question})

    assert dropped.is_success, dropped.text
    assert sent_to(platform, tool, "/lines/6/scores")["scoreMaximum"] == 7


def test_the_same_subject_is_the_same_person_and_a_running_notebook_goes_on(browser, tool):
    first = browser.launch(wanted := browser.begin(), browser.claims(wanted, sub="user-8", name="Ben"))
    second = browser.launch(wanted := browser.begin(), browser.claims(wanted, sub="user-8", name="Ben"))

    assert learner_of(second, tool).get("/api/room").json()["name"] == "Ben"
    assert learner_of(first, tool).get("/api/room").json()["name"] == "Ben"


def test_an_instructor_comes_to_the_dashboard(browser, tool):
    wanted = browser.begin()

    away = browser.launch(
        wanted, browser.claims(wanted, sub="ines", name="Ines", **{f"{CLAIM}roles": [INSTRUCTOR]})
    )

    assert away.status_code == 303
    assert browser.http.get("/grades.csv").status_code == 200


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"nonce": "another"}, "of another sign-in"),
        ({"aud": "another-tool"}, "meant for another tool"),
        ({"aud": ["rolecall", "another"], "azp": "another"}, "meant for another tool"),
        ({"iss": "https://evil.example"}, "another platform"),
        ({"exp": 1_000_000_000}, "cannot be trusted"),
        ({f"{CLAIM}deployment_id": "2"}, "deployment is not registered"),
        ({f"{CLAIM}message_type": "LtiSubmissionReviewRequest"}, "not an LTI 1.3 launch"),
        ({f"{CLAIM}message_type": "LtiDeepLinkingRequest"}, "where to send the content"),
        ({f"{CLAIM}version": "1.1"}, "not an LTI 1.3 launch"),
        ({"sub": ""}, "names no user"),
    ],
)
def test_a_launch_that_is_not_meant_is_refused(browser, changed, message):
    wanted = browser.begin()

    refused = browser.launch(wanted, browser.claims(wanted, **changed))

    assert refused.status_code == 403
    assert message in refused.text


def test_a_launch_that_another_key_signed_is_refused(browser):
    wanted = browser.begin()
    stranger = RSAKey.generate_key(2048, private=True)
    shared = OctKey.import_key(json.dumps(browser.platform.key.as_dict(private=False)))

    assert browser.launch(wanted, browser.claims(wanted), stranger).status_code == 403
    assert browser.launch(wanted, browser.claims(wanted), shared, "HS256").status_code == 403


def test_a_launch_works_once_and_only_where_it_was_begun(browser, platform, tool):
    wanted = browser.begin()
    claims = browser.claims(wanted, sub="user-9")

    assert Browser(platform, tool).launch(wanted, claims).status_code == 403
    assert browser.launch(wanted, claims).status_code == 200
    replayed = browser.launch(wanted, claims)
    assert replayed.status_code == 403
    assert "used before" in replayed.text


def test_a_launch_with_the_state_of_another_browsers_sign_in_is_refused(browser, platform, tool):
    """An attacker starts to sign in, and makes another user who signs in post the attacker's launch."""
    attacker = Browser(platform, tool)
    theirs = attacker.begin()
    browser.begin()

    refused = browser.launch(theirs, attacker.claims(theirs, sub="attacker"))

    assert refused.status_code == 403
    assert "did not start in this browser" in refused.text


def test_two_launches_run_in_one_browser(browser):
    first, second = browser.begin(), browser.begin()

    assert browser.launch(first, browser.claims(first, sub="user-10")).status_code == 200
    assert browser.launch(second, browser.claims(second, sub="user-11")).status_code == 200


def test_a_browser_that_keeps_no_cookies_is_offered_a_new_window(browser, platform, tool):
    wanted = browser.begin()
    without_cookies = Browser(platform, tool)

    refused = without_cookies.launch(wanted, browser.claims(wanted))

    assert refused.status_code == 403
    assert 'target="_blank"' in refused.text
    assert f"{tool.url}/lti/login?iss=" in refused.text


def test_a_sign_in_that_the_platform_ended_is_explained(browser):
    wanted = browser.begin()

    refused = browser.http.post("/lti/launch", data={"error": "login_required", "state": wanted["state"]})

    assert refused.status_code == 403
    assert "The platform ended the sign-in (login_required)" in refused.text


def test_an_instructor_of_another_course_does_not_come_in(browser):
    wanted = browser.begin()
    roles = {f"{CLAIM}roles": [INSTRUCTOR], f"{CLAIM}context": {"id": "another course"}}

    refused = browser.launch(wanted, browser.claims(wanted, sub="otto", **roles))

    assert refused.status_code == 403
    assert "belongs to another course" in refused.text


def test_a_role_in_the_institution_makes_no_instructor(browser):
    wanted = browser.begin()
    institution = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"

    page = browser.launch(
        wanted, browser.claims(wanted, sub="ivy", **{f"{CLAIM}roles": [institution, LEARNER]})
    )

    assert page.status_code == 200
    assert browser.http.get("/grades.csv").status_code == 401


def test_a_name_that_is_sent_later_replaces_the_one_that_was_missing(browser, tool):
    browser.launch(wanted := browser.begin(), browser.claims(wanted, sub="user-12", name=None))
    page = browser.launch(wanted := browser.begin(), browser.claims(wanted, sub="user-12", name="Noa"))

    assert learner_of(page, tool).get("/api/room").json()["name"] == "Noa"


def test_only_the_platform_shows_the_service_in_a_frame(tool, platform):
    policy = httpx.get(f"{tool.url}/login").headers["content-security-policy"]

    assert policy.endswith(f"frame-ancestors {platform.url}")


def test_an_unknown_platform_is_refused(browser):
    asked = {"iss": "https://evil.example", "login_hint": "7", "target_link_uri": "x"}

    assert browser.http.get("/lti/login", params=asked).status_code == 403


def test_without_platforms_no_launch_starts(workshop):
    assert httpx.get(f"{workshop.url}/lti/login", params={"iss": "https://x.example"}).status_code == 403


def test_the_private_key_is_not_published(tool):
    (key,) = httpx.get(f"{tool.url}/lti/keys").json()["keys"]

    assert not set(key) & {"d", "p", "q", "dp", "dq", "qi"}


def test_a_host_header_changes_no_redirect(tool, platform):
    asked = {"iss": platform.url, "client_id": "rolecall", "login_hint": "7"}

    refused = httpx.get(f"{tool.url}/lti/login", params=asked, headers={"Host": "evil.example"})

    assert refused.status_code == 503
    assert "ROLECALL_WORKSHOP_PUBLIC_ADDRESS" in refused.text
    assert "location" not in refused.headers
    for path in ("/login/", "/api/room/", "/static"):
        page = httpx.get(f"{tool.url}{path}", headers={"Host": "evil.example"})
        assert (page.status_code, page.headers.get("location")) == (404, None)


def test_claims_of_odd_types_are_a_bad_request(browser):
    wanted = browser.begin()

    assert browser.launch(wanted, browser.claims(wanted, **{f"{CLAIM}roles": 7})).status_code == 400
