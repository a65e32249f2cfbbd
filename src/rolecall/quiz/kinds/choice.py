"""``choice``: one right option."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from rolecall.quiz._grade import Grade
from rolecall.quiz._judges import Judges
from rolecall.quiz._markdown import Display
from rolecall.quiz.kinds._answers import read_place
from rolecall.quiz.kinds._base import InvalidAnswer, Problem
from rolecall.quiz.kinds._letters import letters_of, places_of
from rolecall.quiz.kinds._options import Option, OptionsQuestion


class Choice(OptionsQuestion):
    """A question with one right option. An answer is that option's text."""

    kind: Literal["choice"]

    longest_input = 16

    @property
    def right(self) -> Option:
        """The right option."""
        return next(option for option in self.options if option.correct)

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        for index in [i for i, option in enumerate(self.options) if option.correct][1:]:
            yield ("options", index, "correct"), "this is a second right option; a choice has one"

    def grade(self, answer: str, judges: Judges | None = None) -> Grade:
        option = self._option(answer)
        return Grade(1.0 if option.correct else 0.0, (option.remark,), option.misconception)

    def _with_texts(self, answer: str, texts: Mapping[str, str]) -> str:
        return texts[answer]

    def right_answer(self, judges: Judges | None = None) -> str:
        return self.right.text

    def display(self, answer: str | None, *, due: bool) -> Display:
        chosen = None if answer is None else self.input_from_answer(answer)
        return self._display([] if chosen is None else [chosen], due=due)

    def _answer_from_input(self, given: Any) -> str:
        return self._shown_texts()[read_place(given)]

    def _input_from_answer(self, answer: str) -> Any:
        return self._shown_texts().index(answer)

    def describe_answer(self, answer: str) -> str:
        return answer

    def typing_instruction(self) -> str:
        return "Type one letter"

    def answer_from_typed(self, typed: str) -> str:
        places = places_of(typed, len(self.options))
        if len(places) != 1:
            raise InvalidAnswer("Type the letter of one option.")
        return self.answer_from_input(places[0])

    def typed_from_answer(self, answer: str) -> str:
        return letters_of([self.input_from_answer(answer)])
