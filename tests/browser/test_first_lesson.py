"""The main job, as a learner does it: open the course, run the lesson, answer, come back."""

import json
import re

import psutil
import pytest
from playwright.sync_api import expect

from browser.jupyter import command_of, menu, open_notebook, run_all
from rolecall.check._browser import choose_theme
from rolecall.course import find_course
from rolecall.quiz import load_bank

pytestmark = pytest.mark.browser

BANK = load_bank(find_course().bank("assume-role"))
FIRST = BANK.questions[0]
WRONG = next(option for option in FIRST.options if option.misconception == "role-is-a-user")


def run_lesson(page):
    """Run every cell, and return the last card, which asks the bank's first question."""
    card = run_all(page)
    # The cards before it ask to match and to order.
    expect(card.get_by_label(FIRST.right.text)).to_be_visible()
    # JupyterLab moves the focus to the last cell when it has run.
    expect(page.locator(".jp-Notebook:visible .jp-InputPrompt", has_text="[*]")).to_have_count(0)
    expect(page.get_by_text("| Idle")).to_be_visible()
    card.scroll_into_view_if_needed()
    return card


def choose(card, text: str) -> None:
    card.get_by_label(text).check()
    card.get_by_role("button", name="Check answer").click()


@pytest.mark.slow
def test_the_lesson_runs_from_top_to_bottom_and_answers_are_kept(lab, page, screenshots):
    received: list[str] = []
    page.on(
        "websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(str(frame)))
    )
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    open_notebook(page, lab.notebook("learn"))
    card = run_lesson(page)
    # For each such request, the server would run Node.js for half a second.
    assert not any("/api/build" in url for url in requested)

    # No cell failed, and what the cells show is what the lesson says.
    expect(page.locator("[data-mime-type='application/vnd.jupyter.stderr']")).to_have_count(0)
    expect(page.get_by_text("region,total").first).to_be_attached()
    expect(page.get_by_text("The provided token has expired")).to_be_attached()
    page.screenshot(path=screenshots / "lesson-light.png")

    # The key has not come to the browser.
    assert not any(FIRST.right.why in frame or FIRST.solution[1] in frame for frame in received)

    # A wrong option shows why, what lies behind it, and the common mistake.
    choose(card, WRONG.text)
    expect(card.get_by_text(WRONG.why)).to_be_visible()
    expect(card.get_by_text(BANK.misconceptions["role-is-a-user"].because)).to_be_visible()
    expect(card.get_by_text(FIRST.common_mistakes[0])).to_be_visible()
    expect(card.get_by_text("Solution", exact=True)).to_have_count(0)
    assert not any(FIRST.right.why in frame for frame in received)
    card.screenshot(path=screenshots / "card-wrong-light.png")

    # A right one shows the solution.
    choose(card, FIRST.right.text)
    expect(card.get_by_text(FIRST.right.why)).to_be_visible()
    expect(card.get_by_text(FIRST.quick_check)).to_be_visible()
    expect(card.get_by_role("heading", name="Solution")).to_be_visible()
    card.screenshot(path=screenshots / "card-right-light.png")

    # After the notebook is closed and opened again, the card is in the same state.
    page.keyboard.press("Control+s")
    expect(page.locator(".lm-TabBar-tab.lm-mod-current.jp-mod-dirty")).to_have_count(0)
    page.reload()
    card = page.locator(".rolecall-card").last
    card.scroll_into_view_if_needed()
    expect(card.get_by_role("button", name="Question 1, solved")).to_be_visible()
    expect(card.get_by_text(FIRST.right.why)).to_be_visible()

    # A restarted kernel reads it from the store, and goes on with the next question.
    menu(page, "Kernel", "Restart Kernel and Run All Cells…")
    page.locator(".jp-Dialog button.jp-mod-accept").click()
    expect(card.get_by_role("button", name="Question 2, not answered")).to_have_attribute(
        "aria-current", "step"
    )
    expect(card.get_by_role("button", name="Question 1, solved")).to_be_visible()

    # In the dark theme too.
    choose_theme(page, "dark")
    card.get_by_role("button", name="Question 1, solved").click()
    expect(card.get_by_text(FIRST.right.why)).to_be_visible()
    card.scroll_into_view_if_needed()
    page.screenshot(path=screenshots / "lesson-dark.png")
    card.screenshot(path=screenshots / "card-right-dark.png")


@pytest.mark.slow
def test_the_keyboard_alone_answers_and_jupyters_own_keys_stay_out_of_it(lab, page):
    open_notebook(page, lab.notebook("learn"))
    card = run_lesson(page)
    cells = page.locator(".jp-Notebook:visible .jp-Cell").count()
    # JupyterLab renders only the cells that are visible, so the labels are read from the document.
    labels = card.locator("label").all_text_contents()
    letters = {
        option.text: letter
        for letter, label in zip("abcd", labels, strict=True)
        for option in FIRST.options
        if label.endswith(option.text)
    }

    card.get_by_label(FIRST.right.text).focus()
    page.keyboard.press(letters[WRONG.text])
    page.keyboard.press("Enter")
    expect(card.get_by_text(WRONG.why)).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press(letters[FIRST.right.text])
    page.keyboard.press("Enter")
    expect(card.get_by_text(FIRST.right.why)).to_be_visible()
    expect(card.get_by_role("button", name="Go to next question")).to_be_focused()
    page.keyboard.press("Enter")

    expect(card.get_by_role("button", name="Question 2, not answered")).to_have_attribute(
        "aria-current", "step"
    )
    assert page.locator(".jp-Notebook:visible .jp-Cell").count() == cells


@pytest.mark.slow
def test_the_key_is_not_in_the_saved_notebook_before_it_is_due(lab, page):
    open_notebook(page, lab.notebook("learn"))
    run_lesson(page)
    page.keyboard.press("Control+s")
    expect(page.locator(".lm-TabBar-tab.lm-mod-current.jp-mod-dirty")).to_have_count(0)

    saved = (lab.folder / "01-temporary-access" / "learn.ipynb").read_text()

    assert "rolecall" in saved
    assert all(json.dumps(option.why)[1:-1] not in saved for option in FIRST.options)


@pytest.mark.slow
def test_ctrl_c_ends_everything_that_it_started(own_lab, page):
    open_notebook(page, own_lab.notebook("learn"))
    run_lesson(page)
    started = psutil.Process(own_lab.process.pid).children(recursive=True)
    kinds = " ".join(" ".join(command_of(process)) for process in started)
    assert own_lab.kernels()
    assert re.search(r"sandbox serve|rolecall\._fork_server", kinds)

    own_lab.interrupt()

    _, alive = psutil.wait_procs(started, timeout=20)
    assert alive == []
