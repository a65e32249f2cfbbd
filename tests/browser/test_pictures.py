"""The pictures of the documentation: each surface that a learner sees, in both themes.

``ROLECALL_UPDATE_PICTURES=1 uv run pytest -n 0 -m "" tests/browser/test_pictures.py`` writes them to ``docs/images``.
"""

import os
import re
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from browser.jupyter import open_notebook, run_cells
from rolecall.check._browser import choose_theme

DOCS = Path(__file__).parents[2] / "docs"
SURFACES = {
    "home": "from rolecall import home\nhome()",
    "lesson": "from rolecall import home\nhome('01-temporary-access')",
    "world": "from rolecall import Sandbox\nlab = Sandbox('reports')\nlab",
    "explain": (
        "role = 'arn:aws:iam::111122223333:role/reports-reader'\n"
        "eve = lab.client('sts', actor='eve')\n"
        "try:\n    eve.assume_role(RoleArn=role, RoleSessionName='look')\n"
        "except eve.exceptions.ClientError as error:\n    print(error.response['Error']['Code'])\n"
        "lab.explain()"
    ),
    "sequence": (
        "from rolecall import sequence\n"
        "_ = lab.client('sts', actor='dana').assume_role(RoleArn=role, RoleSessionName='look')\n"
        "sequence(lab)"
    ),
    "diagram": "lab.diagram()",
    "plot": (
        "from rolecall import plot\n"
        "plot([{'roles': n, 'calls': n * (n + 1) // 2} for n in range(1, 9)], x='roles', y='calls')"
    ),
    "question": "from rolecall import practice\npractice('assume-role')",
    "task": "from rolecall import task\ntask('let-dana-in')",
    "challenge": "from rolecall import challenge\nchallenge('assume-role')",
    "recall": "from rolecall import recall\nrecall('assume-role')",
    "dashboard": (
        "from rolecall import dashboard\nfrom rolecall.progress import Store\n"
        "from rolecall.quiz import Entry, EntryKind\n"
        "answers = {'trust-and-permission': [1, 1, 0, 1, 1, 1], 'reading-denials': [0, 1, 1, 0],"
        " 'session-limits': [1, 0]}\n"
        "for skill, results in answers.items():\n"
        "    for number, right in enumerate(results):\n"
        "        entry = Entry(EntryKind.ANSWERED, f'{skill}-{number}', 'a', bool(right), float(right), skill)\n"
        "        Store().record('practice/assume-role', entry)\n"
        "dashboard()"
    ),
    # Run All ends here.
    "error": "task('let-dan-in')",
}
"""A cell for each surface; its outputs are the picture."""
WORKSHOP = ["sign-in", "dashboard", "gradebook", "learning-platform-setup"]
"""The pages that `test_workshop_pages.py` takes pictures of."""
THEMES = ("light", "dark")
FORMS = {"light": 1280, "dark": 1280, "600": 600}
"""The forms of each picture, and the width of its page in pixels."""


@pytest.mark.browser
@pytest.mark.slow
def test_each_surface_of_the_documentation_can_be_drawn_in_both_themes(lab, page, screenshots):
    folder = DOCS / "images" if os.environ.get("ROLECALL_UPDATE_PICTURES") else screenshots
    code = [nbformat.v4.new_code_cell(text) for text in SURFACES.values()]
    notebook = nbformat.v4.new_notebook(cells=code)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, lab.folder / "01-temporary-access" / "pictures.ipynb")
    # JupyterLab draws only the cells that are visible.
    page.set_viewport_size({"width": 1280, "height": 8000})
    open_notebook(page, lab.notebook("pictures"))
    run_cells(page)
    cells = page.locator(".jp-Notebook:visible .jp-CodeCell")
    expect(cells).to_have_count(len(SURFACES))
    outputs = [cell.locator(".jp-OutputArea-output").last for cell in cells.all()]
    # The error itself is below its card, because nbconvert and nbval look for it.
    outputs[-1] = cells.last.locator(".jp-OutputArea-output").first
    for output in outputs:
        expect(output).to_be_visible()
    expect(page.get_by_text("| Idle")).to_be_visible()

    for theme in THEMES:
        choose_theme(page, theme)
        for name, output in zip(SURFACES, outputs, strict=True):
            output.screenshot(path=folder / f"{name}-{theme}.png")
        page.set_viewport_size({"width": 1280, "height": 800})
        page.screenshot(path=folder / f"jupyterlab-{theme}.png")
        page.set_viewport_size({"width": 1280, "height": 8000})
    choose_theme(page, "light")
    page.keyboard.press("Control+b")
    page.set_viewport_size({"width": 600, "height": 8000})
    for name, output in zip(SURFACES, outputs, strict=True):
        output.screenshot(path=folder / f"{name}-600.png")


def test_each_picture_of_the_documentation_is_made_by_a_test():
    # `test_small_pages.py` takes the pictures of the certificate.
    surfaces = [*SURFACES, "certificate", *(f"workshop-{name}" for name in WORKSHOP)]
    made = {f"{name}-{form}.png" for name in surfaces for form in FORMS}
    made |= {f"jupyterlab-{theme}.png" for theme in THEMES}
    shown = {
        one for page in DOCS.rglob("*.md") for one in re.findall(r"images/([\w-]+\.png)", page.read_text())
    }

    assert shown == made
    assert {one.name for one in (DOCS / "images").iterdir()} == made
