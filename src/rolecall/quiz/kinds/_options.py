"""What the two kinds of question with options have in common."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator

from pydantic import Field

from rolecall.quiz._grade import Remark
from rolecall.quiz._markdown import Display, DisplayValue, InlineMarkdown
from rolecall.quiz.fields import Model, Text
from rolecall.quiz.kinds._base import BaseQuestion, Location, Problem
from rolecall.quiz.kinds._letters import lettered


class Option(Model):
    """One option, and why it is right or wrong."""

    text: Text
    correct: bool = False
    why: Text
    misconception: str | None = None

    @property
    def remark(self) -> Remark:
        """The feedback on the option once it was chosen."""
        return Remark(self.text, self.correct, self.why)


class OptionsQuestion(BaseQuestion):
    """A question with options, shown in an order of the question's own."""

    options: list[Option] = Field(min_length=2, max_length=8)

    display_has_feedback = True

    def shown_options(self) -> list[Option]:
        """Return the options as every learner sees them: in the question's own order, not the author's."""
        # Sorted first, so that the ID, which a card knows, doesn't tell the author's order.
        options = sorted(self.options, key=lambda option: option.text)
        random.Random(self.id).shuffle(options)
        return options

    def _shown_texts(self) -> list[str]:
        return [option.text for option in self.shown_options()]

    def _option(self, text: str) -> Option:
        for option in self.options:
            if option.text == text:
                return option
        raise ValueError(f"question {self.id!r} has no option {text!r}")

    def named_misconceptions(self) -> Iterator[tuple[Location, str]]:
        for index, option in enumerate(self.options):
            if option.misconception is not None:
                yield ("options", index, "misconception"), option.misconception

    def problems(self) -> Iterator[Problem]:
        if not any(option.correct for option in self.options):
            yield ("options",), "no option is right; mark one of them with correct: true"
        texts: set[str] = set()
        for index, option in enumerate(self.options):
            if option.text in texts:
                yield ("options", index, "text"), "another option has the same text; change or remove one"
            texts.add(option.text)
            if option.correct and option.misconception is not None:
                where = ("options", index, "misconception")
                yield where, "a right option doesn't show a misconception; remove the field"

    def _display(self, chosen: Collection[int], *, due: bool) -> Display:
        """Return the options: chosen ones are marked, and once it is due the right ones too."""
        options: list[DisplayValue] = []
        for place, option in enumerate(self.shown_options()):
            marked = place in chosen or (due and option.correct)
            options.append(
                {
                    "html": InlineMarkdown(option.text),
                    "mark": ("right" if option.correct else "wrong") if marked else "",
                    "why": InlineMarkdown(option.why if due or place in chosen else ""),
                }
            )
        return {"options": options}

    def terminal_lines(self) -> list[str]:
        return lettered(self._shown_texts())
