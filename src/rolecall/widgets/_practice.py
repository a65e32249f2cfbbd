"""The practice card: questions of a bank with hints, retries, and solutions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rolecall.presentation.question_card import view
from rolecall.progress import Store
from rolecall.quiz import Bank, Entry, EntryKind, Judges, Practice
from rolecall.widgets._bank_card import BankCard, open_bank
from rolecall.widgets._next_notebook import next_notebook

_TIMES_BEFORE_EXPERIMENT = 2
"""How often a learner makes a mistake before the card offers an experiment that refutes it."""


class PracticeCard(BankCard):
    """Questions with hints, retries, and solutions.

    Parameters
    ----------
    bank
        The bank that the questions come from.
    count
        How many questions a round has.
    store
        The store; by default the learner's.
    judges
        What answers the questions that a bank asks of AWS; by default the course's sandbox.
    kinds
        The kinds of question to ask, such as ``["blanks", "cli"]``; empty for all.

    Raises
    ------
    ValueError
        If the bank has no question of these kinds.
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
            chosen = [question for question in bank.questions if question.kind in kinds]
            if not chosen:
                known = ", ".join(sorted({question.kind for question in bank.questions}))
                raise ValueError(f"the bank {bank.name!r} has no question of these kinds; it has {known}")
            bank = bank.model_copy(update={"questions": chosen})
            deck += f"/{','.join(sorted(kinds))}"
        super().__init__(bank, deck, store, judges)

    def _resume(self, entries: list[Entry]) -> None:
        self._practice = Practice(
            self.bank, self._count, entries, self._judges, learner=self._store.learner
        )
        self._place = self._practice.first_unanswered()

    def _view(self) -> Mapping[str, Any]:
        question = self._practice.questions[self._place]
        last = self._practice.last_grade(question)
        mistake = last.misconception_name if last else None
        experiment = (
            bool(mistake)
            and not self._problem
            and self._store.times_shown(mistake or "") >= _TIMES_BEFORE_EXPERIMENT
        )
        hinted = question.id in self._hinted
        shown = view(self._practice, self._place, hint=hinted, experiment=experiment)
        return {**shown, "next": next_notebook() if shown["finished"] else {}}

    def _handle(self, message: dict[str, Any]) -> None:
        question = self._practice.questions[self._place]
        match message:
            case {"do": "answer", "question": question.id, "answer": given}:
                self._record(self._practice.answer(question, question.answer_from_input(given)))
            case {"do": "hint", "question": question.id}:
                self._hinted.add(question.id)
            case {"do": "reveal", "question": question.id}:
                self._record(Entry(EntryKind.REVEALED, question.id))
            case {"do": "go", "place": int(place)} if 0 <= place < len(self._practice.questions):
                self._place = place
            case {"do": "restart"}:
                self._record(Entry(EntryKind.RESTARTED))
                self._hinted.clear()
                self._place = 0

    def _record(self, entry: Entry) -> None:
        # In this order, so that the learner sees feedback only for an answer that is saved.
        self._store.record(self._deck, entry)
        self._practice.note(entry)


def practice(bank: str, count: int = 5, kinds: Sequence[str] = ()) -> PracticeCard:
    """Practice questions of one of the course's banks in the notebook.

    Parameters
    ----------
    bank
        The bank's name.
    count
        How many questions a round has.
    kinds
        The kinds of question to ask, such as ``["blanks", "cli"]``; empty for all.

    Raises
    ------
    NoCourse
        If the course has no such bank.
    BadFile
        If the bank has errors; the message has the file, line, and column of each.
    ValueError
        If the bank has no question of these kinds.
    """
    return PracticeCard(open_bank(bank), count=count, kinds=kinds)
