"""The practice card: five questions of a bank in a notebook.

The browser shows what it is told and says what the learner did; grading and remembering happen here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from rolecall.course import find_course
from rolecall.course.judges import CourseJudges
from rolecall.progress import Store, StoreError
from rolecall.quiz import Bank, Entry, EntryKind, Judges, Practice, load_bank
from rolecall.widgets._faces import NoAnswer, answer_of
from rolecall.widgets._view import view

_HERE = Path(__file__).parent


class PracticeCard(anywidget.AnyWidget):
    """Questions with hint, retry and solution.

    Parameters
    ----------
    bank
        Where the questions come from.
    count
        How many a round has.
    store
        Where answers are kept.
    judges
        Who answers what a question asks of AWS.
    """

    # Three files of one module, each of a screen or two; anywidget takes one text.
    _esm = "\n".join((_HERE / name).read_text("utf-8") for name in ("dom.js", "forms.js", "practice.js"))
    _css = _HERE / "practice.css"
    view = traitlets.Dict().tag(sync=True)

    def __init__(
        self, bank: Bank, *, count: int = 5, store: Store | None = None, judges: Judges | None = None
    ) -> None:
        self._store = store or Store()
        self._deck = f"practice/{bank.name}/{count}"
        self._problem = ""
        entries: list[Entry] = []
        try:
            entries = self._store.entries(self._deck)
        except StoreError as error:
            self._problem = str(error)
        self._practice = Practice(bank, count, entries, judges or CourseJudges())
        self._place = self._practice.where_to_start()
        self._hinted: set[str] = set()
        self._serial = 0
        super().__init__()
        self.on_msg(self._received)
        self._show()

    def _show(self) -> None:
        question = self._practice.questions[self._place]
        self._serial += 1
        told = view(
            self._practice,
            self._place,
            hint=question.id in self._hinted,
            problem=self._problem,
            serial=self._serial,
        )
        self.view = dict(told)

    def _received(self, widget: object, content: Any, buffers: object) -> None:
        """Does what the learner asked for; a message about another question than the one shown is late."""
        self._problem = ""
        question = self._practice.questions[self._place]
        try:
            match content:
                case {"do": "answer", "question": question.id, "answer": given}:
                    self._keep(self._practice.answer(question, answer_of(question, given)))
                case {"do": "hint", "question": question.id}:
                    self._hinted.add(question.id)
                case {"do": "reveal", "question": question.id}:
                    self._keep(Entry(EntryKind.REVEALED, question.id))
                case {"do": "go", "place": int(place)} if 0 <= place < len(self._practice.questions):
                    self._place = place
                case {"do": "restart"}:
                    self._keep(Entry(EntryKind.RESTARTED))
                    self._hinted.clear()
                    self._place = 0
        except NoAnswer:
            # Nothing that this card sends; whoever did sees that nothing changed.
            pass
        except (StoreError, ValueError) as error:
            self._problem = str(error)
        self._show()

    def _keep(self, entry: Entry) -> None:
        """An answer is kept before its feedback shows."""
        self._store.record(self._deck, entry)
        self._practice.note(entry)


def practice(bank: str, count: int = 5) -> PracticeCard:
    """Questions of one of the course's banks, to practise in the notebook.

    Parameters
    ----------
    bank
        The bank's name.
    count
        How many questions a round has.

    Raises
    ------
    NoCourse
        When the course has no such bank.
    BadFile
        When the bank has faults; with file, line and column of each.
    """
    return PracticeCard(load_bank(find_course().bank(bank)), count=count)
