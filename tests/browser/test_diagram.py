"""The diagram and the trail, as JupyterLab shows them."""

from base64 import b64encode

import nbformat
import pytest
from playwright.sync_api import Page, expect

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


def test_the_diagram_is_drawn_in_the_theme_that_is_chosen_afterward(lab, page, screenshots):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, lab.folder / "01-temporary-access" / "diagram.ipynb")
    open_notebook(page, lab.notebook("diagram"))

    run_cells(page)

    drawn = page.locator(".jp-RenderedMermaid img")
    expect(drawn).to_be_visible()
    expect(page.get_by_role("columnheader", name="Decision")).to_be_visible()
    light = drawn.screenshot(path=screenshots / "diagram-light.png")
    choose_theme(page, "dark")
    # JupyterLab doesn't draw it again; the picture has colors for both themes.
    dark = drawn.screenshot(path=screenshots / "diagram-dark.png")
    assert _brightness(page, light) > 200
    assert _brightness(page, dark) < 100


def _brightness(page: Page, picture: bytes) -> float:
    """The mean brightness of a picture's pixels, from 0 to 255, which the browser computes."""
    return page.evaluate(
        """async (data) => {
          const picture = new Image();
          picture.src = `data:image/png;base64,${data}`;
          await picture.decode();
          const context = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
          context.drawImage(picture, 0, 0);
          const pixels = context.getImageData(0, 0, picture.width, picture.height).data;
          return pixels.reduce((sum, value, place) => sum + (place % 4 < 3 ? value : 0), 0) / (pixels.length * 0.75);
        }""",
        b64encode(picture).decode(),
    )
