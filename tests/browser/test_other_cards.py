"""The test, the challenge and the flash cards in real JupyterLab, with axe-core over each of their looks."""

import re
from pathlib import Path

import nbformat
import psutil
import pytest
from playwright.sync_api import expect

from browser.accessibility import violations
from browser.jupyter import menu, open_notebook, run_cells
from rolecall.progress import Store
from rolecall.quiz import Entry, EntryKind

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BANKS = Path(__file__).parents[1] / "quiz" / "banks"
CELL = """\
from pathlib import Path
from rolecall.quiz import load_bank
from rolecall.widgets import {card}
{card}(load_bank(Path({file!r})){options})"""


@pytest.fixture
def show(lab, page):
    """Shows a card in a notebook, and gives it."""

    def shown(card, options=""):
        file = str(BANKS / "kinds.yaml")
        cell = nbformat.v4.new_code_cell(CELL.format(card=card, file=file, options=options))
        notebook = nbformat.v4.new_notebook(cells=[cell])
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, lab.folder / "01-temporary-access" / f"{card}.ipynb")
        open_notebook(page, lab.notebook(card))
        run_cells(page)
        found = page.locator(".rolecall-card")
        expect(found).to_be_visible()
        return found

    return shown


def test_a_test_ends_in_a_verdict_and_feedback(show, page, screenshots):
    card = show("TestCard", ", count=2")
    for _ in range(2):
        expect(card.get_by_role("button", name="Show hint")).to_have_count(0)
        if card.get_by_role("radio").count():
            card.get_by_role("radio").first.check()
        elif card.get_by_role("checkbox").count():
            card.get_by_role("checkbox").first.check()
        elif card.get_by_role("combobox").count():
            for box in card.get_by_role("combobox").all():
                box.select_option(index=1)
        elif card.locator(".rc-blank").count():
            for blank in card.locator(".rc-blank").all():
                blank.fill("x")
        elif card.locator(".rc-line").count():
            card.locator(".rc-line").fill("60")
        before = card.get_attribute("aria-label")
        card.get_by_role("button", name="Submit answer").click()
        expect(card).not_to_have_attribute("aria-label", before)

    expect(card.get_by_role("heading", name="Results by skill")).to_be_visible()
    expect(card.get_by_role("heading", name="What to do next")).to_be_visible()
    card.locator(".rc-review > summary").first.click()
    expect(card.get_by_text("Solution").first).to_be_visible()
    assert violations(page) == []
    card.screenshot(path=screenshots / "test-result-light.png")


def test_a_challenge_runs_against_a_clock(show, page, screenshots):
    card = show("ChallengeCard", ", count=1")
    card.get_by_role("button", name="Start").click()

    expect(card.get_by_role("timer")).to_have_text(re.compile(r"Time left: 0:5\d"))
    assert violations(page) == []
    card.screenshot(path=screenshots / "challenge-light.png")
    card.get_by_label("A trust policy").check()
    card.get_by_role("button", name="Submit answer").click()

    expect(card.locator("strong", has_text="Badge earned")).to_be_visible()
    assert violations(page) == []


def test_a_flash_card_is_turned_and_rated_by_keyboard(show, page, screenshots):
    card = show("RecallCard")
    expect(card.locator("footer").get_by_text("9 due")).to_be_visible()
    assert violations(page) == []

    card.get_by_role("button", name="Show answer").press("Enter")
    expect(card.get_by_role("button", name="Good, in")).to_be_visible()
    assert violations(page) == []
    card.screenshot(path=screenshots / "recall-light.png")
    card.get_by_role("button", name="Easy, in").press("Enter")

    expect(card.locator("footer").get_by_text("8 due")).to_be_visible()


def test_a_kernel_that_is_killed_loses_no_answer(show, page, lab):
    card = show("PracticeCard", ", count=1")
    card.get_by_label("A password").check()
    card.get_by_role("button", name="Check answer").click()
    expect(card.get_by_text("Users have those.")).to_be_visible()
    (kernel,) = lab.kernels()

    kernel.kill()
    psutil.wait_procs([kernel], timeout=20)
    expect(page.get_by_text("appears to have died")).to_be_visible()
    page.locator(".jp-Dialog button.jp-mod-accept").click()
    expect(page.get_by_text("| Idle")).to_be_visible()
    run_cells(page)

    expect(card.get_by_role("button", name="Question 1, not yet correct")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(640, 450), (320, 640)], ids=["200 percent", "320 pixels"])
def test_a_card_fits_a_narrow_window(show, page, width, height, screenshots):
    """At 200 % zoom a window of 1280 by 900 pixels has 640 by 450 of CSS's."""
    card = show("PracticeCard", ", count=1")
    page.keyboard.press("Control+b")
    page.set_viewport_size({"width": width, "height": height})
    card.scroll_into_view_if_needed()

    # JupyterLab lays out the notebook again after the window has its new size.
    page.wait_for_function("card => card.scrollWidth <= card.clientWidth", arg=card.element_handle())
    page.screenshot(path=screenshots / f"card-{width}.png")


def test_a_card_whose_kernel_is_gone_says_so(show, page):
    card = show("PracticeCard", ", count=1")
    menu(page, "Kernel", "Shut Down Kernel")
    expect(page.get_by_role("button", name="No Kernel |")).to_be_visible()

    card.get_by_label("A trust policy").check()
    card.get_by_role("button", name="Check answer").click()

    expect(card.get_by_role("alert")).to_contain_text("run this cell again")


def test_the_dashboard_shows_numbers_and_follows_without_a_network(lab, page, screenshots):
    answer = "Entry(EntryKind.ANSWERED, 'q', 'a', True, 1.0, 'roles')"
    cell = (
        "from rolecall import dashboard\nfrom rolecall.progress import Store\n"
        f"from rolecall.quiz import Entry, EntryKind\nStore().record('a', {answer})\ndashboard()"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, lab.folder / "01-temporary-access" / "dashboard.ipynb")
    page.route(lambda url: "127.0.0.1" not in url, lambda route: route.abort())
    open_notebook(page, lab.notebook("dashboard"))

    run_cells(page)

    expect(page.get_by_text("1 answer, 1 right.")).to_be_visible()
    expect(page.locator(".rc-days").first).to_be_visible()
    # Another program saves an answer.
    store = Store(Path(lab.environment["ROLECALL_DATA"]) / "progress.sqlite3")
    store.record("a", Entry(EntryKind.ANSWERED, "q", "a", False, 0.0, "roles"))
    expect(page.get_by_text("2 answers, 1 right.")).to_be_visible()
    page.screenshot(path=screenshots / "dashboard-light.png")
