"""From the command to the first quiz on screen, beside plain JupyterLab with a widget.

`uv run pytest tests/browser/test_time_to_first_quiz.py --benchmark-only -n0` reports both in one run.
"""

import json
import re
import sys

import pytest
from playwright.sync_api import expect

from browser.jupyter import menu, open_notebook, start_lab

pytestmark = [pytest.mark.browser, pytest.mark.benchmark(group="to the first quiz")]

PLAIN = "import ipywidgets; ipywidgets.HTML('<p class=\"rolecall-card\">hello</p>')"
QUIZ = "from rolecall import practice; practice('assume-role')"
PLAIN_JUPYTER = (
    sys.executable,
    "-m",
    "jupyterlab",
    "--allow-root",
    "--no-browser",
    "--ServerApp.ip=127.0.0.1",
)


KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}


def notebook(source: str) -> str:
    cell = {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }
    return json.dumps(
        {"cells": [cell], "metadata": {"kernelspec": KERNEL}, "nbformat": 4, "nbformat_minor": 5}
    )


@pytest.mark.parametrize("which", ["plain", "rolecall"])
def test_time_to_the_first_card(benchmark, browser, tmp_path_factory, which):
    running = []

    def start_and_run() -> None:
        folder = tmp_path_factory.mktemp(which)
        course = folder / "course"
        course.mkdir()
        (course / "a.ipynb").write_text(notebook(PLAIN if which == "plain" else QUIZ))
        instead = (*PLAIN_JUPYTER, f"--ServerApp.root_dir={course}") if which == "plain" else None
        lab = start_lab(folder, instead=instead)
        page = browser.new_context().new_page()
        running.append((lab, page))
        open_notebook(page, re.sub(r"/lab[^?]*", "/lab/tree/a.ipynb", lab.url))
        menu(page, "Run", "Run All Cells")
        expect(page.locator(".rolecall-card")).to_be_visible()

    benchmark.pedantic(start_and_run, rounds=3)

    for lab, page in running:
        page.context.close()
        lab.process.terminate()
        lab.process.wait(timeout=30)
