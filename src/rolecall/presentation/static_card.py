"""A card as text and as HTML, for where no widget can be shown: GitHub, nbviewer, or a printed page.

They show what the browser got, so the key of a question isn't in them before it is due.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from rolecall.presentation.kit import card, chip

_MODES = {
    "practice": "Practice",
    "test": "Test",
    "challenge": "Challenge",
    "recall": "Flash cards",
    "assessment": "Assessment",
}
_OPEN = "Open this notebook in JupyterLab and run the cell to answer."


def static_text(view: Mapping[str, Any]) -> str:
    """Return a card as a line of text. It names no question, so it stays the same when a bank grows."""
    return f"{_MODES.get(view['mode'], 'Card')}: {view['title']}. {_OPEN}"


def static_html(view: Mapping[str, Any]) -> str:
    """Return a card as HTML that can be read without its scripts."""
    parts = [f"<p>{escape(view[name])}</p>" for name in ("start", "note", "summary") if view.get(name)]
    # A paper of a graded assessment belongs to the service, and isn't kept in a notebook.
    question = None if view["mode"] == "assessment" else view.get("question")
    if question:
        parts = [question["prompt"], _content(question["content"]), *parts]
        if question["verdict"]:
            parts.append(f"<p><strong>{escape(question['verdict'])}</strong></p>")
    if result := view.get("result"):
        parts.append(f"<p><strong>{escape(result['verdict'])}</strong> {escape(result['summary'])}</p>")
    if flash := view.get("flash"):
        parts.append(flash["front"] or "<p>No card is due.</p>")
    chips = chip(question["difficulty"], question["difficulty"]) if question else ""
    title = f"{_MODES.get(view['mode'], 'Card')}: {escape(view['title'])}"
    return card(title, *parts, f'<p class="rc-small rc-soft">{_OPEN}</p>', chips=chips, styled=False)


def _content(content: Mapping[str, Any]) -> str:
    """Return the options, items, or pairs of a question as lists."""
    match content:
        case {"options": options}:
            return _list([one["html"] for one in options], 'ol type="A"')
        case {"items": items}:
            return _list(items)
        case {"lefts": lefts, "choices": choices}:
            shown = [escape(one) for one in choices]
            return f"<p>Match each of these:</p>{_list(lefts)}<p>with one of these:</p>{_list(shown)}"
        case {"pieces": pieces}:
            text = "".join(one["text"] + ("____" if one["blank"] else "") for one in pieces)
            return f"<pre><code>{escape(text)}</code></pre>"
        case {"starter": starter}:
            return f"<pre><code>{escape(starter)}</code></pre>"
        case {"scene": scene}:
            return "".join(f"<h4>{escape(one['title'])}</h4>{one['html']}" for one in scene)
    return ""


def _list(items: Sequence[str], tag: str = "ul") -> str:
    rows = "".join(f"<li>{one}</li>" for one in items)
    return f"<{tag}>{rows}</{tag.partition(' ')[0]}>"
