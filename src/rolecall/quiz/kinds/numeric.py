"""``numeric``: a number, with a unit or without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from rolecall.quiz._grade import Grade, Remark
from rolecall.quiz._judges import Judges
from rolecall.quiz._markdown import Display
from rolecall.quiz.fields import Model, Text
from rolecall.quiz.kinds._base import Location, Problem, TextAnswer

# Only the beginning of an answer is matched, so that no text makes the expression backtrack.
_NUMBER = re.compile(r"[-+]?\d[\d,_ ]*(?:\.\d+)?(?:[eE][-+]?\d+)?")
_WITHOUT_SEPARATORS = str.maketrans("", "", ",_ ")


class WrongNumber(Model):
    """A wrong number that is expected, and why it is wrong."""

    value: float | str
    why: Text
    misconception: str | None = None


class Numeric(TextAnswer):
    """A question for a number. An answer is the number as it is typed, with a unit or without.

    Parameters
    ----------
    answer, tolerance
        In `unit`; the answer is a text only if it is a template.
    unit
        What the number counts, such as ``seconds``; an answer without a unit is taken to be in it.
    units
        Other units by name, each with the number of `unit` that it equals.
    """

    kind: Literal["numeric"]
    answer: float | str
    tolerance: float = Field(default=0, ge=0)
    unit: str | None = None
    units: dict[str, float] = {}
    why: Text
    wrong: list[WrongNumber] = []

    longest_input = 64

    def named_misconceptions(self) -> Iterator[tuple[Location, str]]:
        for index, wrong in enumerate(self.wrong):
            if wrong.misconception is not None:
                yield ("wrong", index, "misconception"), wrong.misconception

    def problems(self) -> Iterator[Problem]:
        numbers: list[tuple[Location, float | str]] = [(("answer",), self.answer)]
        numbers += [(("wrong", index, "value"), wrong.value) for index, wrong in enumerate(self.wrong)]
        for where, value in numbers:
            if isinstance(value, str) and "{{" not in value:
                yield where, f"{value!r} isn't a number; a text is allowed only as a template, {{{{ … }}}}"
        if self.units and self.unit is None:
            yield ("units",), "other units are multiples of a unit; name that one as unit"
        for index, wrong in enumerate(self.wrong):
            if not isinstance(wrong.value, str) and wrong.value == self.answer:
                yield ("wrong", index, "value"), "this is the right answer"

    def grade(self, answer: str, judges: Judges | None = None) -> Grade:
        value = self._value(answer)
        if abs(value - float(self.answer)) <= self.tolerance:
            return Grade(1.0, (Remark(answer, True, self.why),))
        for wrong in self.wrong:
            if abs(value - float(wrong.value)) <= self.tolerance:
                return Grade(0.0, (Remark(answer, False, wrong.why),), wrong.misconception)
        return Grade(0.0, (Remark(answer, False, "The answer is a different number."),))

    def _value(self, text: str) -> float:
        """Return a typed number in the question's unit."""
        stripped = text.strip()
        match = _NUMBER.match(stripped)
        if match is None:
            unit = f" {self.unit}" if self.unit else ""
            raise ValueError(f"{text!r} isn't a number; type one such as 3600{unit}")
        digits = match[0].translate(_WITHOUT_SEPARATORS)
        return float(digits) * self._factor(stripped[match.end() :].strip())

    def _factor(self, unit: str) -> float:
        """Return how many of the question's unit a typed unit is."""
        if not unit:
            return 1.0
        factors = {name.lower(): factor for name, factor in self.units.items()}
        if self.unit is not None:
            factors[self.unit.lower()] = 1.0
        typed = unit.lower()
        # "1 hour" for hours, and "2 hours" if the bank's unit is hour.
        for name in (typed, f"{typed}s", typed.removesuffix("s")):
            if name in factors:
                return factors[name]
        known = ", ".join(factors)
        there_are = f"use one of {known}" if known else "type the number alone"
        raise ValueError(f"{unit!r} isn't a unit here; {there_are}")

    def right_answer(self, judges: Judges | None = None) -> str:
        return f"{float(self.answer):g}{f' {self.unit}' if self.unit else ''}"

    def display(self, answer: str | None, *, due: bool) -> Display:
        return {"units": self._units()}

    def _units(self) -> list[str]:
        return [*([self.unit] if self.unit else []), *self.units]

    def describe_answer(self, answer: str) -> str:
        return answer

    def typing_instruction(self) -> str:
        units = self._units()
        return f"Type a number, in {' or '.join(units)}" if units else "Type a number"
