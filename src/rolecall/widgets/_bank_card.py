"""What the cards of the course's banks share: a bank, a deck in the store, and judges."""

from __future__ import annotations

from rolecall.course import find_course
from rolecall.lab.judges import CourseJudges
from rolecall.lab.pace import wait_for_lesson
from rolecall.progress import Store, StoreError
from rolecall.quiz import Bank, Entry, Judges, load_bank
from rolecall.widgets._card import Card


class BankCard(Card):
    """A card that asks questions of a bank, and keeps the answers in the learner's store.

    Parameters
    ----------
    bank
        The bank that the questions come from.
    deck
        The name under which the store keeps the answers.
    store
        The store; by default the learner's.
    judges
        What answers the questions that a bank asks of AWS; by default the course's sandbox.
    """

    def __init__(self, bank: Bank, deck: str, store: Store | None, judges: Judges | None) -> None:
        self.bank = bank
        self._deck = deck
        self._store = store or Store()
        self._judges = judges or CourseJudges()
        entries: list[Entry] = []
        problem = ""
        try:
            entries = self._store.entries(deck)
        except StoreError as error:
            problem = str(error)
        self._resume(entries)
        super().__init__(problem)

    def _resume(self, entries: list[Entry]) -> None:
        """Continue after the entries that the store has of this deck."""
        raise NotImplementedError


def open_bank(name: str) -> Bank:
    """Load a bank of the course.

    Raises
    ------
    LessonClosed
        If a workshop hasn't opened this notebook's lesson yet.
    NoCourse
        If the course has no such bank.
    BadFile
        If the bank has errors; the message has the file, line, and column of each.
    """
    course = find_course()
    wait_for_lesson(course)
    return load_bank(course.bank(name))
