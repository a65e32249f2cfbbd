"""From the command to the first quiz on screen, beside plain JupyterLab with a widget; and from the end of a
cell to its card.

`uv run pytest tests/browser/test_time_to_first_quiz.py --benchmark-only -n0` reports all in one run.
"""

import json
import re
import sys

import pytest
from playwright.sync_api import expect

from browser.jupyter import menu, open_notebook, start_lab

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.benchmark(group="to the first quiz")]

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


# The moment when the cell got its number, which is when its run ended, and when a card stood in the page.
WATCH = """() => {
  window.moments = {};
  new MutationObserver(() => {
    const prompt = document.querySelector('.jp-Notebook .jp-InputPrompt')?.textContent ?? '';
    if (/\\[\\d+\\]/.test(prompt)) window.moments.ended ??= performance.now();
    if (document.querySelector('.rolecall-card .rc-prompt')) window.moments.shown ??= performance.now();
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


@pytest.mark.benchmark(group="from the end of a cell to its card")
def test_time_from_the_end_of_a_cell_to_its_card(benchmark, lab, page):
    (lab.folder / "a.ipynb").write_text(notebook(QUIZ))
    waited = []

    def run_once() -> None:
        open_notebook(page, re.sub(r"/lab/tree/[^?]*", "/lab/tree/a.ipynb", lab.url))
        page.evaluate(WATCH)
        menu(page, "Run", "Run All Cells")
        expect(page.locator(".rolecall-card")).to_be_visible()
        page.wait_for_function("window.moments.ended && window.moments.shown")
        moments = page.evaluate("window.moments")
        waited.append(moments["shown"] - moments["ended"])

    benchmark.pedantic(run_once, rounds=3)

    benchmark.extra_info["milliseconds"] = waited
    print(f"\nfrom the end of the cell to its card: {', '.join(f'{one:.0f} ms' for one in waited)}")
