"""What every card has: the browser's part, and a view of itself that the kernel tells it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from rolecall.course import find_course
from rolecall.lab.judges import CourseJudges
from rolecall.lab.pace import wait_for_lesson
from rolecall.progress import Store, StoreError
from rolecall.quiz import Bank, Entry, InvalidAnswer, Judges, load_bank

STATIC = Path(__file__).parent / "static"
"""The bundles that `npm run build` makes of the source in `frontend/`."""
CARD_ESM = STATIC / "card.js"
CARD_CSS = STATIC / "card.css"


def bank_of_open_lesson(name: str) -> Bank:
    """A bank of the course, unless a workshop has yet to open this notebook's lesson.

    Raises
    ------
    LessonClosed
        When it has.
    NoCourse
        When the course has no such bank.
    """
    course = find_course()
    wait_for_lesson(course)
    return load_bank(course.bank(name))


class Card(anywidget.AnyWidget):
    """A card in a notebook.

    Parameters
    ----------
    bank
        Where the questions come from.
    deck
        Under which name the store keeps what is done here.
    """

    _esm = CARD_ESM
    _css = CARD_CSS
    view = traitlets.Dict().tag(sync=True)

    def __init__(self, bank: Bank, deck: str, store: Store | None, judges: Judges | None) -> None:
        self.bank = bank
        self._deck = deck
        self._store = store or Store()
        self._judges = judges or CourseJudges()
        self._problem = ""
        self._serial = 0
        entries: list[Entry] = []
        try:
            entries = self._store.entries(deck)
        except StoreError as error:
            self._problem = str(error)
        self._begin(entries)
        super().__init__()
        self.on_msg(self._received)
        self._show()

    def _begin(self, entries: list[Entry]) -> None:
        """Takes up where the entries left off."""
        raise NotImplementedError

    def _look(self) -> Mapping[str, Any]:
        """What the browser is told now."""
        raise NotImplementedError

    def _do(self, message: dict[str, Any]) -> None:
        """Does what the learner asked for; a message that means nothing here changes nothing."""
        raise NotImplementedError

    def _show(self) -> None:
        # Grows with every view, so that the browser can tell an answer from silence.
        self._serial += 1
        self.view = {**self._look(), "problem": self._problem, "serial": self._serial}

    def _received(self, widget: object, content: Any, buffers: object) -> None:
        if content == {"do": "editor"}:
            # Half a megabyte that only a policy question needs, and no saved notebook should hold.
            self.send({"editor": (STATIC / "editor.js").read_text("utf-8")})
            return
        self._problem = ""
        try:
            if isinstance(content, dict):
                self._do(content)
        except InvalidAnswer:
            # Nothing that this card sends; whoever did sees that nothing changed.
            pass
        except (StoreError, ValueError) as error:
            self._problem = str(error)
        self._show()
