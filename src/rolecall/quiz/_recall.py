"""Recall: flash cards, each due again when it is about to be forgotten, by the FSRS algorithm.

https://github.com/open-spaced-repetition/free-spaced-repetition-scheduler
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from fsrs import Card, Rating, Scheduler

from rolecall.quiz._bank import Bank


class Recalled(IntEnum):
    """How well a card was remembered."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


@dataclass(frozen=True, slots=True)
class FlashCard:
    """A card's two sides, in Markdown."""

    name: str
    front: str
    back: str


def flash_cards(bank: Bank) -> list[FlashCard]:
    """A bank's own cards, then one of each of its questions that does not vary."""
    own = [FlashCard(card.id, card.front, card.back) for card in bank.cards]
    return own + [
        FlashCard(question.id, question.prompt, question.quick_check)
        for question in bank.questions
        if not question.vary
    ]


# The same answer gives the same due date: a fuzz would help a deck of thousands, and no lesson's.
_SCHEDULER = Scheduler(enable_fuzzing=False)


def due_cards(
    cards: list[FlashCard], states: Mapping[str, tuple[datetime, str]], now: datetime
) -> list[FlashCard]:
    """The cards to ask now: those that are due, the longest first, then those never seen.

    Parameters
    ----------
    states
        Of each card that was seen, when it is due and its state.
    """
    seen = [card for card in cards if card.name in states and states[card.name][0] <= now]
    seen.sort(key=lambda card: states[card.name][0])
    return seen + [card for card in cards if card.name not in states]


def review(state: str | None, recalled: Recalled, now: datetime) -> tuple[datetime, str]:
    """When a card is due again, and its new state.

    Parameters
    ----------
    state
        What an earlier review gave, or None for a card never seen.
    """
    card = Card.from_json(state) if state else Card(card_id=0, due=now)
    reviewed, _ = _SCHEDULER.review_card(card, Rating(int(recalled)), now)
    return reviewed.due, json.dumps(reviewed.to_dict())


def intervals(state: str | None, now: datetime) -> dict[Recalled, timedelta]:
    """For each answer, how long until the card would be due again."""
    return {recalled: review(state, recalled, now)[0] - now for recalled in Recalled}
