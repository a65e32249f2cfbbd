"""Run each notebook in JupyterLab in Chromium, take screenshots, and check accessibility with axe-core."""

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
from rolecall.check._loaded_course import LoadedCourse
from rolecall.check._notebooks import lines_of_cells

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM_ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
"""The arguments for a Chromium that connects only to the server of the page."""
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_WIDTH = 1280
_TALL = 20_000
"""The height of the page in pixels: JupyterLab renders only the cells that are visible."""
_TIMEOUT = 120_000
"""The time for one notebook, in milliseconds."""
_TRY = 5_000
"""The time after which a notebook that runs no cell is run again, in milliseconds."""
_AUTHORED = (
    ".jp-Notebook .jp-RenderedMarkdown",
    # Jupyter chooses the colors of a traceback.
    ".jp-Notebook .jp-OutputArea-output:not([data-mime-type='application/vnd.jupyter.stderr'])",
)
"""The parts of the page that an author writes; the rest is JupyterLab's."""
_PROMPTS = (
    "[...document.querySelectorAll('.jp-Notebook .jp-InputPrompt')].map(one => one.textContent.trim())"
)
_CELL_OF = """selector => [...document.querySelectorAll('.jp-Notebook .jp-Cell')]
    .indexOf(document.querySelector(selector)?.closest('.jp-Cell'))"""
# The lower edge of the last cell, in px, once it's the same in two animation frames.
_SETTLED_BOTTOM = """() => {
    const cells = [...document.querySelectorAll('.jp-Notebook .jp-Cell')];
    const bottom = Math.max(...cells.map(one => one.getBoundingClientRect().bottom));
    const before = window.rolecallBottom;
    window.rolecallBottom = bottom;
    return bottom > 0 && bottom === before && bottom;
}"""
# The rules for a whole page concern JupyterLab, not the notebook, so only WCAG's rules run.
_AXE = {
    # The theme decides how a link in a text looks.
    "rules": {"link-in-text-block": {"enabled": False}},
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
}


class NoBrowser(RuntimeError):
    """Chromium or Playwright is not installed; the text says how to install it."""


def chromium() -> str:
    """Return the path of Chromium.

    Raises
    ------
    NoBrowser
        If Chromium isn't installed.
    """
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    raise NoBrowser("no Chromium found: install it, by Debian's packages as apt-get install chromium")


def check_in_browser(loaded: LoadedCourse, notebooks: list[Path], pictures: Path) -> Iterator[Finding]:
    """Open each notebook as a learner does, run it, and take screenshots in both themes.

    Parameters
    ----------
    pictures
        The folder for the screenshots, ``LESSON/MODE-light.png`` and ``LESSON/MODE-dark.png``.

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
        for findings in pool.map(lambda share: list(_share(loaded, share, pictures, executable)), shares):
            yield from findings


def _share(
    loaded: LoadedCourse, notebooks: list[Path], pictures: Path, executable: str
) -> Iterator[Finding]:
    """Check some notebooks in a browser and on a server of their own, because the theme is the server's."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only --browser needs it

    with tempfile.TemporaryDirectory(prefix="rolecall-check-", ignore_cleanup_errors=True) as folder:
        try:
            options = ("--course", str(loaded.folder), "--dir", f"{folder}/course")
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
                    yield from _notebook(
                        loaded, notebook, browser, server, Path(folder, "course"), pictures
                    )
                browser.close()
        finally:
            server.stop()


def _notebook(
    loaded: LoadedCourse, file: Path, browser: Browser, server: JupyterLab, folder: Path, pictures: Path
) -> Iterator[Finding]:
    from playwright.sync_api import Error  # noqa: PLC0415

    name, place = loaded.places.relative(file), file.relative_to(loaded.folder / "lessons")
    cells = json.loads(file.read_text("utf-8"))["cells"]
    # What is outside of every cell is reported at the first line.
    lines = [*lines_of_cells(file), 1]
    raising = {
        index for index, one in enumerate(cells) if "raises-exception" in one["metadata"].get("tags", [])
    }
    context = browser.new_context(viewport={"width": _WIDTH, "height": _TALL})
    page = context.new_page()
    page.set_default_timeout(_TIMEOUT)
    errors: list[str] = []
    page.on("console", lambda one: errors.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda one: errors.append(str(one)))
    try:
        _open(page, server, place.as_posix())
        _run(page)
        for cell, error in _failed(_saved(page, folder / place)):
            if cell not in raising:
                yield Finding(name, lines[cell], 1, "browser-cell", error)
        for theme in ("light", "dark"):
            if theme == "dark":
                choose_theme(page, theme)
            bottom = _settle(page)
            for selector, message in violations(page, *_AUTHORED):
                line = lines[page.evaluate(_CELL_OF, selector)]
                yield Finding(name, line, 1, "browser-axe", f"{theme} theme: {message}")
            _picture(page, pictures / file.parent.name / f"{file.stem}-{theme}.png", bottom)
        choose_theme(page, "light")
    except Error as error:
        yield Finding(name, 1, 1, "browser", str(error).strip())
    finally:
        _end_kernels(page, server)
        context.close()
    for one in dict.fromkeys(errors):
        yield Finding(name, 1, 1, "browser-console", one)


def _open(page: Page, server: JupyterLab, notebook: str) -> None:
    address = re.sub(r"/lab/tree/[^?]*", f"/lab/tree/{quote(notebook)}", server.url)
    page.goto(f"{address}&reset")
    page.locator(".jp-Notebook:visible .jp-Cell").first.wait_for()
    page.get_by_text("| Idle").wait_for()


def _run(page: Page) -> None:
    """Run every cell, and wait: a star marks the cells that are running or queued.

    JupyterLab runs nothing, and doesn't say so, before the notebook has its kernel.
    """
    from playwright.sync_api import TimeoutError as NotInTime  # noqa: PLC0415

    started, tries = f"{_PROMPTS}.some(one => one !== '[ ]:')", _TIMEOUT // _TRY
    for one in range(1, tries + 1):
        _menu(page, "Run", "Run All Cells")
        try:
            page.wait_for_function(started, timeout=_TRY)
            break
        except NotInTime:
            if one == tries:
                raise
    page.wait_for_function(f"!{_PROMPTS}.includes('[*]:')")
    page.get_by_text("| Idle").wait_for()
    # A widget's module loads after its cell has ended.
    page.wait_for_load_state("networkidle")


def _saved(page: Page, file: Path) -> Any:
    """Save the notebook and read the file, because the page shows an error like any output to stderr."""
    _menu(page, "File", "Save Notebook")
    page.locator(".lm-TabBar-tab.lm-mod-current.jp-mod-dirty").wait_for(state="detached")
    return json.loads(file.read_text("utf-8"))


def _failed(notebook: Any) -> Iterator[tuple[int, str]]:
    """List the number of each cell that failed, and its error."""
    for number, cell in enumerate(notebook["cells"]):
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                yield number, f"{output['ename']}: {output['evalue']}"


def _menu(page: Page, *path: str) -> None:
    page.locator(f'.lm-MenuBar-itemLabel:text-is("{path[0]}")').click()
    for between in path[1:-1]:
        page.locator(f'.lm-Menu-itemLabel:text-is("{between}")').hover()
    page.locator(f'.lm-Menu-itemLabel:text-is("{path[-1]}")').click()


def choose_theme(page: Page, theme: str) -> None:
    """Choose the light or the dark theme, and wait until the page shows it.

    Meanwhile JupyterLab's splash screen covers the page, and axe-core reports nothing that is covered.
    """
    _menu(page, "Settings", "Theme", f"JupyterLab {theme.title()}")
    light = str(theme == "light").lower()
    page.locator(f"body[data-jp-theme-light='{light}']").wait_for(state="attached")
    page.locator("#jupyterlab-splash").wait_for(state="detached")


def violations(page: Page, *parts: str) -> Iterator[tuple[str, str]]:
    """Find accessibility violations in parts of JupyterLab's page.

    Parameters
    ----------
    parts
        CSS selectors; every element that matches is checked.

    Yields
    ------
    tuple of str
        The selector of an element, and what is wrong with it.
    """
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415

    # JupyterLab's body is 0 px high and hides overflow, so axe-core would consider everything invisible.
    if page.evaluate("document.body.getBoundingClientRect().height === 0"):
        page.add_style_tag(content="body { height: 100vh !important }")
    present = [one for one in parts if page.locator(one).count()]
    if not present:
        return
    found: Any = Axe().run(page, context={"include": [[one] for one in present]}, options=_AXE)
    for violation in found.response["violations"]:
        for node in violation["nodes"]:
            why = "; ".join(one["message"] for one in node["any"] + node["all"] + node["none"])
            message = f"{violation['id']}: {why or violation['help']}: {node['html'][:160]}"
            yield node["target"][0], message


def _settle(page: Page) -> float:
    """Wait until the cells are laid out, and return the lower edge of the last one in px.

    A change of theme lays them out again, and meanwhile they have no height.
    """
    page.evaluate("delete window.rolecallBottom")
    bottom: float = page.wait_for_function(_SETTLED_BOTTOM).json_value()
    return bottom


def _picture(page: Page, target: Path, bottom: float) -> None:
    """Take a screenshot of the whole notebook."""
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=target, clip={"x": 0, "y": 0, "width": _WIDTH, "height": min(bottom + 60, _TALL)})


def _end_kernels(page: Page, server: JupyterLab) -> None:
    address = urlsplit(server.url)
    headers = {"Authorization": f"token {parse_qs(address.query)['token'][0]}"}
    kernels = f"http://{address.netloc}/api/kernels"
    for kernel in page.request.get(kernels, headers=headers).json():
        page.request.delete(f"{kernels}/{kernel['id']}", headers=headers)
