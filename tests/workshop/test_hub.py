"""A graded quiz under JupyterHub, in Chromium: two learners and their instructor."""

import json
import re

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from browser.jupyter import run_cells
from rolecall.check._browser import violations
from rolecall.course import find_course
from rolecall.quiz import load_bank
from workshop.hub import Hub
from workshop.postgres import Postgres

pytestmark = [pytest.mark.browser, pytest.mark.javascript, pytest.mark.postgres, pytest.mark.slow]

NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "id": "quiz",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": [
                "from rolecall import assessment, join\n",
                "room = join()\n",
                'assessment("roles-midterm")',
            ],
        }
    ],
    "metadata": {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    },
    "nbformat": 4,
    "nbformat_minor": 5,
}


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with Postgres() as postgres:
        running = Hub(tmp_path_factory.mktemp("hub"), postgres.url("hub"), postgres.url("rolecall"))
        yield running
        running.stop()


@pytest.fixture
def visit(hub, browser):
    """A separate browser that is signed in to the Hub."""
    contexts = []

    def visited(name: str, path: str) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 1000})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{hub.url}/hub/login?next={path}")
        page.get_by_label(re.compile("Username")).fill(name)
        page.get_by_label(re.compile("Password")).fill("test")
        page.get_by_role("button", name="Sign in").click()
        return page

    yield visited
    for context in contexts:
        context.close()


def take(page: Page, hub: Hub, name: str, *, restart: bool) -> str:
    """Open the notebook, answer each question that has options, hand in, and return the receipt."""
    received: list[str] = []
    page.on(
        "websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(str(frame)))
    )
    expect(page.locator(".jp-LabShell")).to_be_visible(timeout=60_000)
    (hub.homes / name / "rolecall-course" / "quiz.ipynb").write_text(json.dumps(NOTEBOOK))
    page.goto(f"{hub.url}/user/{name}/lab/tree/quiz.ipynb?reset")
    expect(page.get_by_text("| Idle")).to_be_visible(timeout=60_000)
    run_cells(page)
    card = page.locator(".rolecall-card")
    card.get_by_role("button", name="Start", exact=True).click()
    expect(card.get_by_role("timer")).to_contain_text("Time left")
    assert [message for _, message in violations(page, ".rolecall-card")] == []
    for place in range(8):
        card.get_by_role("button", name=re.compile(rf"^Question {place + 1},")).click()
        expect(card.get_by_role("button", name=re.compile(rf"^Question {place + 1},"))).to_have_attribute(
            "aria-current", "step"
        )
        options = card.locator("input[type=radio]")
        if options.count() and card.locator("fieldset.rc-options").count():
            options.first.check()
            expect(card.locator(".rc-saved")).to_have_text("All answers are saved.")
    page.screenshot(path=hub.folder / f"{name}-quiz.png")
    if restart:
        card = restarted(page, card)
    page.keyboard.press("Control+s")
    expect(page.locator(".lm-TabBar-tab.lm-mod-current.jp-mod-dirty")).to_have_count(0)
    _no_key(name, hub, received)
    card.get_by_role("button", name="Hand in", exact=True).click()
    card.get_by_role("button", name="Hand in now").click()
    expect(card.get_by_role("heading", name="Your receipt: keep this line")).to_be_visible()
    return card.locator(".rc-receipt code").inner_text()


def restarted(page: Page, card: Locator) -> Locator:
    """Restart the kernel and run all cells, and return the new card."""
    # A restarted kernel continues the attempt; the old card is marked, to distinguish it from the new one.
    card.evaluate("one => { one.dataset.before = 'restart' }")
    page.locator('.lm-MenuBar-itemLabel:text-is("Kernel")').click()
    page.locator('.lm-Menu-itemLabel:text-is("Restart Kernel and Run All Cells…")').click()
    page.locator(".jp-Dialog button.jp-mod-accept").click()
    card = page.locator(".rolecall-card:not([data-before])")
    expect(card.get_by_text(re.compile("[1-8] of 8 answered"))).to_be_visible(timeout=60_000)
    return card


def _no_key(name: str, hub: Hub, received: list[str]) -> None:
    """Neither what the browser received nor what lies on the learner's disk holds a word of the key."""
    seen = "".join(received)
    for file in (hub.homes / name).rglob("*"):
        # The course's own lessons speak of the same things; the copy is everybody's.
        if (
            file.is_file()
            and file.stat().st_size < 10**7
            and "lessons" not in file.parts
            and file.suffix != ".pyc"
        ):
            if "rolecall-course" in file.parts and file.name != "quiz.ipynb":
                continue
            seen += file.read_bytes().decode("utf-8", "replace")
    assert "roles-midterm" in seen or "Roles and denials" in seen
    banks = [load_bank(find_course().bank(bank)) for bank in ("assume-role", "access-denied")]
    questions = [question for bank in banks for question in bank.questions]
    prompts = " ".join(question.prompt for question in questions)
    for question in questions:
        for secret in (
            *question.solution,
            question.hint,
            *(one.why for one in getattr(question, "options", [])),
        ):
            # A short phrase can be anywhere, and a command can be in another question's prompt.
            harmless = len(secret) < 25 or secret in prompts
            assert harmless or json.dumps(secret)[1:-1] not in seen, (question.id, secret)


def test_two_learners_take_a_graded_quiz_and_the_instructor_sees_their_marks(hub, visit, screenshots):
    ana = visit("ana", "/hub/spawn")
    expect(ana.locator(".jp-LabShell")).to_be_visible(timeout=60_000)
    # The second learner's server starts while the first one works.
    ben = visit("ben", "/hub/spawn")
    for name, page in (("ana", ana), ("ben", ben)):
        receipt = take(page, hub, name, restart=name == "ana")
        assert receipt.count(".") == 2
        page.screenshot(path=screenshots / f"hub-{name}.png")

    dashboard = visit("ines", "/services/rolecall/")
    expect(dashboard.get_by_role("heading", name="Learners")).to_be_visible()
    for name in ("ana", "ben"):
        expect(dashboard.get_by_role("rowheader", name=name)).to_be_visible()
    assert [message for _, message in violations(dashboard, "body")] == []
    dashboard.screenshot(path=screenshots / "dashboard-light.png", full_page=True)
    dashboard.get_by_role("link", name="Roles and denials").click()
    for name in ("ana", "ben"):
        row = dashboard.get_by_role("row", name=re.compile(name))
        expect(row.first).to_contain_text(" of 8")
    dashboard.emulate_media(color_scheme="dark")
    assert [message for _, message in violations(dashboard, "body")] == []
    dashboard.screenshot(path=screenshots / "assessment-dark.png", full_page=True)


def test_a_learner_of_the_hub_sees_no_dashboard(hub, visit):
    page = visit("eve", "/services/rolecall/")

    expect(page.get_by_text("only instructors can open this page")).to_be_visible()


def test_a_stranger_is_sent_to_the_hubs_own_sign_in(hub):
    answer = httpx.get(
        f"{hub.url}/services/rolecall/", headers={"Accept": "text/html"}, follow_redirects=True
    )

    assert "/hub/login" in str(answer.url)
