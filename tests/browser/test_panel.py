"""The course in JupyterLab's left sidebar."""

import re

import pytest
from playwright.sync_api import expect

from browser.jupyter import menu, open_notebook, run_cells
from iam.build import decision, deny
from rolecall.check._browser import choose_theme, violations
from rolecall.iam import explain
from rolecall.presentation.explanation import call_explanation_html
from rolecall.sandbox.call_explanation import CallExplanation

EXPLAINED = CallExplanation(explain(decision(identity=[deny("s3:*")])), allowed=False, error="AccessDenied")
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_panel_leads_from_one_notebook_to_the_next(lab, page, screenshots):
    open_notebook(page, lab.notebook("why"))
    panel = page.get_by_role("navigation", name="Rolecall course")
    why = panel.get_by_role("button", name="Why").first
    learn = panel.get_by_role("button", name="Learn").first

    expect(panel.get_by_role("button", name="Start", exact=True)).to_be_visible()
    expect(why).to_have_attribute("aria-current", "page")
    expect(why).to_contain_text("not started")
    run_cells(page)
    # A cell that hasn't run yet has an empty prompt or a star.
    waiting = page.locator(".jp-Notebook:visible .jp-InputPrompt", has_text=re.compile(r"\[[ *]\]"))
    expect(waiting).to_have_count(0)
    menu(page, "File", "Save Notebook")
    expect(why).to_contain_text(", done")
    page.screenshot(path=screenshots / "panel-light.png")

    panel.get_by_role("button", name="Start", exact=True).click()
    expect(learn).to_have_attribute("aria-current", "page")

    choose_theme(page, "dark")
    page.screenshot(path=screenshots / "panel-dark.png")
    assert list(violations(page, ".rc-panel")) == []

    # The panel also copies an explanation, wherever JupyterLab shows one.
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(".jp-Notebook:visible .jp-Cell").first.evaluate(
        "(cell, html) => cell.insertAdjacentHTML('afterbegin', html)", call_explanation_html(EXPLAINED)
    )
    page.get_by_role("button", name="Copy as picture").click()
    expect(page.locator("button.rc-copy[aria-label=Copied]")).to_have_count(1)
    copied = "async () => (await navigator.clipboard.read()).flatMap(one => one.types)"
    assert page.evaluate(copied) == ["image/png"]
