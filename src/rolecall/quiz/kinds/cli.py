"""``cli``: an AWS CLI command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from rolecall.quiz._grade import Grade, Remark
from rolecall.quiz._judges import Command, InvalidCommand, Judges
from rolecall.quiz._markdown import Display, code_block
from rolecall.quiz.fields import Model, Text
from rolecall.quiz.kinds._base import Location, Problem, TextAnswer


class WrongCommand(Model):
    """A wrong command that is expected, and why it is wrong."""

    command: Text
    why: Text
    misconception: str | None = None


class Cli(TextAnswer):
    """A question for an AWS CLI command. An answer is the command as it is typed.

    It is read as the AWS CLI reads it, so the order of arguments, ``=``, and quoting don't matter.

    Parameters
    ----------
    accept
        Right commands that differ in meaning.
    ignore
        Parameters whose value the learner chooses, such as ``RoleSessionName``; they are required.
    world, actor
        The world in which a wrong command runs, and who runs it, to show the response of AWS.
    """

    kind: Literal["cli"]
    accept: list[Text] = Field(min_length=1)
    ignore: list[str] = []
    why: Text
    wrong: list[WrongCommand] = []
    world: str | None = None
    actor: str | None = None

    longest_input = 4 * 1024
    key_field = "accept"

    def named_misconceptions(self) -> Iterator[tuple[Location, str]]:
        for index, wrong in enumerate(self.wrong):
            if wrong.misconception is not None:
                yield ("wrong", index, "misconception"), wrong.misconception

    def problems(self) -> Iterator[Problem]:
        for index, command in enumerate(self.accept):
            if not command.startswith("aws "):
                yield ("accept", index), f"{command!r} isn't an AWS CLI command; one starts with aws"
        if (self.world is None) != (self.actor is None):
            yield ("world",), "give both a world and an actor, which run a wrong command"

    def commands(self) -> Iterator[tuple[Location, str, bool]]:
        for index, command in enumerate(self.accept):
            yield ("accept", index), command, True
        for index, wrong in enumerate(self.wrong):
            yield ("wrong", index), wrong.command, False

    def grade(self, answer: str, judges: Judges | None = None) -> Grade:
        if judges is None:
            raise ValueError("grading a command requires judges that can read it")
        if not answer.strip():
            raise ValueError("type a command, such as aws sts get-caller-identity")
        try:
            given = judges.read_command(answer)
        except InvalidCommand as error:
            return Grade(0.0, (Remark(f"`{answer}`", False, f"The AWS CLI rejects this command: {error}"),))
        if any(self._same(given, judges.read_command(one)) for one in self.accept):
            return Grade(1.0, (Remark(f"`{answer}`", True, self.why),))
        misconception, why = None, self._difference(given, judges.read_command(self.accept[0]))
        for wrong in self.wrong:
            if self._same(given, judges.read_command(wrong.command)):
                misconception, why = wrong.misconception, wrong.why
        remarks = [Remark(f"`{answer}`", False, why)]
        if self.world is not None and self.actor is not None:
            printed = judges.run_command(answer, self.world, self.actor)
            remarks.append(Remark("The response from AWS", False, code_block(printed, "text")))
        return Grade(0.0, tuple(remarks), misconception)

    def _same(self, one: Command, other: Command) -> bool:
        def compared(command: Command) -> dict[str, Any]:
            return {k: ... if k in self.ignore else v for k, v in command.parameters.items()}

        return (one.service, one.operation, compared(one)) == (
            other.service,
            other.operation,
            compared(other),
        )

    def _difference(self, given: Command, right: Command) -> str:
        """Say what is wrong, without the right value."""
        if given.service != right.service:
            return f"`{given.service}` is the wrong service for this task."
        if given.operation != right.operation:
            return f"`{given.operation}` does something else."
        if missing := sorted(set(right.parameters) - set(given.parameters)):
            return f"The command is missing {', '.join(missing)}."
        if further := sorted(set(given.parameters) - set(right.parameters)):
            return f"The task doesn't ask for {', '.join(further)}."
        other = sorted(
            key
            for key in right.parameters
            if key not in self.ignore and given.parameters[key] != right.parameters[key]
        )
        return f"{', '.join(other)} {'has' if len(other) == 1 else 'have'} a different value in the task."

    def right_answer(self, judges: Judges | None = None) -> str:
        return self.accept[0]

    def display(self, answer: str | None, *, due: bool) -> Display:
        return {"placeholder": "aws …"}

    def describe_answer(self, answer: str) -> str:
        return code_block(answer, "bash")

    def typing_instruction(self) -> str:
        return "Type the command"
