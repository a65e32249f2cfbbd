"""The workshop's pages in Chromium: no violation of axe-core in either theme, in forced colors, and at 320 px."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from browser.accessibility import moving_parts
from browser.test_pictures import DOCS, WORKSHOP
from rolecall.check._browser import violations
from workshop.running import Running, answers_of, start_workshop

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = {
    "sign-in": "/login",
    "dashboard": "/",
    "gradebook": "/assessments/roles-midterm",
    "learning-platform-setup": "/lti",
    "not-found": "/assessments/nothing",
}
ANSWERS = [
    ("Ana", "what-assume-role-returns", "Temporary credentials", True),
    ("Ben", "what-assume-role-returns", "A sign-in link for the console", False),
    ("Ines", "what-assume-role-returns", "Temporary credentials", True),
]


@pytest.fixture(scope="module")
def workshop(tmp_path_factory) -> Iterator[Running]:
    """A room with three learners, their answers, and an attempt that was handed in."""
    running = start_workshop(tmp_path_factory.mktemp("workshop"))
    for number, (name, question, answer, correct) in enumerate(ANSWERS):
        learner = running.learner(name)
        activity = {
            "key": f"activity-{number}",
            "deck": "practice/assume-role",
            "question": question,
            "answer": answer,
            "correct": correct,
            "score": float(correct),
        }
        done = {"lesson": "01-temporary-access", "mode": "learn", "activities": [activity]}
        learner.post("/api/done", json=done).raise_for_status()
    attempt = learner.post("/api/assessments/roles-midterm").raise_for_status().json()
    path = f"/api/attempts/{attempt['attempt']}"
    for place, given in answers_of(attempt).items():
        learner.put(f"{path}/answers/{place}", json={"given": given, "serial": 1}).raise_for_status()
    learner.post(f"{path}/submit").raise_for_status()
    yield running
    running.stop()


@pytest.fixture(params=["light", "dark"])
def signed_in(request, browser, workshop) -> Iterator[Page]:
    context = browser.new_context(color_scheme=request.param, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{workshop.url}/login#{workshop.token}")
    expect(page.get_by_role("heading", name="Learners")).to_be_visible()
    page.theme = request.param
    yield page
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_in_both_themes_and_fits_320_px(signed_in, workshop, name, screenshots):
    page = signed_in
    page.goto(workshop.url + PAGES[name])
    if name == "dashboard":
        expect(page.get_by_role("rowheader", name="Ana")).to_be_visible()
    pictures = (
        DOCS / "images" if os.environ.get("ROLECALL_UPDATE_PICTURES") and name in WORKSHOP else screenshots
    )
    page.screenshot(path=pictures / f"workshop-{name}-{page.theme}.png", full_page=True)
    found = [message for _, message in violations(page, "body")]
    page.set_viewport_size({"width": 600, "height": 900})
    if page.theme == "light":
        page.screenshot(path=pictures / f"workshop-{name}-600.png", full_page=True)
    # At 200 % zoom, a window of 1280 by 900 pixels has 640 by 450 of CSS's.
    page.set_viewport_size({"width": 640, "height": 450})
    width_at_200_percent = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 320, "height": 640})
    page.emulate_media(forced_colors="active", reduced_motion="reduce")

    assert found + [message for _, message in violations(page, "body")] == []
    assert moving_parts(page) == []
    assert width_at_200_percent <= 640
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
