"""Each notebook opened in real JupyterLab in real Chromium: run, looked at, and read by axe-core."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

from rolecall._extras import require_extra
from rolecall.check._findings import Finding
from rolecall.check._jupyterlab import JupyterLab, NotStarted, lab_command, start_jupyterlab
from rolecall.check._notebooks import lines_of_cells
from rolecall.check._read import Read

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM_ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
"""For a Chromium that asks nothing of anybody but the page's server."""
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_WIDTH = 1280
_TALL = 20_000
"""JupyterLab draws only the cells that are in sight."""
_WAIT = 120_000
"""Milliseconds for one notebook."""
_OURS = (
    ".jp-Notebook .jp-RenderedMarkdown",
    # The colours of a traceback are Jupyter's.
    ".jp-Notebook .jp-OutputArea-output:not([data-mime-type='application/vnd.jupyter.stderr'])",
)
"""What an author answers for; the rest of the page is JupyterLab's."""
_PROMPTS = (
    "[...document.querySelectorAll('.jp-Notebook .jp-InputPrompt')].map(one => one.textContent.trim())"
)
_CELL_OF = """selector => [...document.querySelectorAll('.jp-Notebook .jp-Cell')]
    .indexOf(document.querySelector(selector)?.closest('.jp-Cell'))"""
# A notebook is a part of a page: what makes the page good practice is JupyterLab's to keep.
_AXE = {
    # How a link in a text looks is the theme's.
    "rules": {"link-in-text-block": {"enabled": False}},
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
}


class NoBrowser(RuntimeError):
    """Chromium or what drives it is not installed; the text says how it is."""


def chromium() -> str:
    """Where Chromium is.

    Raises
    ------
    NoBrowser
    """
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    raise NoBrowser("no Chromium found: install it, by Debian's packages as apt-get install chromium")


def browse(read: Read, notebooks: list[Path], pictures: Path) -> Iterator[Finding]:
    """Opens each notebook as a learner does, runs it, and takes its picture in both themes.

    Parameters
    ----------
    pictures
        The folder for the pictures, ``LESSON/MODE-light.png`` and ``LESSON/MODE-dark.png``.

    Raises
    ------
    NoBrowser
        If no Chromium is installed.
    MissingExtra
        If Playwright or axe-core isn't installed.
    """
    require_extra("browser", "Opening notebooks in a browser", "playwright", "axe_playwright_python")
    executable = chromium()
    given = [one for one in notebooks if "solved" not in one.parts]
    workers = max(1, min(os.cpu_count() or 1, len(given)))
    shares = [given[start::workers] for start in range(workers)]
    with ThreadPoolExecutor(workers) as pool:
        for findings in pool.map(lambda share: list(_share(read, share, pictures, executable)), shares):
            yield from findings


def _share(read: Read, notebooks: list[Path], pictures: Path, executable: str) -> Iterator[Finding]:
    """Some notebooks, in a browser and on a server of their own: the theme is the server's."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - wanted by --browser alone

    with tempfile.TemporaryDirectory(prefix="rolecall-check-", ignore_cleanup_errors=True) as folder:
        try:
            options = ("--course", str(read.course.folder), "--dir", f"{folder}/course")
            server = start_jupyterlab(lab_command(*options), Path(folder))
        except NotStarted as error:
            yield Finding("lessons", 1, 1, "browser", str(error))
            return
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=executable, args=list(CHROMIUM_ARGUMENTS)
                )
                for notebook in notebooks:
                    yield from _notebook(read, notebook, browser, server, Path(folder, "course"), pictures)
                browser.close()
        finally:
            server.stop()


def _notebook(
    read: Read, file: Path, browser: Browser, server: JupyterLab, folder: Path, pictures: Path
) -> Iterator[Finding]:
    from playwright.sync_api import Error  # noqa: PLC0415

    name, place = read.places.relative(file), file.relative_to(read.course.folder / "lessons")
    cells = json.loads(file.read_text("utf-8"))["cells"]
    # Whatever stands in no cell is told at the notebook's beginning.
    lines = [*lines_of_cells(file), 1]
    raising = {
        index for index, one in enumerate(cells) if "raises-exception" in one["metadata"].get("tags", [])
    }
    context = browser.new_context(viewport={"width": _WIDTH, "height": _TALL})
    page = context.new_page()
    page.set_default_timeout(_WAIT)
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda one: said.append(str(one)))
    try:
        _open(page, server, place.as_posix())
        _run(page)
        for cell, error in _failed(_saved(page, folder / place)):
            if cell not in raising:
                yield Finding(name, lines[cell], 1, "browser-cell", error)
        for theme in ("light", "dark"):
            if theme == "dark":
                _darken(page)
            for selector, told in violations(page, *_OURS):
                line = lines[page.evaluate(_CELL_OF, selector)]
                yield Finding(name, line, 1, "browser-axe", f"{theme} theme: {told}")
            _picture(page, pictures / file.parent.name / f"{file.stem}-{theme}.png")
        _lighten(page)
    except Error as error:
        yield Finding(name, 1, 1, "browser", str(error).strip())
    finally:
        _end_kernels(page, server)
        context.close()
    for one in dict.fromkeys(said):
        yield Finding(name, 1, 1, "browser-console", one)


def _open(page: Page, server: JupyterLab, notebook: str) -> None:
    address = re.sub(r"/lab/tree/[^?]*", f"/lab/tree/{quote(notebook)}", server.url)
    page.goto(f"{address}&reset")
    page.locator(".jp-Notebook:visible .jp-Cell").first.wait_for()
    page.get_by_text("| Idle").wait_for()


def _run(page: Page) -> None:
    """Runs every cell; a star marks those that run or are yet to."""
    _menu(page, "Run", "Run All Cells")
    page.wait_for_function(f"{_PROMPTS}.some(one => one !== '[ ]:')")
    page.wait_for_function(f"!{_PROMPTS}.includes('[*]:')")
    page.get_by_text("| Idle").wait_for()
    # Widgets are drawn by modules that are loaded after their cell has ended.
    page.wait_for_load_state("networkidle")


def _saved(page: Page, file: Path) -> Any:
    """The notebook as JupyterLab writes it: the page itself shows an error no otherwise than stderr."""
    _menu(page, "File", "Save Notebook")
    page.locator(".lm-TabBar-tab.lm-mod-current.jp-mod-dirty").wait_for(state="detached")
    return json.loads(file.read_text("utf-8"))


def _failed(notebook: Any) -> Iterator[tuple[int, str]]:
    """The cells with an error, by their number, and the error."""
    for number, cell in enumerate(notebook["cells"]):
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                yield number, f"{output['ename']}: {output['evalue']}"


def _menu(page: Page, *path: str) -> None:
    page.locator(f'.lm-MenuBar-itemLabel:text-is("{path[0]}")').click()
    for between in path[1:-1]:
        page.locator(f'.lm-Menu-itemLabel:text-is("{between}")').hover()
    page.locator(f'.lm-Menu-itemLabel:text-is("{path[-1]}")').click()


def _darken(page: Page) -> None:
    _menu(page, "Settings", "Theme", "JupyterLab Dark")
    page.locator("body[data-jp-theme-light='false']").wait_for(state="attached")


def _lighten(page: Page) -> None:
    _menu(page, "Settings", "Theme", "JupyterLab Light")
    page.locator("body[data-jp-theme-light='true']").wait_for(state="attached")


def violations(page: Page, *parts: str) -> Iterator[tuple[str, str]]:
    """What axe-core finds wrong in parts of JupyterLab's page: each element's selector, and what it is.

    Parameters
    ----------
    parts
        CSS selectors; all that match are read.
    """
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415

    # JupyterLab's body is 0 px high and hides what overflows, so that axe-core takes everything for unseen.
    if page.evaluate("document.body.getBoundingClientRect().height === 0"):
        page.add_style_tag(content="body { height: 100vh !important }")
    there = [one for one in parts if page.locator(one).count()]
    if not there:
        return
    found: Any = Axe().run(page, context={"include": [[one] for one in there]}, options=_AXE)
    for violation in found.response["violations"]:
        for node in violation["nodes"]:
            why = "; ".join(one["message"] for one in node["any"] + node["all"] + node["none"])
            told = f"{violation['id']}: {why or violation['help']}: {node['html'][:160]}"
            yield node["target"][0], told


def _picture(page: Page, target: Path) -> None:
    """The whole notebook, however long it is."""
    target.parent.mkdir(parents=True, exist_ok=True)
    bottom = page.evaluate(
        """() => Math.max(...[...document.querySelectorAll('.jp-Notebook .jp-Cell')]
            .map(one => one.getBoundingClientRect().bottom))"""
    )
    page.screenshot(path=target, clip={"x": 0, "y": 0, "width": _WIDTH, "height": min(bottom + 60, _TALL)})


def _end_kernels(page: Page, server: JupyterLab) -> None:
    address = urlsplit(server.url)
    headers = {"Authorization": f"token {parse_qs(address.query)['token'][0]}"}
    kernels = f"http://{address.netloc}/api/kernels"
    for kernel in page.request.get(kernels, headers=headers).json():
        page.request.delete(f"{kernels}/{kernel['id']}", headers=headers)
