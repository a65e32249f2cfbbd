"""What users reported of learning platforms, and what the service does in these cases: a test for each report."""

import html
import json
import re
import time
from collections import Counter
from datetime import timedelta

import httpx
import pytest

from rolecall.workshop.dynamic_registration import ToolAddresses, register
from rolecall.workshop.platform_launches import NO_LINE
from rolecall.workshop.platform_services import Score
from workshop.learning_platform import (
    AGS,
    CLAIM,
    DL,
    INSTRUCTOR,
    LAUNCH,
    SUPPORTED,
    TOOL,
    URL,
    Browser,
    LearningPlatform,
    endpoint,
    registration,
)

GITHUB = "https://github.com"
REPORTS: list[tuple[str, str, str]] = []
CONTENT_ITEMS = f"{DL}/content_items"


def reported(platform: str, report: str):
    """Add a row to the table of reports."""

    def add(test):
        REPORTS.append((platform, f"{GITHUB}/{report}", test.__name__))
        return test

    return add


@pytest.fixture
def browser(world) -> Browser:
    return world.browser()


def answer_of(page: httpx.Response, platform: LearningPlatform) -> dict:
    """The claims of the answer that a page posts to the platform."""
    return platform.read(page.text.partition('name="JWT" value="')[2].partition('"')[0])


# --- Canvas ---------------------------------------------------------------------------------------------


@reported("Canvas", "instructure/canvas-lms/issues/1900")
def test_a_sign_in_that_failed_in_a_frame_is_offered_in_a_new_window(browser):
    browser.login()

    page = browser.http.post(
        "/lti/launch", data={"error": "login_required", "state": browser.asked["state"]}
    )

    assert page.status_code == 403
    assert f'href="{TOOL}/lti/login?iss=' in html.unescape(page.text)


@reported("Canvas", "instructure/canvas-lms/issues/1925")
def test_the_audience_is_the_token_address_letter_by_letter(world):
    without_slash = registration(token_url=URL)
    world.platform.answers["POST", "/"] = lambda _: httpx.Response(200, json={"access_token": "granted"})

    world.service.platforms.services.send_score(without_slash, f"{URL}/lines/1", "user-7", Score(1, 1))

    sent = world.platform.requests("POST", "/")[-1].content.decode()
    claims = world.platform.read(dict(httpx.QueryParams(sent))["client_assertion"])
    assert claims["aud"] == "https://lms.example.edu"


@reported("Canvas", "instructure/canvas-lms/issues/1799")
def test_work_that_is_graded_late_was_submitted_in_time(world):
    world.grade("user-7", 1, 0.5, **endpoint("/lines/1"))

    assert world.send(timedelta(days=3)) == 1

    (score,) = world.platform.scores()
    assert score["submission"] == {
        "startedAt": "2026-11-26T11:00:00.000+00:00",
        "submittedAt": "2026-11-26T12:00:00.000+00:00",
    }
    assert (score["scoreGiven"], score["scoreMaximum"]) == (1.5, 2)


@reported("Canvas", "Cvmcosta/ltijs/issues/180")
def test_a_browser_that_keeps_no_cookies_gets_a_link_to_a_new_window(browser):
    browser.login()
    token = browser.token()
    browser.http.cookies.clear()

    page = browser.post(token)

    assert (page.status_code, 'target="_blank"' in page.text) == (403, True)


def proof_of(page: httpx.Response) -> dict[str, str]:
    """What the page of the login asks the platform to keep."""
    return {
        name: html.unescape(text)
        for name, text in re.findall(r'data-(\w+)="([^"]*)"', page.text)
        if name in ("step", "target", "origin", "key", "proof")
    }


def login_without_cookies(browser: Browser) -> dict[str, str]:
    page = browser.login(lti_storage_target="storage_frame")
    address = html.unescape(page.text.partition('id="continue" href="')[2].partition('"')[0])
    browser.asked = dict(httpx.URL(address).params)
    browser.http.cookies.clear()
    return proof_of(page)


@reported("Canvas", "dmitry-viskov/pylti1.3/issues/119")
def test_the_platforms_storage_takes_the_place_of_a_cookie(browser):
    kept = login_without_cookies(browser)
    assert (kept["step"], kept["target"], kept["origin"]) == ("put", "storage_frame", URL)
    token = browser.token()

    asks = browser.post(token)
    assert proof_of(asks)["key"] == kept["key"]
    assert proof_of(asks)["proof"] == ""
    browser.http.headers["Origin"] = TOOL
    welcome = browser.post(token, proof=kept["proof"])

    assert (welcome.status_code, "join(token=" in welcome.text) == (200, True)


def test_a_proof_from_another_site_or_another_launch_is_not_accepted(browser):
    kept = login_without_cookies(browser)
    token = browser.token()

    browser.http.headers["Origin"] = "https://evil.example"
    assert 'data-step="get"' in browser.post(token, proof=kept["proof"]).text
    browser.http.headers["Origin"] = TOOL
    assert browser.post(token, proof="guessed").status_code == 403


def test_an_instructor_without_cookies_opens_the_dashboard_in_a_new_window(browser):
    kept = login_without_cookies(browser)
    browser.http.headers["Origin"] = TOOL

    page = browser.post(browser.token(**{f"{CLAIM}/roles": [INSTRUCTOR]}), proof=kept["proof"])

    assert "Open in a new window" in page.text
    assert "set-cookie" not in page.headers


TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"


def register_at(platform: LearningPlatform, configuration: dict, token: str = "") -> tuple:
    """Register at a platform; gives the registration here, and the request to the platform."""
    platform.answers["GET", "/openid"] = lambda _: httpx.Response(200, json=configuration)
    platform.answers["POST", "/register"] = lambda _: httpx.Response(
        200, json={"client_id": "rolecall-1", TOOL_CONFIGURATION: {"deployment_id": "4"}}
    )
    made = register(platform.client(), f"{URL}/openid", token, ToolAddresses(TOOL), "Rolecall: Room")
    return made, platform.requests("POST", "/register")[-1]


@reported("Canvas", "Cvmcosta/ltijs/issues/239")
def test_a_registration_asks_for_nothing_that_the_platform_lacks():
    _, request = register_at(LearningPlatform(), SUPPORTED)

    document = json.loads(request.content)
    assert document["scope"] == f"{AGS}/scope/score"
    assert document[TOOL_CONFIGURATION]["claims"] == ["sub", "name"]
    assert document[TOOL_CONFIGURATION]["domain"] == "rolecall.example.edu"


@reported("Canvas", "Cvmcosta/ltijs/issues/230")
def test_a_registration_asks_for_the_place_where_assignments_are_created():
    _, request = register_at(LearningPlatform(), SUPPORTED)

    messages = {one["type"]: one for one in json.loads(request.content)[TOOL_CONFIGURATION]["messages"]}
    assert messages["LtiDeepLinkingRequest"]["placements"] == ["assignment_selection"]


@reported("Canvas", "1EdTech/lti-1-3-php-library/issues/19")
def test_the_answer_with_content_is_signed_with_a_published_key(world, browser):
    page = browser.pick_content("assessment/roles-midterm")

    claims = answer_of(page, world.platform)

    assert claims[f"{CLAIM}/message_type"] == "LtiDeepLinkingResponse"
    assert claims["exp"] > time.time()


# --- Moodle ---------------------------------------------------------------------------------------------


@reported("Moodle", "Cvmcosta/ltijs/issues/163")
def test_the_registration_token_is_sent_back():
    made, request = register_at(LearningPlatform(), SUPPORTED, "registration-token")

    assert request.headers["Authorization"] == "Bearer registration-token"
    assert (made.client_id, made.deployments) == ("rolecall-1", ["4"])


@reported("Moodle", "oat-sa/lib-lti1p3-core/issues/152")
def test_a_platform_whose_clock_is_behind_accepts_the_assertion(world):
    world.grade("user-7", 1, **endpoint("/lines/1"))

    world.send()

    assert world.platform.assertion["iat"] <= time.time() - 20


@reported("Moodle", "dmitry-viskov/pylti1.3-flask-example/issues/28")
def test_a_picked_link_has_the_registered_address_and_its_choice_is_a_parameter(world, browser):
    page = browser.pick_content("lesson/01-temporary-access")

    (item,) = answer_of(page, world.platform)[CONTENT_ITEMS]

    assert (item["url"], item["custom"]) == (LAUNCH, {"lesson": "01-temporary-access"})


@reported("Moodle", "Cvmcosta/ltijs/issues/65")
def test_a_learner_who_left_the_course_gets_a_reason_and_the_others_their_grades(world):
    def score(request: httpx.Request) -> httpx.Response:
        left = json.loads(request.content)["userId"] == "left"
        return httpx.Response(400, text="Incorrect score received") if left else httpx.Response(200)

    world.platform.answers["POST", "/lines/1/scores"] = score
    for subject in ("left", "stays"):
        world.grade(subject, 1, **endpoint("/lines/1"))

    assert world.send() == 1

    assert world.line("stays").sent == "1/1"
    assert world.line("left").problem == "the platform answered 400: Incorrect score received"


@reported("Moodle", "packbackbooks/lti-1-3-php-library/issues/157")
def test_the_audience_is_the_token_address_and_not_the_issuer(world):
    world.grade("user-7", 1, **endpoint("/lines/1"))

    world.send()

    assert world.platform.assertion["aud"] == f"{URL}/token"


@reported("Moodle", "Cvmcosta/ltijs/issues/156")
def test_the_answer_with_content_goes_to_the_return_address_with_the_platforms_data(world, browser):
    page = browser.pick_content("assessment/roles-midterm", data="opaque=1&2")

    assert f'action="{URL}/content"' in page.text
    assert f"form-action 'self' {URL} https:;" in page.headers["content-security-policy"]
    assert answer_of(page, world.platform)[f"{DL}/data"] == "opaque=1&2"


# --- Blackboard -----------------------------------------------------------------------------------------


@reported("Blackboard", "Cvmcosta/ltijs/issues/237")
def test_a_picked_link_has_an_address_and_the_answer_is_addressed_to_the_issuer(world, browser):
    claims = answer_of(browser.pick_content("assessment/roles-midterm"), world.platform)

    assert (claims["iss"], claims["aud"]) == ("rolecall", URL)
    assert claims[f"{CLAIM}/deployment_id"] == "1"
    assert claims[CONTENT_ITEMS][0]["url"] == LAUNCH


@reported("Blackboard", "hypothesis/lms/issues/5973")
@pytest.mark.parametrize(("accepts", "has_line"), [(None, True), (True, True), (False, False)])
def test_a_line_item_comes_with_the_assessment_unless_the_platform_accepts_none(
    world, browser, accepts, has_line
):
    page = browser.pick_content("assessment/roles-midterm", accept_lineitem=accepts)

    (item,) = answer_of(page, world.platform)[CONTENT_ITEMS]

    line = {"label": item["title"], "scoreMaximum": 8, "resourceId": "roles-midterm"}
    assert item.get("lineItem") == (line if has_line else None)


@reported("Blackboard", "1EdTech/lti-1-3-php-library/issues/43")
def test_a_launch_without_a_resource_link_works(browser):
    assert browser.launch(**{f"{CLAIM}/resource_link": None}).status_code == 200


# --- D2L Brightspace ------------------------------------------------------------------------------------


@reported("D2L", "microsoftarchive/Learn-LTI/pull/156")
def test_the_audience_of_access_tokens_can_be_configured(world):
    world.register(audience="https://api.brightspace.com/auth/token")
    world.grade("user-7", 1, **endpoint("/lines/1"))

    world.send()

    assert world.platform.assertion["aud"] == "https://api.brightspace.com/auth/token"


@reported("D2L", "oat-sa/lib-lti1p3-core/issues/187")
def test_the_audience_is_one_text_and_the_client_is_issuer_and_subject(world):
    world.grade("user-7", 1, **endpoint("/lines/1"))

    world.send()

    claims = world.platform.assertion
    assert isinstance(claims["aud"], str)
    assert (claims["iss"], claims["sub"]) == ("rolecall", "rolecall")


@reported("D2L", "1EdTech/lti-1-3-php-library/issues/34")
def test_keys_without_an_algorithm_verify_a_launch(world, browser):
    (key,) = world.platform.keys
    world.platform.keys = [{name: key[name] for name in ("kty", "kid", "n", "e")}]

    assert browser.launch().status_code == 200


@reported("D2L", "openwebwork/webwork2/pull/2993")
def test_without_a_registration_token_there_is_no_authorization():
    made, request = register_at(
        LearningPlatform(), SUPPORTED | {"authorization_server": "https://api.brightspace.com/auth/token"}
    )

    assert "Authorization" not in request.headers
    assert made.audience == "https://api.brightspace.com/auth/token"


# --- Sakai ----------------------------------------------------------------------------------------------


@reported("Sakai", "sakaiproject/sakai/pull/8347")
def test_one_address_takes_both_kinds_of_launch(browser):
    assert "Add to course" not in browser.launch().text
    assert "JWT" in browser.pick_content("assessment/roles-midterm").text


@reported("Sakai", "sakaiproject/sakai/pull/14656")
def test_a_class_list_of_several_pages_is_read_to_its_end(world, browser):
    def members(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params.get("start", 0))
        following = {"Link": f'<{URL}/members?start={page + 1}>; rel="next"'} if page < 2 else {}
        one = {"user_id": f"user-{page}", "name": f"Learner {page}", "roles": ["Learner"]}
        return httpx.Response(200, json={"members": [one]}, headers=following)

    world.platform.answers["GET", "/members"] = members
    browser.launch(**class_list())

    read = world.service.read_class_list()

    assert (read.learners, read.new) == (3, 3)


def class_list() -> dict[str, object]:
    nrps = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
    return {nrps: {"context_memberships_url": f"{URL}/members", "service_versions": ["2.0"]}}


# --- Open edX -------------------------------------------------------------------------------------------


@reported("Open edX", "openedx/xblock-lti-consumer/issues/633")
def test_an_instructor_picks_content_at_the_launch_address_of_links(browser):
    page = browser.pick_content("assessment/roles-midterm")

    assert str(page.request.url) == f"{TOOL}/lti/content"
    assert page.status_code == 200


@reported("Open edX", "openedx/xblock-lti-consumer/issues/707")
def test_a_link_without_a_line_item_gets_one_for_all_learners(world):
    claims = endpoint("", "/lines", "score", "lineitem")
    for subject in ("ana", "ben"):
        world.grade(subject, 1, **claims)

    assert world.send() == 2

    (line,) = world.platform.lines
    assert (line["resourceId"], line["scoreMaximum"], line["resourceLinkId"]) == (
        "roles-midterm",
        1,
        "link-3",
    )
    assert [one["userId"] for one in world.platform.scores()] == ["ana", "ben"]


@reported("Open edX", "openedx/docs.openedx.org/pull/1510")
def test_an_issuer_with_a_slash_is_the_same(browser):
    assert browser.launch(iss=f"{URL}/").status_code == 200


# --- Other platforms and libraries ----------------------------------------------------------------------


@reported("any", "dmitry-viskov/pylti1.3/issues/69")
def test_a_line_item_that_exists_is_used(world):
    world.platform.lines = [
        {"id": f"{URL}/lines/8", "resourceId": "another"},
        {"id": f"{URL}/lines/9", "resourceId": "roles-midterm"},
    ]
    world.grade("user-7", 1, **endpoint("", "/lines", "score", "lineitem"))

    world.send()

    assert len(world.platform.scores("/lines/9")) == 1


@reported("Classera", "microsoftarchive/Learn-LTI/issues/134")
def test_members_with_numbers_as_ids_and_simple_roles_are_read(world, browser):
    world.platform.members = [
        {"status": "Active", "user_id": 1656398468, "name": "Ayman", "roles": ["Learner"], "message": []}
    ]
    browser.launch(**class_list())

    assert world.service.read_class_list().new == 1


def test_of_a_class_list_each_member_is_read_as_far_as_possible(world, browser):
    ana, ben, eve = ({"user_id": name, "name": name} for name in ("ana", "ben", "eve"))
    world.platform.members = [
        ana | {"roles": None, "status": "active"},
        ben | {"roles": "Learner", "lis_person_sourcedid": "x" * 300},
        eve | {"roles": ["Learner"], "status": "inactive"},
    ]
    browser.launch(**class_list())

    assert world.service.read_class_list().learners == 2


def test_a_key_that_cannot_be_read_hides_no_other(world, browser):
    world.platform.keys = [
        *({"kty": "RSA", "kid": "broken"}, {"kty": "unknown"}, None),
        *(one | {"alg": None} for one in world.platform.keys),
    ]

    assert browser.launch().status_code == 200


def test_a_link_without_a_grade_says_so(world):
    world.grade("user-7", 1)

    assert world.send() == 0
    assert world.line().problem == NO_LINE


def test_the_table_has_twenty_reports_and_every_platform():
    counted = Counter(platform for platform, _, _ in REPORTS)

    assert len(REPORTS) >= 20
    assert set(counted) >= {"Canvas", "Moodle", "Blackboard", "D2L", "Sakai", "Open edX"}
