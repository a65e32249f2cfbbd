"""What every card has: its bundle, a view that the browser shows, and the messages that it sends."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from rolecall._learner_error import LearnerError
from rolecall.presentation.kit import EDITOR
from rolecall.presentation.static_card import static_html, static_text
from rolecall.quiz import InvalidAnswer

STATIC = Path(__file__).parent / "static"
"""The bundles that `npm run build` makes from the source in `frontend/`."""


class Card(anywidget.AnyWidget):
    """A card in a notebook.

    A subclass implements `_view`, what the browser shows, and `_handle`, what a message changes.

    Attributes
    ----------
    view
        What the browser shows; `frontend/src/card/types.ts` has its fields.
    saved
        Whether the answers are saved, as a sentence; empty for a card whose answers aren't sent anywhere.
    """

    _esm = STATIC / "card.js"
    _css: Path | str = STATIC / "card.css"
    view = traitlets.Dict().tag(sync=True)
    saved = traitlets.Unicode("").tag(sync=True)

    def __init__(self, problem: str = "") -> None:
        self._problem = problem
        self._serial = 0
        super().__init__()
        self.on_msg(self._received)
        self._show()

    def _view(self) -> Mapping[str, Any]:
        """Return what the browser shows now, without the fields that every card has."""
        raise NotImplementedError

    def _handle(self, message: dict[str, Any]) -> None:
        """Do what the learner asked for. An unknown message changes nothing.

        Raises
        ------
        InvalidAnswer
            If the message holds no answer that the form can produce.
        LearnerError, ValueError
            If the learner has to read why nothing changed.
        """
        raise NotImplementedError

    def _static(self) -> tuple[str, str]:
        """Return the card as text and as HTML, for where no widget can be shown; without any key."""
        return static_text(self.view), static_html(self.view)

    def _repr_mimebundle_(self, **arguments: Any) -> Any:
        """Add a text and an HTML form, which GitHub, nbviewer, and nbconvert show."""
        shown = super()._repr_mimebundle_(**arguments)
        data, metadata = shown if isinstance(shown, tuple) else (shown or {}, {})
        text, html = self._static()
        return {**data, "text/plain": text, "text/html": html}, metadata

    def _show(self) -> None:
        # The serial number grows with every view, so that the browser knows that the kernel answered.
        self._serial += 1
        self.view = {**self._view(), "problem": self._problem, "serial": self._serial}

    def _received(self, widget: object, content: Any, buffers: object) -> None:
        if content == {"do": "editor"}:
            # Only a policy question needs this half megabyte, and a saved notebook must not hold it.
            self.send({"editor": EDITOR.read_text("utf-8")})
            return
        self._problem = ""
        try:
            if isinstance(content, dict):
                self._handle(content)
        except InvalidAnswer:
            # The form never sends such an answer, so there is no one to explain it to.
            pass
        except (LearnerError, ValueError) as error:
            self._problem = str(error)
        self._show()
