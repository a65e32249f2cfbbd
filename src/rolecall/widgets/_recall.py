"""The recall card: flash cards, one at a time, those that are due."""

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
from rolecall.widgets._card import Card, bank_of_open_lesson

_WORDS = {
    RecallRating.AGAIN: "Again",
    RecallRating.HARD: "Hard",
    RecallRating.GOOD: "Good",
    RecallRating.EASY: "Easy",
}


class RecallCard(Card):
    """Flash cards by spaced repetition: think, turn the card, say how well you knew it."""

    def __init__(self, bank: Bank, *, store: Store | None = None, judges: Judges | None = None) -> None:
        self._turned = False
        super().__init__(bank, f"recall/{bank.name}", store, judges)

    def _begin(self, entries: list[Entry]) -> None:
        self._cards = flash_cards(self.bank)

    def _now(self) -> datetime:
        return datetime.now(UTC)

    def _due(self) -> list[FlashCard]:
        seen = self._store.cards(self._deck)
        return due_cards(
            self._cards, {name: (card.due, card.state) for name, card in seen.items()}, self._now()
        )

    def _state(self, card: FlashCard) -> str | None:
        seen = self._store.cards(self._deck).get(card.name)
        return seen.state if seen else None

    def _look(self) -> Mapping[str, Any]:
        told: dict[str, Any] = {"mode": "recall", "title": self.bank.title, "standings": []}
        nothing: dict[str, Any] = {"card": "", "front": "", "back": "", "left": 0, "answers": []}
        if self._problem:
            return told | {"flash": nothing}
        due = self._due()
        if not due:
            seen = self._store.cards(self._deck).values()
            soonest = min((card.due for card in seen), default=self._now())
            wait = _told(soonest - self._now())
            return told | {
                "flash": {"card": "", "front": "", "back": "", "left": 0, "answers": [], "wait": wait}
            }
        card = due[0]
        times = intervals(self._state(card), self._now()) if self._turned else {}
        return told | {
            "flash": {
                "card": card.name,
                "front": to_html(card.front),
                "back": to_html(card.back) if self._turned else "",
                "left": len(due),
                "answers": [
                    {"recalled": int(one), "word": _WORDS[one], "again": _told(times[one])}
                    for one in (RecallRating if self._turned else ())
                ],
            }
        }

    def _do(self, message: dict[str, Any]) -> None:
        due = self._due()
        match message:
            case {"do": "turn", "card": name} if due and due[0].name == name:
                self._turned = True
            case {"do": "recalled", "card": name, "recalled": int(how)} if (
                self._turned and due and due[0].name == name and 1 <= how <= len(RecallRating)
            ):
                when, state = review(self._state(due[0]), RecallRating(how), self._now())
                self._store.schedule(self._deck, ScheduledCard(due[0].name, when, state))
                self._turned = False


def _told(wait: timedelta) -> str:
    """How long something is, in its largest unit."""
    seconds = max(0.0, wait.total_seconds())
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = round(seconds / size)
            return f"{number} {unit}{'s' if number > 1 else ''}"
    return "a minute"


def recall(bank: str) -> RecallCard:
    """The flash cards of one of the course's banks that are due."""
    return RecallCard(bank_of_open_lesson(bank))
