"""Questions whose answer is chosen: one option, or several."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from rolecall.quiz._judges import Judges
from rolecall.quiz._questions import Common, Judged, Model, Problem, Remark, Text, read_list


class Option(Model):
    """One answer to choose, and why it is right or wrong."""

    text: Text
    correct: bool = False
    why: Text
    misconception: str | None = None

    @property
    def remark(self) -> Remark:
        """What is said of the option once it was chosen."""
        return Remark(self.text, self.correct, self.why)


class _Choosing(Common):
    options: list[Option] = Field(min_length=2, max_length=8)

    def _option(self, text: str) -> Option:
        for option in self.options:
            if option.text == text:
                return option
        raise ValueError(f"question {self.id!r} has no option {text!r}")

    def wrong_ideas(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        for index, option in enumerate(self.options):
            if option.misconception is not None:
                yield ("options", index, "misconception"), option.misconception

    def problems(self) -> Iterator[Problem]:
        if not any(option.correct for option in self.options):
            yield ("options",), "no option is right; give one of them correct: true"
        texts: set[str] = set()
        for index, option in enumerate(self.options):
            if option.text in texts:
                yield ("options", index, "text"), "this option stands twice; change or drop one"
            texts.add(option.text)
            if option.correct and option.misconception is not None:
                where = ("options", index, "misconception")
                yield where, "a right option shows no misconception; drop it"


class Choice(_Choosing):
    """A question with one right option. An answer is that option's text."""

    kind: Literal["choice"]

    @property
    def right(self) -> Option:
        """The right option."""
        return next(option for option in self.options if option.correct)

    def judge(self, answer: str, judges: Judges | None = None) -> Judged:
        option = self._option(answer)
        return Judged(1.0 if option.correct else 0.0, (option.remark,), option.misconception)

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        for index in [i for i, option in enumerate(self.options) if option.correct][1:]:
            yield ("options", index, "correct"), "a second right option; a choice has one"

    def right_answer(self, judges: Judges | None = None) -> str:
        return self.right.text


class Multi(_Choosing):
    """A question with several right options. An answer is a list of their texts.

    A right option that is chosen adds its share, a wrong one takes the same share away; never below none.
    """

    kind: Literal["multi"]

    def judge(self, answer: str, judges: Judges | None = None) -> Judged:
        chosen = [self._option(text) for text in read_list(answer)]
        if len({option.text for option in chosen}) != len(chosen):
            raise ValueError("an option is chosen once")
        right = sum(option.correct for option in self.options)
        found = sum(1 if option.correct else -1 for option in chosen)
        wrong_idea = next((one.misconception for one in chosen if one.misconception), None)
        return Judged(max(0.0, found / right), tuple(one.remark for one in chosen), wrong_idea)

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if all(option.correct for option in self.options):
            yield ("options",), "every option is right; leave some wrong ones to tell apart"

    def right_answer(self, judges: Judges | None = None) -> str:
        return json.dumps([option.text for option in self.options if option.correct])
