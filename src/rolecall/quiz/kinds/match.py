"""``match``: things that belong together."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from rolecall.quiz._grade import Grade, Remark
from rolecall.quiz._judges import Judges
from rolecall.quiz._markdown import Display, InlineMarkdown, bulleted, numbered, without_code_marks
from rolecall.quiz.fields import Model, Text
from rolecall.quiz.kinds._answers import read_place, read_texts
from rolecall.quiz.kinds._base import BaseQuestion, InvalidAnswer, Problem
from rolecall.quiz.kinds._letters import lettered, letters_of, places_of


class Pair(Model):
    """Two things that belong together, and why."""

    left: Text
    right: Text
    why: Text


class Match(BaseQuestion):
    """Pairs to find. An answer has the right part for each left part.

    Parameters
    ----------
    extras
        Right parts that belong to no pair.
    """

    kind: Literal["match"]
    pairs: list[Pair] = Field(min_length=2, max_length=26)
    extras: list[Text] = []

    is_shuffled = True
    scoring_rule = "The score is the share of pairs that are right."

    def problems(self) -> Iterator[Problem]:
        lefts = [pair.left for pair in self.pairs]
        for index, left in enumerate(lefts):
            if left in lefts[:index]:
                yield ("pairs", index, "left"), "another pair has the same left part; change or remove one"
        for index, extra in enumerate(self.extras):
            if extra in {pair.right for pair in self.pairs}:
                yield ("extras", index), "this is part of a pair; an extra belongs to no pair"
        if len(self.choices) < 2:
            yield ("pairs",), "every right part is the same, so there is nothing to match"

    @property
    def choices(self) -> list[str]:
        """Every right part, each once."""
        return list(dict.fromkeys([*(pair.right for pair in self.pairs), *self.extras]))

    def shown_choices(self) -> list[str]:
        """Return the right parts in the order of `in_order`."""
        choices = sorted(self.choices)
        random.Random(self._shuffle_seed).shuffle(choices)
        return choices

    def grade(self, answer: str, judges: Judges | None = None) -> Grade:
        given = read_texts(answer)
        if set(given) != {pair.left for pair in self.pairs} or not set(given.values()) <= set(self.choices):
            raise ValueError("an answer has one of the right parts for each left part")
        remarks = tuple(
            Remark(f"{pair.left} — {given[pair.left]}", given[pair.left] == pair.right, pair.why)
            for pair in self.pairs
        )
        return Grade(sum(one.right for one in remarks) / len(remarks), remarks)

    def right_answer(self, judges: Judges | None = None) -> str:
        return json.dumps({pair.left: pair.right for pair in self.pairs})

    def display(self, answer: str | None, *, due: bool) -> Display:
        return {
            "lefts": [InlineMarkdown(pair.left) for pair in self.pairs],
            "choices": [without_code_marks(text) for text in self.shown_choices()],
        }

    def _answer_from_input(self, given: Any) -> str:
        choices = self.shown_choices()
        pairs = zip(self.pairs, given, strict=True)
        return json.dumps({pair.left: choices[read_place(one)] for pair, one in pairs})

    def _input_from_answer(self, answer: str) -> Any:
        choices, given = self.shown_choices(), read_texts(answer)
        return [choices.index(given[pair.left]) for pair in self.pairs]

    def describe_answer(self, answer: str) -> str:
        return "\n".join(bulleted([f"{left} — {right}" for left, right in read_texts(answer).items()]))

    def card_items(self) -> list[str]:
        lefts, rights = bulleted([pair.left for pair in self.pairs]), bulleted(self.shown_choices())
        return ["\n".join(lefts), "The matches:", "\n".join(rights)]

    def terminal_lines(self) -> list[str]:
        return ["\n".join(numbered([pair.left for pair in self.pairs])), *lettered(self.shown_choices())]

    def typing_instruction(self) -> str:
        return "Type a letter for each number, such as b a"

    def answer_from_typed(self, typed: str) -> str:
        places = places_of(typed, len(self.choices))
        if len(places) != len(self.pairs):
            raise InvalidAnswer(f"Type {len(self.pairs)} letters, one for each number.")
        return self.answer_from_input(places)

    def typed_from_answer(self, answer: str) -> str:
        return letters_of(self.input_from_answer(answer))
