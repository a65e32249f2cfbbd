"""The practice card: five questions of a bank in a notebook.

The browser shows what it is told and says what the learner did; grading and remembering happen here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rolecall.presentation.question_card import view
from rolecall.progress import Store
from rolecall.quiz import Bank, Entry, EntryKind, Judges, Practice
from rolecall.widgets._card import Card, bank_of_open_lesson

_TWICE = 2


class PracticeCard(Card):
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
    kinds
        Which kinds of question are asked; all where it is empty.
    """

    def __init__(
        self,
        bank: Bank,
        *,
        count: int = 5,
        store: Store | None = None,
        judges: Judges | None = None,
        kinds: Sequence[str] = (),
    ) -> None:
        self._count = count
        self._hinted: set[str] = set()
        deck = f"practice/{bank.name}/{count}"
        if kinds:
            chosen = [one for one in bank.questions if one.kind in kinds]
            if not chosen:
                known = ", ".join(sorted({one.kind for one in bank.questions}))
                raise ValueError(f"the bank {bank.name!r} has no question of these kinds; it has {known}")
            bank = bank.model_copy(update={"questions": chosen})
            deck += f"/{','.join(sorted(kinds))}"
        super().__init__(bank, deck, store, judges)

    def _begin(self, entries: list[Entry]) -> None:
        self._practice = Practice(self.bank, self._count, entries, self._judges)
        self._place = self._practice.first_unanswered()

    def _look(self) -> Mapping[str, Any]:
        question = self._practice.questions[self._place]
        last = self._practice.last_grade(question)
        shown = last.misconception_name if last else None
        again = bool(shown) and not self._problem and self._store.times_shown(shown or "") >= _TWICE
        return view(self._practice, self._place, hint=question.id in self._hinted, experiment=again)

    def _do(self, message: dict[str, Any]) -> None:
        question = self._practice.questions[self._place]
        match message:
            case {"do": "answer", "question": question.id, "answer": given}:
                self._keep(self._practice.answer(question, question.answer_from_input(given)))
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

    def _keep(self, entry: Entry) -> None:
        """An answer is kept before its feedback shows."""
        self._store.record(self._deck, entry)
        self._practice.note(entry)


def practice(bank: str, count: int = 5, kinds: Sequence[str] = ()) -> PracticeCard:
    """Questions of one of the course's banks, to practise in the notebook.

    Parameters
    ----------
    bank
        The bank's name.
    count
        How many questions a round has.
    kinds
        Which kinds are asked, such as ``["blanks", "cli"]``; all by default.

    Raises
    ------
    NoCourse
        When the course has no such bank.
    BadFile
        When the bank has faults; with file, line and column of each.
    """
    return PracticeCard(bank_of_open_lesson(bank), count=count, kinds=kinds)
