"""`rolecall check --browser`: notebooks as a learner sees them."""

import json
import struct

import pytest
from click.testing import CliRunner

from rolecall.cli._main import main

FAULTS = {
    "faint": ("markdown", '<p style="color: #888; background-color: #999">hard to read</p>'),
    "failing": ("code", "1 / 0"),
    "loud": (
        "code",
        "from IPython.display import Javascript\nJavascript(\"console.error('no such widget')\")",
    ),
    "meant": ("code", "int('x')"),
}


def cell(name: str, kind: str, source: str) -> dict:
    made = {"cell_type": kind, "id": name, "metadata": {}, "source": [source]}
    if kind == "code":
        made |= {"execution_count": None, "outputs": []}
    if name in ("meant", "failing"):
        # JupyterLab goes on after it; only one of the two is meant to fail.
        made["metadata"]["tags"] = ["raises-exception"] if name == "meant" else []
    return made


@pytest.fixture
def faulty(course):
    """The good course, and a notebook in which everything goes wrong that only a browser shows."""
    folder = course / "lessons" / "01-buckets"
    notebook = json.loads((folder / "why.ipynb").read_text())
    order = ("faint", "loud", "meant", "failing")
    notebook["cells"] = [cell(name, *FAULTS[name]) for name in order]
    (folder / "learn.ipynb").write_text(json.dumps(notebook, indent=1))
    lesson = folder / "lesson.yaml"
    lesson.write_text(lesson.read_text().replace("why: 2", "why: 2\n  learn: 3"))
    return course


@pytest.mark.browser
@pytest.mark.slow
def test_what_only_a_browser_shows_is_found_and_pictures_are_taken(faulty, tmp_path):
    pictures = tmp_path / "pictures"

    done = CliRunner().invoke(
        main,
        ["check", str(faulty), "--static", "--browser", "--screenshots", str(pictures), "--format", "json"],
    )

    found = json.loads(done.stdout)
    text = (faulty / "lessons/01-buckets/learn.ipynb").read_text().splitlines()
    places = {
        name: next(number for number, line in enumerate(text, 1) if f'"id": "{name}"' in line)
        for name in FAULTS
    }
    assert done.exit_code == 1
    assert {one["file"] for one in found} == {"lessons/01-buckets/learn.ipynb"}
    assert [(one["rule"], one["line"]) for one in found if one["rule"] != "browser-console"] == [
        *[("browser-axe", places["faint"])] * 2,
        ("browser-cell", places["failing"]),
    ]
    assert "color-contrast" in found[-1]["message"] or "color-contrast" in found[1]["message"]
    assert any("no such widget" in one["message"] for one in found if one["rule"] == "browser-console")
    assert any("ZeroDivisionError" in one["message"] for one in found)
    for mode in ("why", "learn"):
        for theme in ("light", "dark"):
            data = (pictures / "01-buckets" / f"{mode}-{theme}.png").read_bytes()
            width, height = struct.unpack(">II", data[16:24])
            assert width == 1280
            assert height > 300


def test_without_chromium_the_check_cannot_be_made(course, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")

    done = CliRunner().invoke(main, ["check", str(course), "--static", "--browser"])

    assert done.exit_code == 2
    assert "no Chromium found: install it" in done.stderr
