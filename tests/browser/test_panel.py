"""The course in JupyterLab's left sidebar."""

import pytest
from playwright.sync_api import expect

from browser.jupyter import menu, open_notebook
from rolecall.check._browser import choose_theme, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_panel_leads_from_one_notebook_to_the_next(lab, page, screenshots):
    open_notebook(page, lab.notebook("why"))
    panel = page.get_by_role("navigation", name="Rolecall course")
    why = panel.get_by_role("button", name="Why").first
    learn = panel.get_by_role("button", name="Learn").first

    expect(panel.get_by_role("button", name="Start", exact=True)).to_be_visible()
    expect(why).to_have_attribute("aria-current", "page")
    expect(why).to_contain_text("not begun")
    menu(page, "Run", "Run All Cells")
    expect(page.get_by_text("| Idle")).to_be_visible()
    menu(page, "File", "Save Notebook")
    expect(why).to_contain_text(", done")
    page.screenshot(path=screenshots / "panel-light.png")

    panel.get_by_role("button", name="Start", exact=True).click()
    expect(learn).to_have_attribute("aria-current", "page")

    choose_theme(page, "dark")
    page.screenshot(path=screenshots / "panel-dark.png")
    assert list(violations(page, ".rc-panel")) == []
