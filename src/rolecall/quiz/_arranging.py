"""Questions whose answer is an arrangement: an order, or pairs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations
from typing import Literal

from pydantic import Field

from rolecall.quiz._judges import Judges
from rolecall.quiz._questions import Common, Judged, Model, Problem, Remark, Text, read_list, read_texts


class Item(Model):
    """One thing to put in its place, and why that is its place."""

    text: Text
    why: Text


class Order(Common):
    """Things to put in order; they stand in the right one in the bank. An answer lists their texts.

    The score is the share of pairs that stand the right way round.
    """

    kind: Literal["order"]
    items: list[Item] = Field(min_length=2, max_length=8)

    def judge(self, answer: str, judges: Judges | None = None) -> Judged:
        given, right = read_list(answer), [item.text for item in self.items]
        if sorted(given) != sorted(right):
            raise ValueError("an order holds each thing once")
        place = {text: index for index, text in enumerate(right)}
        pairs = list(combinations([place[text] for text in given], 2))
        score = sum(one < other for one, other in pairs) / len(pairs)
        remarks = tuple(
            Remark(text, right[index] == text, self.items[place[text]].why)
            for index, text in enumerate(given)
        )
        return Judged(score, remarks)

    def problems(self) -> Iterator[Problem]:
        yield from _twice([item.text for item in self.items], "items", "text")

    def right_answer(self, judges: Judges | None = None) -> str:
        return json.dumps([item.text for item in self.items])


class Pair(Model):
    """Two things that belong together, and why."""

    left: Text
    right: Text
    why: Text


class Match(Common):
    """Things to put together. An answer has for each left one its right one.

    Parameters
    ----------
    extras
        Right ones that belong to nothing.
    """

    kind: Literal["match"]
    pairs: list[Pair] = Field(min_length=2, max_length=8)
    extras: list[Text] = []

    @property
    def choices(self) -> list[str]:
        """Everything that can stand on the right, each once."""
        return list(dict.fromkeys([*(pair.right for pair in self.pairs), *self.extras]))

    def judge(self, answer: str, judges: Judges | None = None) -> Judged:
        given = read_texts(answer)
        if set(given) != {pair.left for pair in self.pairs} or not set(given.values()) <= set(self.choices):
            raise ValueError("a match gives each left one a right one of those there are")
        remarks = tuple(
            Remark(f"{pair.left} — {given[pair.left]}", given[pair.left] == pair.right, pair.why)
            for pair in self.pairs
        )
        return Judged(sum(one.right for one in remarks) / len(remarks), remarks)

    def problems(self) -> Iterator[Problem]:
        yield from _twice([pair.left for pair in self.pairs], "pairs", "left")
        for index, extra in enumerate(self.extras):
            if extra in {pair.right for pair in self.pairs}:
                yield ("extras", index), "this belongs to a pair; an extra belongs to nothing"
        if len(self.choices) < 2:
            yield ("pairs",), "everything on the right is the same; nothing is left to match"

    def right_answer(self, judges: Judges | None = None) -> str:
        return json.dumps({pair.left: pair.right for pair in self.pairs})


def _twice(texts: list[str], field: str, part: str) -> Iterator[Problem]:
    for index, text in enumerate(texts):
        if text in texts[:index]:
            yield (field, index, part), "this stands twice; change or drop one"
