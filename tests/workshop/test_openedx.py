"""Open edX's own LTI code as the platform: it launches the service, takes its content, and gets its grades."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect

from rolecall._processes import supervised
from rolecall.check._browser import violations
from rolecall.course import find_course
from rolecall.quiz import load_bank
from workshop.running import Running, poll, start_workshop

pytestmark = [pytest.mark.slow, pytest.mark.browser]
expect.set_options(timeout=60_000)
RIGHT = {
    question.id: next(at for at, one in enumerate(question.options) if one.correct)
    for file in find_course().banks()
    for question in load_bank(file).questions
    if question.kind == "choice"
}
"""An option of each choice that is right, for some variant at least."""
SERVE = Path(__file__).parent / "openedx" / "serve_platform.py"


class OpenEdx:
    """A running platform; its site, localhost, is another one than the service's, 127.0.0.1."""

    def __init__(self) -> None:
        command = ["uv", "run", "--quiet", "--no-project", "--locked", "--script", str(SERVE), "localhost"]
        self.process = subprocess.Popen(supervised(command), stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line, "the platform did not start"
        self.url = json.loads(line)["url"]

    def connect(self, tool: Running, page: Page, grades: str) -> None:
        """Register each at the other, as an author in Studio and the service's instructor do."""
        page.goto(f"{tool.url}/login#{tool.token}")
        page.get_by_role("link", name="Connect a learning platform").click()
        addresses = {
            "login": page.get_by_role("textbox", name="Login initiation URL").input_value(),
            "launch": page.get_by_role("textbox", name="Redirect URI").input_value(),
            "keys": page.get_by_role("textbox", name="Public keyset URL (JWKS)").first.input_value(),
        }
        given = httpx.post(f"{self.url}/configure", json={**addresses, "grades": grades}, timeout=60).json()
        for name, text in given.items():
            page.locator(f"#{name}").fill(text)
        page.get_by_role("button", name="Register platform").click()
        expect(page.get_by_role("row", name=given["client_id"])).to_contain_text(self.url)

    def state(self) -> dict:
        return httpx.get(f"{self.url}/state", timeout=60).json()

    def wait_for_score(self, user: str) -> dict:
        return poll(lambda: [one for one in self.state()["scores"] if one["user_id"] == user], seconds=100)[
            0
        ]


@pytest.fixture(scope="module")
def openedx() -> Iterator[OpenEdx]:
    made = OpenEdx()
    yield made
    made.process.terminate()
    made.process.wait(timeout=30)


@pytest.fixture(scope="module")
def tool(tmp_path_factory) -> Iterator[Running]:
    running = start_workshop(
        tmp_path_factory.mktemp("tool"),
        open_assessments=False,
        # Chromium accepts secure cookies from loopback addresses without TLS.
        ROLECALL_WORKSHOP_SECURE_COOKIES="true",
        ROLECALL_WORKSHOP_GRADE_RETRY_SECONDS="0.5",
    )
    yield running
    running.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1000, "height": 800})
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    yield opened
    context.close()


POLICY = '{"Version": "2012-10-17", "Statement": []}'


def take_assessment(openedx: OpenEdx, page: Page, frame: FrameLocator, screenshots: Path) -> str:
    """Take the assessment as Ana, in the frame with the card's controls; gives the marks that the card then shows."""
    card = frame.locator(".rolecall-card")
    with page.expect_response("**/api/assessments/roles-midterm") as started:
        card.get_by_role("button", name="Start").click()
    paper = started.value.json()["paper"]
    for place, view in enumerate(one["view"] for one in paper):
        expect(card).to_have_attribute("aria-label", re.compile(rf"question {place + 1} of {len(paper)}$"))
        answer_question(page, card, view)
        if view["kind"] == "policy":
            page.screenshot(path=screenshots / "platform-policy.png")
            assert list(violations(page, "iframe")) == []
        if place + 1 < len(paper):
            card.get_by_role("button", name="Go to next question").click()
    expect(card.get_by_text("All answers are saved.")).to_be_visible()
    card.get_by_role("button", name="Hand in").click()
    expect(card.get_by_text("8 of 8 answered.")).to_be_visible()
    card.get_by_role("button", name="Hand in now").click()
    marks = card.get_by_text(re.compile(r"of 8 points\."))
    expect(card.get_by_text("Your receipt")).to_be_visible()
    # The platform gets the grade once every answer is graded; the card shows it when the learner asks.
    openedx.wait_for_score("ana")
    refresh = card.get_by_role("button", name="Check for marks")
    if refresh.is_visible():
        refresh.click()
    expect(marks).to_be_visible()
    page.screenshot(path=screenshots / "platform-handed-in.png")
    return marks.inner_text()


def answer_question(page: Page, card: Locator, view: dict) -> None:
    """Answer a question by its controls; a choice with an option that is right for some variant of it."""
    match view["kind"]:
        case "choice" | "multi":
            count = len(view["content"]["options"])
            card.locator(f'[data-key="option-{RIGHT.get(view["id"], 0) % count}"]').check()
        case "match" | "decide":
            for radio in card.get_by_role("radio").all()[:1]:
                radio.check()
            for select in card.get_by_role("combobox").all():
                if select.is_visible():
                    select.select_option(index=1)
        case "order":
            card.get_by_role("button", name="Move down").first.click()
        case "policy":
            expect(card.locator(".cm-editor")).to_be_visible()
            card.get_by_label("The policy, in JSON").click()
            page.keyboard.press("Control+a")
            page.keyboard.insert_text(POLICY)
        case _:
            for box in card.get_by_role("textbox").all():
                box.fill("1")


def take_in_notebook(tool: Running, frame: FrameLocator) -> None:
    """Run the cell that the learner sees, as a notebook would, and answer what is a choice."""
    frame.get_by_text("Use a notebook").click()
    cell = frame.locator("pre").inner_text()
    token = re.search(r'join\(token="([^"]+)"', cell)[1]
    assert 'assessment("roles-midterm")' in cell
    learner = httpx.Client(base_url=tool.url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    attempt = learner.post("/api/assessments/roles-midterm").raise_for_status().json()
    for view in (one["view"] for one in attempt["paper"] if one["view"]["kind"] == "choice"):
        learner.put(
            f"/api/attempts/{attempt['attempt']}/answers/{view['place']}",
            json={"given": RIGHT[view["id"]] % len(view["content"]["options"]), "serial": 1},
        ).raise_for_status()
    learner.post(f"/api/attempts/{attempt['attempt']}/submit").raise_for_status()


def pick_assessment(openedx: OpenEdx, page: Page) -> dict:
    """Pick the assessment as an instructor; gives the content that Open edX then has."""
    page.goto(f"{openedx.url}/unit/ines?pick=1")
    picking = page.frame_locator("iframe")
    picking.get_by_label("Role").first.check()
    picking.get_by_role("button", name="Add to course").click()
    expect(picking.get_by_text("successfully saved")).to_be_visible()
    (item,) = openedx.state()["content"]
    return item


def test_an_instructor_picks_an_assessment_a_learner_takes_it_and_the_grade_is_in_open_edx(
    openedx, tool, page, screenshots
):
    openedx.connect(tool, page, grades="declarative")
    page.screenshot(path=screenshots / "learning-platform.png", full_page=True)
    assert list(violations(page, "main")) == []

    assert pick_assessment(openedx, page)["custom"] == {"assessment": "roles-midterm"}
    page.goto(f"{openedx.url}/unit/ana")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Welcome, Ana")).to_be_visible()
    marks = take_assessment(openedx, page, frame, screenshots)

    score = openedx.wait_for_score("ana")
    assert (score["score_maximum"], score["grading_progress"]) == (8.0, "FullyGraded")
    assert float(marks.partition(" of ")[0]) == pytest.approx(score["score_given"], abs=0.01)
    # The LMS around Open edX's code takes no grade of zero.
    assert openedx.state()["gradebook"].get("ana", 0.0) == pytest.approx(score["score_given"])

    page.goto(f"{openedx.url}/unit/ines")
    dashboard = page.frame_locator("iframe")
    expect(dashboard.get_by_role("heading", name="Learners")).to_be_visible()
    dashboard.get_by_role("link", name="Roles and denials").click()
    dashboard.get_by_role("button", name="Read class list").click()
    # Ben is in Open edX's class list, and hasn't come.
    # The questions have rows as well, and their names can contain these letters.
    expect(dashboard.get_by_role("row", name=re.compile(r"^Ben\b"))).to_contain_text("not started")
    expect(dashboard.get_by_role("row", name=re.compile(r"^Ana\b"))).to_contain_text("graded")


def test_open_edx_lets_the_service_create_the_line_item(openedx, tool, page):
    openedx.connect(tool, page, grades="programmatic")
    title = pick_assessment(openedx, page)["title"]
    assert openedx.state()["lines"] == []

    page.goto(f"{openedx.url}/unit/ben")
    take_in_notebook(tool, page.frame_locator("iframe"))

    assert openedx.wait_for_score("ben")["score_maximum"] == 8.0
    assert openedx.state()["lines"] == [title]
