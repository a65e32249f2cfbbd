"""The configuration page for learning platforms, and Dynamic Registration at this service."""

import html
import re

import httpx
import pytest

from workshop.learning_platform import (
    CLAIM,
    INSTRUCTOR,
    LAUNCH,
    SUPPORTED,
    TOOL,
    URL,
    Browser,
    World,
    sign_in,
)

pytestmark = pytest.mark.slow

ADDRESSES = {
    "target": LAUNCH,
    "login": f"{TOOL}/lti/login",
    "redirect": LAUNCH,
    "deep": LAUNCH,
    "keyset": f"{TOOL}/lti/keys",
    "domain": "rolecall.example.edu",
}
FORM = {
    "issuer": "https://d2l.example.edu",
    "client_id": "c-1",
    "deployments": "d-1, d-2",
    "login_url": "https://d2l.example.edu/d2l/lti/authenticate",
    "token_url": "https://auth.brightspace.com/core/connect/token",
    "keys_url": "https://d2l.example.edu/d2l/.well-known/jwks",
    "audience": "https://api.brightspace.com/auth/token",
}


@pytest.fixture
def instructor(world):
    return sign_in(world)


@pytest.fixture
def browser(world) -> Browser:
    return world.browser()


def registration_address(instructor) -> str:
    page = instructor.get("/lti").text
    return html.unescape(re.search(r'id="registration" class="address" value="([^"]+)"', page)[1])


def test_the_page_has_every_address_and_steps_for_each_platform(instructor):
    page = instructor.get("/lti").text

    shown = dict(re.findall(r'id="(\w+)" class="address" value="([^"]+)"', page))
    assert {name: shown[name] for name in ADDRESSES} == ADDRESSES
    assert "BEGIN PUBLIC KEY" in page
    for platform in ("Moodle", "Canvas", "Open edX", "Blackboard", "D2L Brightspace"):
        assert f"<summary>{platform}</summary>" in page


def test_a_platform_is_registered_by_hand_and_removed(world, instructor):
    assert instructor.post("/lti/platforms", data=FORM).status_code == 303

    made = world.service.platforms.platform(FORM["issuer"], "c-1")
    assert (made.deployments, made.audience) == (["d-1", "d-2"], FORM["audience"])
    policy = instructor.get("/lti").headers["content-security-policy"]
    assert "https://d2l.example.edu" in policy.partition("frame-ancestors")[2]

    instructor.post("/lti/platforms/remove", data={"issuer": FORM["issuer"], "client_id": "c-1"})
    assert "https://d2l.example.edu" not in instructor.get("/lti").headers["content-security-policy"]


def test_a_mistake_in_the_form_is_explained_and_what_was_typed_stays(instructor):
    page = instructor.post("/lti/platforms", data=FORM | {"token_url": "auth.example"})

    assert page.status_code == 422
    assert "token_url: " in page.text
    assert 'value="c-1"' in page.text


def test_a_platform_registers_itself_once_by_its_address(world, instructor):
    address = registration_address(instructor)
    world.platform.answers["GET", "/openid"] = lambda _: httpx.Response(
        200, json=SUPPORTED | {"token_endpoint": f"{URL}/token2"}
    )
    world.platform.answers["POST", "/register"] = lambda _: httpx.Response(200, json={"client_id": "new"})
    parameters = {"openid_configuration": f"{URL}/openid", "registration_token": "t"}
    browser = world.browser().http

    page = browser.get(address, params=parameters)

    assert (page.status_code, f'data-origin="{URL}"' in page.text) == (200, True)
    assert page.headers["content-security-policy"].endswith(f"frame-ancestors {URL}")
    made = world.service.platforms.platform(URL, "new")
    assert (made.token_url, made.deployments) == (f"{URL}/token2", [])
    assert browser.get(address, params=parameters).status_code == 403


@pytest.mark.parametrize("code", ["", "/x", "/1", "/99999999999-0", "/253402300800-0", "/²-1"])
def test_no_one_registers_a_platform_without_the_instructors_address(world, code):
    asked = {"openid_configuration": f"{URL}/openid"}

    assert world.browser().http.get(f"/lti/register{code}", params=asked).status_code == 403
    assert world.platform.asked == []


@pytest.mark.parametrize(
    ("configuration", "problem"),
    [
        ({"issuer": "https://canvas.instructure.com"}, "isn&#39;t at the address of its configuration"),
        ({"jwks_uri": None}, "configuration lacks jwks_uri"),
        ({"registration_endpoint": f"{URL}/closed"}, "registration answered 404"),
    ],
)
def test_a_registration_that_fails_says_why_and_the_address_still_works(
    world, instructor, configuration, problem
):
    address = registration_address(instructor)
    world.platform.answers["GET", "/openid"] = lambda _: httpx.Response(200, json=SUPPORTED | configuration)
    world.platform.answers["POST", "/closed"] = lambda _: httpx.Response(404)
    browser = world.browser().http

    page = browser.get(address, params={"openid_configuration": f"{URL}/openid"})

    assert page.status_code == 403
    assert problem in page.text
    assert "Enter this address in your learning platform" in browser.get(address).text


def test_an_instructor_of_a_platforms_course_connects_no_platform(world: World):
    browser = world.browser()
    browser.launch(**{f"{CLAIM}/roles": [INSTRUCTOR]})

    assert browser.http.get("/").status_code == 200
    assert browser.http.get("/lti").status_code == 403


def test_only_instructors_pick_content(browser):
    browser.login()
    settings = {"deep_link_return_url": f"{URL}/content", "accept_types": ["ltiResourceLink"]}
    asked = {
        f"{CLAIM}/message_type": "LtiDeepLinkingRequest",
        "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings": settings,
    }

    refused = browser.post(browser.token(**asked))

    assert refused.status_code == 403
    assert "only instructors" in refused.text


def test_a_platform_that_accepts_one_link_gets_one(browser):
    page = browser.pick_content("assessment/roles-midterm", "lesson/01-temporary-access")

    assert page.status_code == 403
    assert "accepts only one link" in page.text


def test_a_picked_lesson_is_shown_to_the_learner(browser):
    page = browser.launch(**{f"{CLAIM}/custom": {"lesson": "01-temporary-access"}})

    assert "lessons/01-temporary-access" in page.text
    assert "assessment(" not in page.text


def test_a_link_to_an_assessment_that_does_not_exist_says_so(browser):
    page = browser.launch(**{f"{CLAIM}/custom": {"assessment": 'x"); import os  # '}})

    assert "which this course doesn't have" in page.text
    assert "assessment(" not in page.text.partition("<pre")[2]
