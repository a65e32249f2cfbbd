"""A new learner's way through the first lesson, led by the panel and buttons."""

import json
import time
from contextlib import suppress

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.jupyter import Lab, menu, open_notebook, run_cells
from rolecall.course import MODE_TITLES, find_course

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LESSON = find_course().lessons()[0]


def write_solutions(lab: Lab) -> None:
    """Write into the cells of tasks what the solved notebooks have there; nothing else differs."""
    for mode, notebook in LESSON.notebooks.items():
        file = lab.folder / LESSON.name / f"{mode}.ipynb"
        written = json.loads(file.read_text())
        solved = json.loads((notebook.parent / "solved" / notebook.name).read_text())
        for cell, other in zip(written["cells"], solved["cells"], strict=True):
            cell["source"] = other["source"]
        file.write_text(json.dumps(written))


def save_until_done(page: Page, activity: Locator) -> None:
    """Save until the panel says that the notebook is done; JupyterLab itself saves every two minutes."""
    for _attempt in range(60):
        menu(page, "File", "Save Notebook")
        with suppress(AssertionError):
            expect(activity).to_contain_text(", done", timeout=2_000)
            return
    pytest.fail(f"The notebook isn't done: {activity.inner_text()}")


def test_a_new_learner_goes_from_rolecall_lab_to_a_finished_first_lesson_by_the_panel(lab, page):
    write_solutions(lab)
    started = time.monotonic()
    open_notebook(page, lab.url)
    panel = page.get_by_role("navigation", name="Rolecall course")
    first = panel.get_by_role("region", name=LESSON.title)

    # The home shows before a cell runs, and leads to the same notebook as the panel.
    assert page.url.partition("?")[0].endswith("/lab/tree/index.ipynb")
    expect(page.locator(".rolecall-kit").get_by_text("Start here")).to_be_visible()
    page.locator(".rolecall-kit").get_by_role("link", name="Start", exact=True).click()
    expect(page.get_by_role("heading", name="Why temporary access?")).to_be_visible()
    expect(page.locator(".jp-StatusItem-trust [data-icon='ui-components:trusted']")).to_be_visible()
    expect(page.get_by_text("Would you like to get notified")).to_have_count(0)

    for mode in sorted(LESSON.minutes, key=lambda one: one == "recall"):
        activity = first.get_by_role("button", name=MODE_TITLES[mode])
        expect(activity).to_contain_text("not started")
        panel.get_by_role("button", name="Start", exact=True).click()
        expect(activity).to_have_attribute("aria-current", "page")
        run_cells(page)
        save_until_done(page, activity)

    print(f"\nThe first lesson is finished after {time.monotonic() - started:.0f} s.")
    expect(first.get_by_role("progressbar")).to_have_attribute("value", "100")
