"""The card that a notebook shows for an error that the learner can fix."""

from __future__ import annotations

import re
from html import escape

from rolecall.presentation.kit import card
from rolecall.presentation.markdown import to_html

_COLORS = re.compile(r"\x1b\[[0-9;]*m")


def error_html(error: BaseException, traceback: str) -> str:
    """Show what went wrong and what to do, with the traceback behind it.

    Parameters
    ----------
    traceback
        The traceback as text, which can have the colors of a terminal.
    """
    text = str(error)
    plain = escape(_COLORS.sub("", traceback))
    behind = f'<pre tabindex="0">{plain}</pre>'
    return card(
        "This cell couldn't run",
        f'<div class="rc-band rc-is-wrong" role="alert">{to_html(text[:1].upper() + text[1:])}</div>',
        f"<details><summary>Show the traceback</summary>{behind}</details>",
    )
