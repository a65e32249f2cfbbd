"""``numeric``: a number, with a unit or without."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from rolecall.quiz._grade import Grade, Remark
from rolecall.quiz._judges import Judges
from rolecall.quiz._markdown import Display
from rolecall.quiz._numbers import exact, exact_factor, read_number, written
from rolecall.quiz.fields import Model, Text
from rolecall.quiz.kinds._base import Location, Problem, TextAnswer

Number = int | Annotated[float, Field(allow_inf_nan=False)] | str
"""A number; a text is a template, or a number that is shown as it is written, such as "0.50" or "2/3"."""


class WrongNumber(Model):
    """A wrong number that is expected, and why it is wrong."""

    value: Number
    why: Text
    misconception: str | None = None


class RightNumber(Model):
    """Another right number, with its own tolerance, and why it is right if the reason differs."""

    value: Number
    tolerance: int | float = Field(default=0, ge=0, allow_inf_nan=False)
    why: Text | None = None


class Numeric(TextAnswer):
    """A question for a number. An answer is the number as it is typed, with a unit or without.

    Parameters
    ----------
    answer, tolerance
        In `unit`. Both ends of the range are right: with 0.3 and a tolerance of 0.1, they are 0.2 and 0.4.
    also_right
        Other numbers that are right, such as the second root of an equation. The solution shows `answer`.
    unit
        What the number counts, such as ``seconds``; an answer without a unit is taken to be in it.
    units
        Other units by name, each with the number of `unit` that it equals.
    """

    kind: Literal["numeric"]
    answer: Number
    tolerance: int | float = Field(default=0, ge=0, allow_inf_nan=False)
    also_right: list[RightNumber] = []
    unit: str | None = None
    units: dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]] = {}
    why: Text
    wrong: list[WrongNumber] = []

    longest_input = 64

    def named_misconceptions(self) -> Iterator[tuple[Location, str]]:
        for index, wrong in enumerate(self.wrong):
            if wrong.misconception is not None:
                yield ("wrong", index, "misconception"), wrong.misconception

    def problems(self) -> Iterator[Problem]:
        numbers: list[tuple[Location, Number]] = [(("answer",), self.answer)]
        numbers += [
            (("also_right", index, "value"), one.value) for index, one in enumerate(self.also_right)
        ]
        numbers += [(("wrong", index, "value"), wrong.value) for index, wrong in enumerate(self.wrong)]
        for where, value in numbers:
            if not _is_number_or_template(value):
                yield where, f"{value!r} isn't a number; write one, such as 3600, and name its unit in unit"
        if self.units and self.unit is None:
            yield ("units",), "other units are multiples of a unit; name that one as unit"
        right = [one for one in self.right_numbers() if _is_number(one.value)]
        for index, wrong in enumerate(self.wrong):
            if _is_number(wrong.value) and any(_is_near(exact(wrong.value), one) for one in right):
                yield (
                    ("wrong", index, "value"),
                    "this is a right answer too; remove it, or lower the tolerance",
                )

    def grade(self, answer: str, judges: Judges | None = None) -> Grade:
        value = self._value(answer)
        for right in self.right_numbers():
            if _is_near(value, right):
                return Grade(1.0, (Remark(answer, True, right.why or self.why),))
        for wrong in self.wrong:
            if _is_near(value, RightNumber(value=wrong.value, tolerance=self.tolerance)):
                return Grade(0.0, (Remark(answer, False, wrong.why),), wrong.misconception)
        return Grade(0.0, (Remark(answer, False, "The answer is a different number."),))

    def right_numbers(self) -> list[RightNumber]:
        """Return every right number, the answer first."""
        return [RightNumber(value=self.answer, tolerance=self.tolerance, why=self.why), *self.also_right]

    def _value(self, text: str) -> Fraction:
        """Return a typed number in the question's unit."""
        try:
            number, unit = read_number(text)
        except ValueError as error:
            example = f"3600 {self.unit}" if self.unit else "3600"
            raise ValueError(f"{error}; type one such as {example}") from None
        return number * self._factor(unit)

    def _factor(self, unit: str) -> Fraction:
        """Return how many of the question's unit a typed unit is."""
        if not unit:
            return Fraction(1)
        factors = {_symbol(name): exact_factor(factor) for name, factor in self.units.items()}
        if self.unit is not None:
            factors[_symbol(self.unit)] = Fraction(1)
        for name in _spellings(_symbol(unit)):
            # Mb and MB differ only in capitals, so these count where they decide.
            exactly = {factors[name]} if name in factors else set()
            found = exactly or {factors[one] for one in factors if one.lower() == name.lower()}
            if len(found) == 1:
                return found.pop()
        known = ", ".join(self._units())
        there_are = f"use one of {known}" if known else "type the number alone"
        raise ValueError(f"{unit!r} isn't a unit here; {there_are}")

    def right_answer(self, judges: Judges | None = None) -> str:
        return f"{written(self.answer)}{f' {self.unit}' if self.unit else ''}"

    def display(self, answer: str | None, *, due: bool) -> Display:
        return {"units": self._units()}

    def _units(self) -> list[str]:
        return [*([self.unit] if self.unit else []), *self.units]

    def describe_answer(self, answer: str) -> str:
        return answer

    def typing_instruction(self) -> str:
        units = self._units()
        return f"Type a number, in {' or '.join(units)}" if units else "Type a number"


def _is_near(value: Fraction, number: RightNumber) -> bool:
    return abs(value - exact(number.value)) <= exact(number.tolerance)


def _symbol(unit: str) -> str:
    """Return a unit in one spelling: there are two characters for the micro sign."""
    return unicodedata.normalize("NFKC", unit).strip()


def _spellings(unit: str) -> Iterator[str]:
    """Yield a unit as it is typed, and in the singular and the plural."""
    typed = unit.rstrip(".")
    yield from (unit, typed)
    # "1 hour" for hours, and "2 hours" if the bank's unit is hour. But m isn't ms.
    if len(typed) > 1:
        yield f"{typed}s"
    if len(typed) > 2:
        yield typed.removesuffix("s")


def _is_number(value: Number) -> bool:
    try:
        exact(value)
    except ValueError:
        return False
    return True


def _is_number_or_template(value: Number) -> bool:
    return (isinstance(value, str) and "{{" in value) or _is_number(value)
