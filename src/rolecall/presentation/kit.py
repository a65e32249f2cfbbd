"""The parts that every HTML view is built from: the style sheet, a card, a chip, and a progress bar.

Without the style sheet, as on GitHub, what remains is plain HTML that reads well.
"""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path

STATIC = Path(__file__).parent / "static"
"""The files that notebooks and the workshop's pages share."""
EDITOR = STATIC / "editor.js"
"""The editor of policy questions, which is loaded only when one is shown."""
_STYLE_SHEET = STATIC / "kit.css"


@cache
def style() -> str:
    """Return the style sheet that `npm run build` makes from `frontend/src/kit/kit.css`."""
    return f"<style>{_STYLE_SHEET.read_text('utf-8')}</style>"


def card(
    title: str, *parts: str, chips: str = "", foot: str = "", wide: bool = False, styled: bool = True
) -> str:
    """Return a card as one HTML element.

    Parameters
    ----------
    title
        The heading, as HTML.
    parts
        What the card contains, as HTML.
    chips
        What is next to the heading, as HTML.
    foot
        The buttons and notes at the bottom, as HTML; empty for none.
    wide
        Whether the card can use the width of the page.
    styled
        Whether the card brings its style sheet with it. The form of a widget for GitHub doesn't.
    """
    size = ' style="max-width: 64rem"' if wide else ""
    footer = f'<footer class="rc-foot">{foot}</footer>' if foot else ""
    return (
        f'<section class="rolecall-kit rc-card"{size}>{style() if styled else ""}'
        f'<header class="rc-head"><h3>{title}</h3>{chips}</header>{"".join(parts)}{footer}</section>'
    )


def chip(text: str, state: str = "") -> str:
    """Return a chip: a short fact in a rounded frame.

    Parameters
    ----------
    state
        ``easy``, ``medium``, ``hard``, ``is-right``, ``is-part``, ``is-wrong``, or empty.
    """
    return f'<span class="rc-chip{f" rc-{state}" if state else ""}">{escape(text)}</span>'


def bar(done: float, label: str) -> str:
    """Return a progress bar.

    Parameters
    ----------
    done
        From 0 to 1.
    label
        What it shows, for a screen reader.
    """
    percent = round(100 * min(max(done, 0), 1))
    complete = " rc-done" if percent == 100 else ""
    return (
        f'<progress class="rc-bar{complete}" max="100" value="{percent}" aria-label="{escape(label)}">'
        f"{percent}%</progress>"
    )


def link_button(target: str, text: str, *, main: bool = False) -> str:
    """Return a link that looks like a button."""
    kind = "rc-main" if main else "rc-quiet"
    return f'<a class="rc-button {kind}" href="{escape(target)}">{escape(text)}</a>'
