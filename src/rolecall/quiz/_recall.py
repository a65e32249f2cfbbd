"""Flash cards, each due again when it is about to be forgotten, by the FSRS algorithm.

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
from rolecall.quiz.kinds import Question


class RecallRating(IntEnum):
    """How well a card was remembered."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


@dataclass(frozen=True, slots=True)
class FlashCard:
    """The two sides of a card, in Markdown."""

    name: str
    front: str
    back: str


def flash_cards(bank: Bank) -> list[FlashCard]:
    """Return a bank's own cards, then one for each question that doesn't vary."""
    own = [FlashCard(card.id, card.front, card.back) for card in bank.cards]
    return own + [_card_of(question) for question in bank.questions if not question.vary]


def _card_of(question: Question) -> FlashCard:
    items = question.card_items()
    back = [question.quick_check]
    if items:
        back.append(question.describe_answer(question.right_answer()))
    return FlashCard(question.id, "\n\n".join([question.prompt, *items]), "\n\n".join(back))


# Without fuzzing, the same answer gives the same due date. Fuzzing spreads decks of thousands of cards.
_SCHEDULER = Scheduler(enable_fuzzing=False)


def due_cards(
    cards: list[FlashCard], states: Mapping[str, tuple[datetime, str]], now: datetime
) -> list[FlashCard]:
    """Return the cards to ask now: cards that are due, the longest overdue first, then new ones.

    Parameters
    ----------
    states
        For each card that was seen, when it is due, and its state from `review`.
    """
    seen = [card for card in cards if card.name in states and states[card.name][0] <= now]
    seen.sort(key=lambda card: states[card.name][0])
    return seen + [card for card in cards if card.name not in states]


def review(state: str | None, rating: RecallRating, now: datetime) -> tuple[datetime, str]:
    """Return when a card is due again, and its new state.

    Parameters
    ----------
    state
        The state from an earlier review, or None for a new card.
    """
    card = Card.from_json(state) if state else Card(card_id=0, due=now)
    reviewed, _ = _SCHEDULER.review_card(card, Rating(int(rating)), now)
    return reviewed.due, json.dumps(reviewed.to_dict())


def intervals(state: str | None, now: datetime) -> dict[RecallRating, timedelta]:
    """Return for each rating how long it would take until the card is due again."""
    return {rating: review(state, rating, now)[0] - now for rating in RecallRating}
