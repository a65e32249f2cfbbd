"""Questions whose answer is typed: blanks in a text, a number, a command."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from rolecall.quiz._judges import Command, Judges, NoCommand
from rolecall.quiz._questions import Common, Judged, Model, Problem, Remark, Text, read_texts

_MARK = re.compile(r"\[\[([a-z0-9-]+)\]\]")


class Wrong(Model):
    """A wrong text that is expected, and why it is wrong."""

    why: Text
    misconception: str | None = None


class Blank(Model):
    """One blank: what is right in it, why, and what is said of wrong texts that are expected."""

    accept: list[Text] = Field(min_length=1)
    why: Text
    wrong: dict[str, Wrong] = {}


class Blanks(Common):
    """A text with blanks, each marked as ``[[name]]``. An answer has a text for each.

    The score is the share of blanks that are right. Space around a text does not count; in JSON and Python
    neither does the kind of quotes.

    Parameters
    ----------
    tokens
        What can be dragged or clicked into a blank, beside the first right text of each.
    """

    kind: Literal["blanks"]
    language: Literal["json", "bash", "python", "text"] = "text"
    text: Text
    blanks: dict[str, Blank] = Field(min_length=1)
    tokens: list[Text] = []

    @property
    def pieces(self) -> list[tuple[str, str | None]]:
        """The text in pieces: each with the name of the blank that follows it, or None at the end."""
        parts = _MARK.split(self.text)
        return list(zip(parts[::2], [*parts[1::2], None], strict=True))

    def judge(self, answer: str, judges: Judges | None = None) -> Judged:
        given = read_texts(answer)
        if set(given) != set(self.blanks):
            raise ValueError(f"an answer has a text for each of {', '.join(self.blanks)}")
        remarks: list[Remark] = []
        wrong_idea: str | None = None
        for name, blank in self.blanks.items():
            text = self._plain(given[name])
            right = text in {self._plain(one) for one in blank.accept}
            expected = next((one for wrong, one in blank.wrong.items() if self._plain(wrong) == text), None)
            if expected is not None and not right:
                wrong_idea = wrong_idea or expected.misconception
            why = blank.why if right else expected.why if expected else "This does not belong here."
            remarks.append(Remark(f"`{given[name].strip() or ' '}`", right, why))
        return Judged(sum(one.right for one in remarks) / len(remarks), tuple(remarks), wrong_idea)

    def _plain(self, text: str) -> str:
        text = text.strip()
        if self.language in ("json", "python"):
            text = text.replace("'", '"')
        return text

    def wrong_ideas(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        for name, blank in self.blanks.items():
            for text, wrong in blank.wrong.items():
                if wrong.misconception is not None:
                    yield ("blanks", name, "wrong", text, "misconception"), wrong.misconception

    def problems(self) -> Iterator[Problem]:
        marked = [name for _, name in self.pieces if name is not None]
        for name in self.blanks:
            if name not in marked:
                yield ("blanks", name), f"the text has no [[{name}]]"
        for name in dict.fromkeys(marked):
            if name not in self.blanks:
                yield ("text",), f"[[{name}]] is no blank; there are {', '.join(self.blanks)}"
            if marked.count(name) > 1:
                yield ("text",), f"[[{name}]] stands twice; give each blank a name of its own"
        for name, blank in self.blanks.items():
            for text in blank.wrong:
                if self._plain(text) in {self._plain(one) for one in blank.accept}:
                    yield ("blanks", name, "wrong", text), "this is accepted as right too; drop one"

    def right_answer(self, judges: Judges | None = None) -> str:
        return json.dumps({name: blank.accept[0] for name, blank in self.blanks.items()})


class WrongNumber(Model):
    """A wrong number that is expected, and why it is wrong."""

    value: float | str
    why: Text
    misconception: str | None = None


_NUMBER = re.compile(r"\s*([-+]?\d[\d,_ ]*(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*(.*?)\s*")


class Numeric(Common):
    """A question for a number. An answer is the number as it is typed, with a unit or without.

    Parameters
    ----------
    answer, tolerance
        In `unit`; a text only where it is a template.
    unit
        What the number counts, such as ``seconds``; an answer without a unit is taken to be in it.
    units
        Other units by name, each with how many of `unit` it is.
    """

    kind: Literal["numeric"]
    answer: float | str
    tolerance: float = Field(default=0, ge=0)
    unit: str | None = None
    units: dict[str, float] = {}
    why: Text
    wrong: list[WrongNumber] = []

    def judge(self, answer: str, judges: Judges | None = None) -> Judged:
        value = self._value(answer)
        if abs(value - float(self.answer)) <= self.tolerance:
            return Judged(1.0, (Remark(answer, True, self.why),))
        for wrong in self.wrong:
            if abs(value - float(wrong.value)) <= self.tolerance:
                return Judged(0.0, (Remark(answer, False, wrong.why),), wrong.misconception)
        return Judged(0.0, (Remark(answer, False, "That is another number."),))

    def _value(self, text: str) -> float:
        match = _NUMBER.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is no number; such as 3600{f' {self.unit}' if self.unit else ''}")
        number, unit = float(re.sub(r"[,_ ]", "", match[1])), match[2].lower()
        factors = {name.lower(): factor for name, factor in self.units.items()}
        if self.unit is not None:
            factors[self.unit.lower()] = 1.0
        # "1 hour" and "2 hours", "60 s" for seconds where the bank has no unit of that name.
        for name in (unit, f"{unit}s", unit.removesuffix("s")):
            if name in factors:
                return number * factors[name]
        if unit:
            known = ", ".join(factors) or "none"
            raise ValueError(f"{match[2]!r} is no unit here; there are {known}")
        return number

    def wrong_ideas(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        for index, wrong in enumerate(self.wrong):
            if wrong.misconception is not None:
                yield ("wrong", index, "misconception"), wrong.misconception

    def problems(self) -> Iterator[Problem]:
        for where, value in [
            (("answer",), self.answer),
            *((("wrong", i, "value"), wrong.value) for i, wrong in enumerate(self.wrong)),
        ]:
            if isinstance(value, str) and "{{" not in value:
                yield (
                    where,
                    f"{value!r} is no number; a text may stand here only as a template, {{{{ … }}}}",
                )
        if self.units and self.unit is None:
            yield ("units",), "units are told in terms of a unit; name it as unit"
        for index, wrong in enumerate(self.wrong):
            if not isinstance(wrong.value, str) and wrong.value == self.answer:
                yield ("wrong", index, "value"), "this is the right answer"

    def right_answer(self, judges: Judges | None = None) -> str:
        return f"{float(self.answer):g}{f' {self.unit}' if self.unit else ''}"


class WrongCommand(Model):
    """A wrong command that is expected, and why it is wrong."""

    command: Text
    why: Text
    misconception: str | None = None


class Cli(Common):
    """A question for an AWS command. An answer is the command as it is typed.

    It is read as the AWS CLI reads it, so the order of its arguments, ``=`` and quoting do not matter.

    Parameters
    ----------
    accept
        Right commands, each with another meaning.
    ignore
        Parameters whose value is the learner's own, such as ``RoleSessionName``; they must be given.
    world, actor
        Where a wrong command is run, to show what AWS says to it.
    """

    kind: Literal["cli"]
    accept: list[Text] = Field(min_length=1)
    ignore: list[str] = []
    why: Text
    wrong: list[WrongCommand] = []
    world: str | None = None
    actor: str | None = None

    def judge(self, answer: str, judges: Judges | None = None) -> Judged:
        if judges is None:
            raise ValueError("a command is judged by who can read it")
        if not answer.strip():
            raise ValueError("a command is wanted, such as aws sts get-caller-identity")
        try:
            given = judges.read_command(answer)
        except NoCommand as error:
            return Judged(0.0, (Remark(f"`{answer}`", False, f"The AWS CLI does not take it: {error}"),))
        if any(self._same(given, judges.read_command(one)) for one in self.accept):
            return Judged(1.0, (Remark(f"`{answer}`", True, self.why),))
        wrong_idea, why = None, self._difference(given, judges.read_command(self.accept[0]))
        for wrong in self.wrong:
            if self._same(given, judges.read_command(wrong.command)):
                wrong_idea, why = wrong.misconception, wrong.why
        remarks = [Remark(f"`{answer}`", False, why)]
        if self.world is not None and self.actor is not None:
            said = judges.run_command(answer, self.world, self.actor)
            remarks.append(Remark("What AWS answers", False, f"```text\n{said}\n```"))
        return Judged(0.0, tuple(remarks), wrong_idea)

    def _same(self, one: Command, other: Command) -> bool:
        def told(command: Command) -> dict[str, Any]:
            return {k: ... if k in self.ignore else v for k, v in command.parameters.items()}

        return (one.service, one.operation, told(one)) == (other.service, other.operation, told(other))

    def _difference(self, given: Command, right: Command) -> str:
        """What is wrong, without the right value."""
        if given.service != right.service:
            return f"`{given.service}` is another service than the one that does this."
        if given.operation != right.operation:
            return f"`{given.operation}` does something else."
        missing = sorted(set(right.parameters) - set(given.parameters))
        if missing:
            return f"{', '.join(missing)} is not given."
        further = sorted(set(given.parameters) - set(right.parameters))
        if further:
            return f"{', '.join(further)} is not asked for."
        other = [
            key
            for key in right.parameters
            if key not in self.ignore and given.parameters[key] != right.parameters[key]
        ]
        return f"{', '.join(sorted(other))} has another value than the task wants."

    def wrong_ideas(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        for index, wrong in enumerate(self.wrong):
            if wrong.misconception is not None:
                yield ("wrong", index, "misconception"), wrong.misconception

    def problems(self) -> Iterator[Problem]:
        for index, command in enumerate(self.accept):
            if not command.startswith("aws "):
                yield ("accept", index), f"{command!r} is no command of the AWS CLI; one begins with aws"
        if (self.world is None) != (self.actor is None):
            yield ("world",), "a world and an actor go together: where and as whom a wrong command is run"

    def right_answer(self, judges: Judges | None = None) -> str:
        return self.accept[0]
