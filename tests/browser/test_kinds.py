"""Every kind of question in its card: answered by keyboard and by mouse, in both themes, at 320 pixels."""

import re
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from browser.accessibility import violations
from browser.jupyter import open_notebook, run_cells
from rolecall.check._browser import choose_theme
from rolecall.quiz import load_bank, select

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FILE = Path(__file__).parents[1] / "quiz" / "banks" / "kinds.yaml"
BANK = load_bank(FILE)
KINDS = [question.kind for question in select(BANK, 9)]
POLICY = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", '
    '"Resource": "arn:aws:s3:::acme-reports/*"}}'
)
CELL = f"""\
from pathlib import Path
from rolecall.quiz import load_bank
from rolecall.widgets import PracticeCard
PracticeCard(load_bank(Path({str(FILE)!r})), count=9)"""


@pytest.fixture
def card(lab, page):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, lab.folder / "01-temporary-access" / "kinds.ipynb")
    open_notebook(page, lab.notebook("kinds"))
    run_cells(page)
    shown = page.locator(".rolecall-card")
    expect(shown).to_be_visible()
    return shown


def go(card, place):
    card.get_by_role("button", name=f"Question {place + 1},").click()
    expect(card).to_have_attribute("aria-label", f"{BANK.title}, question {place + 1} of 9")


def answer(page, card, kind):
    """Answers rightly, by keyboard where that is not what the kind's own test does."""
    if kind == "choice":
        card.get_by_label("A trust policy").check()
    elif kind == "multi":
        card.get_by_label("A user").check()
        card.get_by_label("An AWS service").check()
    elif kind == "blanks":
        card.get_by_role("button", name='"Allow"').click()
        card.get_by_label("Blank 2 of 2: who").fill('"Service"')
    elif kind == "order":
        for text in ("Call AssumeRole", "Sign with the credentials"):
            wanted = ["Call AssumeRole", "Sign with the credentials"].index(text)
            row = card.locator(".rc-order li", has_text=text)
            for _ in range(3):
                now = [one.inner_text() for one in card.locator(".rc-order li").all()]
                at = next(i for i, one in enumerate(now) if text in one)
                if at == wanted:
                    break
                row.get_by_role("button", name="Move up").press("Enter")
    elif kind == "match":
        card.get_by_label("A user's access key").select_option("AKIA")
        card.get_by_label("A session's access key").select_option("ASIA")
    elif kind == "numeric":
        card.get_by_label("A number, in seconds or minutes or hours").fill("1 hour")
    elif kind == "cli":
        card.get_by_label("The command").fill(
            "aws sts assume-role --role-session-name me --role-arn arn:aws:iam::111122223333:role/reports-reader"
        )
    elif kind == "policy":
        expect(card.locator(".cm-editor")).to_be_visible()
        card.get_by_label("The policy, in JSON").click()
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(POLICY)
    elif kind == "decide":
        card.get_by_label("Denied, because a statement denies it").check()
        card.get_by_label("Which policy decides it?").select_option("identity-based policy")
    card.get_by_role("button", name="Check answer").click()


def test_every_kind_is_answered_and_has_no_violation_in_either_theme(lab, page, card, screenshots):
    for place, kind in enumerate(KINDS):
        go(card, place)
        assert violations(page) == [], kind
        card.screenshot(path=screenshots / f"kind-{kind}-light.png")

        answer(page, card, kind)

        expect(card.locator(".rc-verdict")).to_have_text("Right.", timeout=60_000)
        assert violations(page) == []

    choose_theme(page, "dark")
    card.get_by_role("button", name="Practice again").click()
    for place, question in enumerate(select(BANK, 9, round=1)):
        kind = question.kind
        go(card, place)
        card.screenshot(path=screenshots / f"kind-{kind}-dark.png")
        assert violations(page) == [], f"{kind}, dark"


def test_a_card_fits_into_320_pixels(lab, page, card, screenshots):
    page.evaluate("document.querySelector('.rolecall-card').parentElement.style.width = '320px'")
    for place in range(9):
        go(card, place)
        overflow = card.evaluate("card => card.scrollWidth - card.clientWidth")
        assert overflow <= 0, place
        if KINDS[place] == "policy":
            card.get_by_label("The policy, in JSON").click()
            page.keyboard.insert_text(POLICY)
            assert violations(page) == [], "a policy that is wider than its editor"
        card.screenshot(path=screenshots / f"narrow-{place}.png")


def test_a_partly_right_answer_says_so_part_by_part(lab, page, card):
    place = KINDS.index("multi")
    go(card, place)
    card.get_by_label("A user").check()
    card.get_by_role("button", name="Check answer").click()

    expect(card.locator(".rc-verdict")).to_have_text("Not yet: 1 is missing.")
    expect(card.locator(".rc-verdict")).to_have_class(re.compile(r"\brc-is-part\b"))
    expect(card.get_by_role("button", name=f"Question {place + 1}, not yet correct")).to_be_visible()


def test_the_card_works_in_notebook_7_too(lab, page, screenshots):
    # https://jupyter-notebook.readthedocs.io/en/stable/notebook_7_features.html
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, lab.folder / "01-temporary-access" / "seven.ipynb")
    page.goto(lab.notebook("seven").replace("/lab/tree/", "/notebooks/"))
    expect(page.locator(".jp-Notebook .jp-Cell").first).to_be_visible()

    # Notebook 7 sometimes asks which kernel to use.
    ask = page.locator(".jp-Dialog", has_text="Select Kernel")
    page.add_locator_handler(ask, lambda: ask.get_by_role("button", name="Select Kernel").click())
    run_cells(page)
    card = page.locator(".rolecall-card")
    expect(card).to_be_visible()
    card.get_by_label("A trust policy").check()
    card.get_by_role("button", name="Check answer").click()

    expect(card.locator(".rc-verdict")).to_have_text("Right.")
    page.screenshot(path=screenshots / "notebook-7.png")
