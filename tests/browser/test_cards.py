"""Each look of the cards at 320 px, in both themes: no violation of axe-core, and nothing wider than the page."""

import os
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from browser.accessibility import moving_parts
from browser.card_page import page_of
from browser.jupyter import open_notebook, run_cells
from rolecall.check._browser import violations
from rolecall.course import find_course
from rolecall.lab import CheckResult, ProbeResult, find_task
from rolecall.presentation.error_card import error_html
from rolecall.presentation.explanation import call_explanation_html
from rolecall.presentation.home import Home
from rolecall.presentation.task import NoteView, task_view
from rolecall.presentation.world import world_html
from rolecall.progress import Store
from rolecall.quiz import load_bank
from rolecall.sandbox.client import Sandbox
from rolecall.sandbox.trail_entries import TrailEntry
from rolecall.widgets import CallSequence, ChallengeCard, PracticeCard, RecallCard

pytestmark = [pytest.mark.browser, pytest.mark.slow]

COURSE = find_course()
KINDS = Path(__file__).parents[1] / "quiz" / "banks" / "kinds.yaml"
SNAPSHOTS = Path(__file__).parent / "snapshots"
DANA = "arn:aws:iam::111122223333:user/dana"
NOON = "2026-01-01T12:00:00Z"
REPORT = "arn:aws:s3:::acme-reports/q1.csv"
READER = "arn:aws:iam::111122223333:role/reader"
WRONG = {"choice": 0, "multi": [0, 1]}


class OpenTask:
    """A task after a check that found it too open, without a sandbox behind it."""

    task = find_task(COURSE, "let-dana-in")
    hints_shown = 1
    result = CheckResult(
        (
            *(ProbeResult(one.says, passed=True, must_be_denied=False) for one in task.succeed),
            *(ProbeResult(one.says, passed=False, must_be_denied=True) for one in task.denied),
        )
    )


def task_card() -> dict:
    notes = [NoteView(title="Solution", html="<pre><code>client.update_assume_role_policy()</code></pre>")]
    shown = task_view(OpenTask, notes, {"href": "recall.ipynb", "title": "Recall"})
    return {
        "mode": "task",
        "title": "Let Dana in",
        "problem": "",
        "serial": 1,
        "statuses": [],
        "task": shown,
    }


def sequence_of_calls() -> dict:
    calls = [
        TrailEntry(1, NOON, DANA, "s3:GetObject", REPORT, "ImplicitlyDenied", "No policy allows it.", ""),
        TrailEntry(2, NOON, DANA, "sts:AssumeRole", READER, "Allowed", "Both policies allow it.", ""),
    ]
    shown = CallSequence(calls)
    return {"frames": shown.frames, "step": shown.step}


@pytest.fixture(scope="module")
def cards(tmp_path_factory) -> list:
    """The views of cards in several states, and the HTML of what isn't a widget."""
    folder = tmp_path_factory.mktemp("progress")
    # The variants and the order of the options depend on this text.
    (folder / "learner-seed.txt").write_text("ana")
    store = Store(folder / "progress.sqlite3")
    bank = load_bank(COURSE.bank("assume-role"))
    shown: list = [task_card()]
    for kind in ("choice", "multi", "blanks", "order", "match", "numeric", "cli", "decide"):
        card = PracticeCard(bank, count=1, kinds=[kind], store=store)
        question = card.view["question"]["id"]
        if kind in WRONG:
            answer = {"do": "answer", "question": question, "answer": WRONG[kind]}
            card._received(card, answer, [])
        card._received(card, {"do": "hint", "question": question}, [])
        shown.append(dict(card.view))
    shown += [ChallengeCard(bank, store=store).view, RecallCard(bank, store=store).view]
    with Sandbox("reports") as lab:
        lab.client("sts", actor="dana").get_caller_identity()
        shown += [world_html(lab), call_explanation_html(lab.explain())]
    shown.append(sequence_of_calls())
    shown += [
        Home(COURSE, None, store)._repr_html_(),
        Home(COURSE, "01-temporary-access", store)._repr_html_(),
    ]
    return [
        *shown,
        error_html(ValueError("there is no task `let-dan-in`; did you mean let-dana-in"), "Traceback"),
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_card_is_accessible_at_320_px(browser, cards, theme, screenshots):
    context = browser.new_context(viewport={"width": 320, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    page.set_content(page_of(*cards, theme=theme))
    page.wait_for_selector("body[data-ready]")
    page.screenshot(path=screenshots / f"cards-320-{theme}.png", full_page=True)

    found = [message for _, message in violations(page, "main")]
    page.emulate_media(forced_colors="active", color_scheme=theme, reduced_motion="reduce")
    found += [message for _, message in violations(page, "main")]
    page.emulate_media(forced_colors="none", reduced_motion="reduce")
    moving = moving_parts(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 760, "height": 800})
    page.screenshot(path=screenshots / f"cards-760-{theme}.png", full_page=True)
    context.close()

    assert found == []
    assert moving == []
    assert width <= 320


@pytest.fixture(scope="module")
def cards_by_name(tmp_path_factory) -> dict:
    """One card of each kind, from a bank that doesn't change with the course, for the same learner."""
    folder = tmp_path_factory.mktemp("progress")
    (folder / "learner-seed.txt").write_text("ana")
    store = Store(folder / "progress.sqlite3")
    bank = load_bank(KINDS)
    shown = {
        one.kind: dict(PracticeCard(bank, count=1, kinds=[one.kind], store=store).view)
        for one in bank.questions
    }
    wrong = PracticeCard(bank, count=1, kinds=["choice"], store=store)
    wrong._received(wrong, {"do": "answer", "question": "one", "answer": 1}, [])
    return shown | {
        "choice-answered": dict(wrong.view),
        "challenge": ChallengeCard(bank, store=store).view,
        "recall": RecallCard(bank, store=store).view,
        "task": task_card(),
        "sequence": sequence_of_calls(),
        "error": error_html(
            ValueError("there is no task `let-dan-in`; did you mean let-dana-in"), "Traceback"
        ),
    }


def test_a_screen_reader_hears_each_card_as_its_snapshot(browser, cards_by_name):
    """``ROLECALL_UPDATE_SNAPSHOTS=1`` writes the snapshots, which are the accessibility trees in YAML."""
    page = browser.new_page()
    page.set_content(page_of(*cards_by_name.values()))
    page.wait_for_selector("body[data-ready]")
    trees = {
        name: cell.aria_snapshot() + "\n"
        for name, cell in zip(cards_by_name, page.locator(".cell").all(), strict=True)
    }
    page.close()
    if os.environ.get("ROLECALL_UPDATE_SNAPSHOTS"):
        for name, tree in trees.items():
            (SNAPSHOTS / f"{name}.yaml").write_text(tree)

    assert {one.stem: one.read_text() for one in SNAPSHOTS.glob("*.yaml")} == trees


def test_a_task_is_checked_with_its_buttons_and_a_wrong_name_is_one_card(lab, page, screenshots):
    sources = ['from rolecall import task\nmission = task("let-dana-in")\nmission', 'task("let-dan-in")']
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in sources])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, lab.folder / "01-temporary-access" / "task.ipynb")
    open_notebook(page, lab.notebook("task"))
    run_cells(page)
    card = page.locator(".rolecall-card")

    card.get_by_role("button", name="Check", exact=True).click()
    expect(card.locator(".rc-band")).to_contain_text("Nothing to check yet")
    card.get_by_role("button", name="Hint 1 of 3").click()
    expect(card.get_by_role("heading", name="Hint")).to_be_visible()
    expect(page.get_by_role("heading", name="This cell couldn't run")).to_be_visible()
    page.screenshot(path=screenshots / "task-light.png")
