"""``multi``: several right options."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from rolecall.quiz._grade import Grade
from rolecall.quiz._judges import Judges
from rolecall.quiz._markdown import Display, bulleted
from rolecall.quiz.kinds._answers import read_list, read_place
from rolecall.quiz.kinds._base import InvalidAnswer, Problem
from rolecall.quiz.kinds._letters import letters_of, places_of
from rolecall.quiz.kinds._options import OptionsQuestion


class Multi(OptionsQuestion):
    """A question with several right options. An answer is a list of their texts.

    A right option that is chosen adds its share, a wrong one takes the same share away. The score is never
    negative.
    """

    kind: Literal["multi"]

    scoring_rule = "Each right option adds its share, each wrong one takes one away."

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if all(option.correct for option in self.options):
            yield (
                ("options",),
                "every option is right; add wrong ones, so that there is something to choose",
            )

    def grade(self, answer: str, judges: Judges | None = None) -> Grade:
        chosen = [self._option(text) for text in read_list(answer)]
        if len({option.text for option in chosen}) != len(chosen):
            raise ValueError("an option can be chosen only once")
        right = sum(option.correct for option in self.options)
        found = sum(1 if option.correct else -1 for option in chosen)
        misconception = next((one.misconception for one in chosen if one.misconception), None)
        return Grade(max(0.0, found / right), tuple(one.remark for one in chosen), misconception)

    def _with_texts(self, answer: str, texts: Mapping[str, str]) -> str:
        return json.dumps([texts[one] for one in read_list(answer)])

    def right_answer(self, judges: Judges | None = None) -> str:
        return json.dumps([option.text for option in self.options if option.correct])

    def display(self, answer: str | None, *, due: bool) -> Display:
        chosen = None if answer is None else self.input_from_answer(answer)
        return self._display(chosen or [], due=due)

    def _answer_from_input(self, given: Any) -> str:
        texts = self._shown_texts()
        return json.dumps([texts[read_place(one)] for one in given])

    def _input_from_answer(self, answer: str) -> Any:
        texts = self._shown_texts()
        return [texts.index(one) for one in read_list(answer)]

    def describe_answer(self, answer: str) -> str:
        return "\n".join(bulleted(read_list(answer)))

    def card_items(self) -> list[str]:
        return ["\n".join(bulleted(self._shown_texts()))]

    def typing_instruction(self) -> str:
        return "Type the letters of all right options, such as a c"

    def answer_from_typed(self, typed: str) -> str:
        places = places_of(typed, len(self.options))
        if len(set(places)) != len(places):
            raise InvalidAnswer("Type each letter once.")
        return self.answer_from_input(places)

    def typed_from_answer(self, answer: str) -> str:
        return letters_of(sorted(self.input_from_answer(answer)))
