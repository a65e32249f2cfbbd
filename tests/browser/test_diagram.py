"""The diagram and the trail, as JupyterLab shows them."""

import nbformat
import pytest
from playwright.sync_api import expect

from browser.jupyter import open_notebook, run_cells
from rolecall.check._browser import choose_theme

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = [
    "from rolecall import Sandbox\nlab = Sandbox('reports')",
    "role = 'arn:aws:iam::111122223333:role/reports-reader'\n"
    "_ = lab.client('sts', actor='dana').assume_role(RoleArn=role, RoleSessionName='look')",
    "lab.diagram()",
    "lab.trail",
]


def test_the_diagram_is_drawn_in_both_themes(lab, page, screenshots):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, lab.folder / "01-temporary-access" / "diagram.ipynb")
    open_notebook(page, lab.notebook("diagram"))

    run_cells(page)

    drawn = page.locator(".jp-RenderedMermaid img")
    expect(drawn).to_be_visible()
    expect(page.get_by_role("columnheader", name="Decision")).to_be_visible()
    page.screenshot(path=screenshots / "diagram-light.png")
    choose_theme(page, "dark")
    # JupyterLab draws in the theme of the moment.
    run_cells(page)
    expect(page.get_by_text("| Idle")).to_be_visible()
    expect(drawn).to_be_visible()
    page.screenshot(path=screenshots / "diagram-dark.png")
