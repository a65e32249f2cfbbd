"""How many flash cards are due: the same number on the home, in the panel, and on the dashboard."""

from __future__ import annotations

from datetime import datetime

from rolecall.course import Course
from rolecall.presentation.bank_cache import bank_of
from rolecall.progress import Store
from rolecall.quiz import due_cards, flash_cards


def due_by_bank(course: Course, store: Store, now: datetime) -> dict[str, int]:
    """Count the flash cards of each lesson's banks that `recall` asks now.

    The cards of a bank count once the learner has answered one of its questions or reviewed one of its
    cards. Otherwise, a newcomer would have more than a hundred cards to review before the first lesson.

    Raises
    ------
    BadFile
        If a lesson or a bank has faults.
    NoCourse
        If the course doesn't have a bank that a lesson names.
    StoreError
        If the store can't be read.
    """
    answered = {one.deck.split("/")[1] for one in store.all_entries() if "/" in one.deck}
    due = {}
    for name in dict.fromkeys(bank for lesson in course.lessons() for bank in lesson.banks):
        file = course.bank(name)
        seen = {card: (one.due, one.state) for card, one in store.cards(f"recall/{name}").items()}
        begun = bool(seen) or name in answered
        cards = flash_cards(bank_of(file)) if begun else []
        due[name] = len(due_cards(cards, seen, now))
    return due
