"""What the two kinds of question with options have in common."""

from __future__ import annotations

import random
from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import Field

from rolecall.quiz._grade import Remark
from rolecall.quiz._markdown import Display, DisplayValue, InlineMarkdown
from rolecall.quiz.fields import Model, Slug, Text
from rolecall.quiz.kinds._base import BaseQuestion, Location, Problem, words_of
from rolecall.quiz.kinds._letters import lettered


class Option(Model):
    """One option, and why it is right or wrong.

    Parameters
    ----------
    id
        An ID that stays the same when the text is reworded.
    was
        The texts that the option had before, for options without an ID.
    last
        Whether the option is shown after the others, as "None of these" must be.
    """

    id: Slug | None = None
    text: Text
    was: list[Text] = []
    correct: bool = False
    last: bool = False
    why: Text
    misconception: str | None = None

    @property
    def remark(self) -> Remark:
        """The feedback on the option once it was chosen."""
        return Remark(self.text, self.correct, self.why)


class OptionsQuestion(BaseQuestion):
    """A question with options, which are shuffled for each learner and each attempt."""

    options: list[Option] = Field(min_length=2, max_length=26)

    display_has_feedback = True
    is_shuffled = True

    def shown_options(self) -> list[Option]:
        """Return the options as they are shown: in the order of `in_order`, not in the author's."""
        # Sorted first, so that the ID, which a card knows, doesn't tell the author's order.
        options = sorted((one for one in self.options if not one.last), key=lambda option: option.text)
        random.Random(self._shuffle_seed).shuffle(options)
        return [*options, *(one for one in self.options if one.last)]

    def _shown_texts(self) -> list[str]:
        return [option.text for option in self.shown_options()]

    def _option(self, text: str) -> Option:
        for option in self.options:
            if option.text == text:
                return option
        raise ValueError(f"question {self.id!r} has no option {text!r}")

    def answer_from_version(self, earlier: BaseQuestion, answer: str) -> str | None:
        if type(earlier) is not type(self) or self._asked() != earlier._asked():
            return None
        assert isinstance(earlier, OptionsQuestion)
        texts = {option.text: self._text_now(option) for option in earlier.options}
        known = [text for text in texts.values() if text is not None]
        # An option that was added or removed makes it another question.
        if len(known) < len(texts) or sorted(known) != sorted(self._shown_texts()):
            return None
        if not answer:
            return answer
        return self._with_texts(answer, {old: new for old, new in texts.items() if new is not None})

    def _asked(self) -> Any:
        return words_of(self.prompt)

    def _text_now(self, earlier: Option) -> str | None:
        """Return the text that an option of an earlier version has now; None if it was removed."""
        for option in self.options:
            if option.id is not None and option.id == earlier.id:
                return option.text
        return next(
            (option.text for option in self.options if earlier.text in (option.text, *option.was)), None
        )

    @abstractmethod
    def _with_texts(self, answer: str, texts: Mapping[str, str]) -> str:
        """Return an answer with the options' new texts, by their old ones."""

    def named_misconceptions(self) -> Iterator[tuple[Location, str]]:
        for index, option in enumerate(self.options):
            if option.misconception is not None:
                yield ("options", index, "misconception"), option.misconception

    def problems(self) -> Iterator[Problem]:
        if not any(option.correct for option in self.options):
            yield ("options",), "no option is right; mark one of them with correct: true"
        texts: set[str] = set()
        ids: set[str] = set()
        earlier: set[str] = {option.text for option in self.options}
        for index, option in enumerate(self.options):
            if option.text in texts:
                yield ("options", index, "text"), "another option has the same text; change or remove one"
            texts.add(option.text)
            if option.id is not None and option.id in ids:
                yield ("options", index, "id"), "another option has the same ID; choose another"
            ids.add(option.id or "")
            for place, text in enumerate(option.was):
                if text in earlier:
                    yield (
                        ("options", index, "was", place),
                        "an option of this question has or had this text already; remove it here",
                    )
                earlier.add(text)
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
