"""The pictures of the documentation: each surface that a learner sees, in both themes.

``ROLECALL_UPDATE_PICTURES=1 uv run pytest -n 0 -m "" tests/browser/test_pictures.py`` writes them to ``docs/images``.
"""

import os
import re
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from browser.jupyter import menu, open_notebook
from rolecall.check._browser import choose_theme

DOCS = Path(__file__).parents[2] / "docs"
SURFACES = {
    "world": "from rolecall import Sandbox\nlab = Sandbox('reports')\nlab",
    "explain": (
        "role = 'arn:aws:iam::111122223333:role/reports-reader'\n"
        "eve = lab.client('sts', actor='eve')\n"
        "try:\n    eve.assume_role(RoleArn=role, RoleSessionName='look')\n"
        "except eve.exceptions.ClientError as error:\n    print(error.response['Error']['Code'])\n"
        "lab.explain()"
    ),
    "question": "from rolecall import practice\npractice('assume-role')",
    "task": "from rolecall import task\ntask('let-dana-in')",
}
"""A cell for each surface; its last output is the picture."""


@pytest.mark.browser
@pytest.mark.slow
def test_each_surface_of_the_documentation_can_be_drawn_in_both_themes(lab, page, screenshots):
    folder = DOCS / "images" if os.environ.get("ROLECALL_UPDATE_PICTURES") else screenshots
    code = [nbformat.v4.new_code_cell(text) for text in SURFACES.values()]
    notebook = nbformat.v4.new_notebook(cells=code)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, lab.folder / "01-temporary-access" / "pictures.ipynb")
    # JupyterLab draws only the cells that are visible.
    page.set_viewport_size({"width": 1280, "height": 5000})
    open_notebook(page, lab.notebook("pictures"))
    menu(page, "Run", "Run All Cells")
    cells = page.locator(".jp-Notebook:visible .jp-CodeCell")
    expect(cells).to_have_count(len(SURFACES))
    outputs = [cell.locator(".jp-OutputArea-output").last for cell in cells.all()]
    for output in outputs:
        expect(output).to_be_visible()
    expect(page.get_by_text("| Idle")).to_be_visible()

    for theme in ("light", "dark"):
        choose_theme(page, theme)
        for name, output in zip(SURFACES, outputs, strict=True):
            output.screenshot(path=folder / f"{name}-{theme}.png")
        page.set_viewport_size({"width": 1280, "height": 800})
        page.screenshot(path=folder / f"jupyterlab-{theme}.png")
        page.set_viewport_size({"width": 1280, "height": 5000})


def test_each_picture_of_the_documentation_is_made_by_the_test():
    made = {f"{name}-{theme}.png" for name in (*SURFACES, "jupyterlab") for theme in ("light", "dark")}
    shown = {
        one for page in DOCS.rglob("*.md") for one in re.findall(r"images/([\w-]+\.png)", page.read_text())
    }

    assert shown - {"learning-platform.png"} <= made
    assert {one for one in shown if not (DOCS / "images" / one).is_file()} == set()
