"""A page with cards as JupyterLab shows them, but without JupyterLab: quick enough for each look of each card."""

import base64
import json
from pathlib import Path

import rolecall.presentation.kit
import rolecall.widgets

WIDGETS = Path(rolecall.widgets.__file__).parent / "static"
KIT = Path(rolecall.presentation.kit.__file__).parent / "static" / "kit.css"

# JupyterLab's own values: https://github.com/jupyterlab/jupyterlab, packages/theme-*-extension/style/variables.css
LIGHT = {
    "--jp-layout-color1": "white",
    "--jp-layout-color2": "#eeeeee",
    "--jp-cell-editor-background": "#f5f5f5",
    "--jp-content-font-color1": "rgba(0, 0, 0, 0.87)",
    "--jp-content-font-family": "system-ui, sans-serif",
    "--jp-code-font-family": "monospace",
    "--jp-mirror-editor-keyword-color": "#008000",
    "--jp-mirror-editor-string-color": "#ba2121",
    "--jp-mirror-editor-number-color": "#066",
    "--jp-mirror-editor-property-color": "#05a",
}
DARK = LIGHT | {
    "--jp-layout-color1": "#111111",
    "--jp-layout-color2": "#424242",
    "--jp-cell-editor-background": "#111111",
    "--jp-content-font-color1": "rgba(255, 255, 255, 1)",
    "--jp-mirror-editor-keyword-color": "#4caf50",
    "--jp-mirror-editor-string-color": "#ff7070",
    "--jp-mirror-editor-number-color": "#66bb6a",
    "--jp-mirror-editor-property-color": "#42a5f5",
}
_MODEL = """
class Model {
  constructor(state) { this.state = state; this.sent = []; this.heard = {}; }
  get(name) { return this.state[name]; }
  set(name, value) { this.state[name] = value; (this.heard[`change:${name}`] ?? []).forEach((one) => one()); }
  save_changes() {}
  send(message) { this.sent.push(message); }
  on(event, listener) { (this.heard[event] ??= []).push(listener); }
  off() {}
}
"""


def page_of(*shown: dict | str, theme: str = "light") -> str:
    """The HTML of a page with cards (by their views), sequences, and HTML views, one below the other."""
    variables = "; ".join(
        f"{name}: {value}" for name, value in (LIGHT if theme == "light" else DARK).items()
    )
    card, sequence = (
        base64.b64encode((WIDGETS / f"{name}.js").read_bytes()).decode() for name in ("card", "sequence")
    )
    cells = "".join(
        f'<div class="cell">{one}</div>' if isinstance(one, str) else '<div class="cell" data-card></div>'
        for one in shown
    )
    views = json.dumps([one for one in shown if not isinstance(one, str)]).replace("</", "<\\/")
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Cards</title>
<style>:root {{ {variables} }} body {{ margin: 8px; background: var(--jp-layout-color1); }}
.cell {{ margin-bottom: 16px; }}</style>
<style>{(WIDGETS / "card.css").read_text("utf-8")}</style>
<style>{(WIDGETS / "sequence.css").read_text("utf-8")}</style></head>
<body data-jp-theme-light="{"true" if theme == "light" else "false"}">
<main><h1 style="position: absolute; clip-path: inset(50%)">Cards</h1>{cells}</main>
<script type="module">{_MODEL}
const {{ default: card }} = await import("data:text/javascript;base64,{card}");
const {{ default: sequence }} = await import("data:text/javascript;base64,{sequence}");
const cells = [...document.querySelectorAll("[data-card]")];
window.models = {views}.map((view, place) => {{
  const model = new Model(view.frames ? view : {{ view, saved: "" }});
  (view.frames ? sequence : card).render({{ model, el: cells[place] }});
  return model;
}});
document.body.dataset.ready = "yes";
</script></body></html>"""
