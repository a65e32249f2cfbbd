"""``order``: things to put in order."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from itertools import combinations
from typing import Any, Literal

from pydantic import Field

from rolecall.quiz._grade import Grade, Remark
from rolecall.quiz._judges import Judges
from rolecall.quiz._markdown import Display, InlineMarkdown, bulleted, numbered
from rolecall.quiz.fields import Model, Text
from rolecall.quiz.kinds._answers import read_list, read_place
from rolecall.quiz.kinds._base import BaseQuestion, InvalidAnswer, Problem
from rolecall.quiz.kinds._letters import lettered, letters_of, places_of


class Item(Model):
    """One item to put in its place, and why that is its place."""

    text: Text
    why: Text


class Order(BaseQuestion):
    """Items to put in order; the bank has them in the right one. An answer lists their texts.

    The score is the share of pairs of items that are in the right order.
    """

    kind: Literal["order"]
    items: list[Item] = Field(min_length=2, max_length=26)

    is_shuffled = True
    scoring_rule = "The score is the share of pairs that are in the right order."

    def problems(self) -> Iterator[Problem]:
        texts = [item.text for item in self.items]
        for index, text in enumerate(texts):
            if text in texts[:index]:
                yield ("items", index, "text"), "another item has the same text; change or remove one"

    def shown_items(self) -> list[str]:
        """Return the items' texts in the order of `in_order`, which is never the right one."""
        right = [item.text for item in self.items]
        # Sorted first, so that the ID, which a card knows, doesn't tell the right order.
        shown = sorted(right)
        chance = random.Random(self._shuffle_seed)
        chance.shuffle(shown)
        while shown == right:
            chance.shuffle(shown)
        return shown

    def grade(self, answer: str, judges: Judges | None = None) -> Grade:
        given, right = read_list(answer), [item.text for item in self.items]
        if sorted(given) != sorted(right):
            raise ValueError("an order has each item exactly once")
        place = {text: index for index, text in enumerate(right)}
        pairs = list(combinations([place[text] for text in given], 2))
        score = sum(one < other for one, other in pairs) / len(pairs)
        remarks = tuple(
            Remark(text, right[index] == text, self.items[place[text]].why)
            for index, text in enumerate(given)
        )
        return Grade(score, remarks)

    def right_answer(self, judges: Judges | None = None) -> str:
        return json.dumps([item.text for item in self.items])

    def display(self, answer: str | None, *, due: bool) -> Display:
        return {"items": [InlineMarkdown(text) for text in self.shown_items()]}

    def _answer_from_input(self, given: Any) -> str:
        items = self.shown_items()
        return json.dumps([items[read_place(one)] for one in given])

    def _input_from_answer(self, answer: str) -> Any:
        items = self.shown_items()
        return [items.index(one) for one in read_list(answer)]

    def describe_answer(self, answer: str) -> str:
        return "\n".join(numbered(read_list(answer)))

    def card_items(self) -> list[str]:
        return ["\n".join(bulleted(self.shown_items()))]

    def terminal_lines(self) -> list[str]:
        return lettered(self.shown_items())

    def typing_instruction(self) -> str:
        return "Type the letters in the right order, such as b a c"

    def answer_from_typed(self, typed: str) -> str:
        places = places_of(typed, len(self.items))
        if sorted(places) != list(range(len(self.items))):
            raise InvalidAnswer(f"Type each of the {len(self.items)} letters once.")
        return self.answer_from_input(places)

    def typed_from_answer(self, answer: str) -> str:
        return letters_of(self.input_from_answer(answer))
