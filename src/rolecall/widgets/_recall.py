"""The recall card: flash cards by spaced repetition, one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from rolecall.presentation.markdown import to_html
from rolecall.progress import ScheduledCard, Store
from rolecall.quiz import (
    Bank,
    Entry,
    FlashCard,
    Judges,
    RecallRating,
    due_cards,
    flash_cards,
    intervals,
    review,
)
from rolecall.widgets._bank_card import BankCard, open_bank

_WORDS = {
    RecallRating.AGAIN: "Again",
    RecallRating.HARD: "Hard",
    RecallRating.GOOD: "Good",
    RecallRating.EASY: "Easy",
}
_EMPTY: dict[str, Any] = {"card": "", "front": "", "back": "", "left": 0, "answers": []}


class RecallCard(BankCard):
    """Flash cards by spaced repetition: think, show the answer, and rate how well you knew it.

    Parameters
    ----------
    bank
        The bank whose questions become flash cards.
    store
        The store; by default the learner's.
    judges
        What answers the questions that a bank asks of AWS; by default the course's sandbox.
    """

    def __init__(self, bank: Bank, *, store: Store | None = None, judges: Judges | None = None) -> None:
        self._turned = False
        super().__init__(bank, f"recall/{bank.name}", store, judges)

    def _resume(self, entries: list[Entry]) -> None:
        self._cards = flash_cards(self.bank)

    def _due(self, now: datetime) -> list[FlashCard]:
        seen = self._store.cards(self._deck)
        return due_cards(self._cards, {name: (card.due, card.state) for name, card in seen.items()}, now)

    def _state(self, card: FlashCard) -> str | None:
        seen = self._store.cards(self._deck).get(card.name)
        return seen.state if seen else None

    def _view(self) -> Mapping[str, Any]:
        common: dict[str, Any] = {"mode": "recall", "title": self.bank.title, "statuses": []}
        if self._problem:
            return common | {"flash": _EMPTY}
        now = datetime.now(UTC)
        due = self._due(now)
        if not due:
            soonest = min((card.due for card in self._store.cards(self._deck).values()), default=now)
            return common | {"flash": {**_EMPTY, "wait": _in_words(soonest - now)}}
        return common | {"flash": self._flash(due, now)}

    def _flash(self, due: list[FlashCard], now: datetime) -> dict[str, Any]:
        card = due[0]
        times = intervals(self._state(card), now) if self._turned else {}
        return {
            "card": card.name,
            "front": to_html(card.front),
            "back": to_html(card.back) if self._turned else "",
            "left": len(due),
            "answers": [
                {"recalled": int(rating), "word": _WORDS[rating], "again": _in_words(time)}
                for rating, time in times.items()
            ],
        }

    def _handle(self, message: dict[str, Any]) -> None:
        now = datetime.now(UTC)
        due = self._due(now)
        match message:
            case {"do": "turn", "card": name} if due and due[0].name == name:
                self._turned = True
            case {"do": "recalled", "card": name, "recalled": int(rating)} if (
                self._turned and due and due[0].name == name and 1 <= rating <= len(RecallRating)
            ):
                when, state = review(self._state(due[0]), RecallRating(rating), now)
                self._store.schedule(self._deck, ScheduledCard(due[0].name, when, state))
                self._turned = False


def _in_words(duration: timedelta) -> str:
    """Return a duration in its largest unit, such as "3 days"."""
    seconds = max(0.0, duration.total_seconds())
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = round(seconds / size)
            return f"{number} {unit}{'s' if number > 1 else ''}"
    return "a minute"


def recall(bank: str) -> RecallCard:
    """Repeat the flash cards of one of the course's banks that are due.

    Parameters
    ----------
    bank
        The bank's name.

    Raises
    ------
    NoCourse
        If the course has no such bank.
    """
    return RecallCard(open_bank(bank))
