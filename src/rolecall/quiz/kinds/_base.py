"""What every kind of question must be able to do.

A kind is one module of this package. Its class derives from `BaseQuestion` and answers six questions: which
fields an author writes, how an answer is graded, what a card shows, how a card's input becomes an answer,
how a right answer is described, and how a terminal asks.

Answers are kept as text: an option by its text, never by its place, so that they still fit a bank whose
options are reordered.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, PrivateAttr

from rolecall.quiz._grade import Grade
from rolecall.quiz._judges import Judges
from rolecall.quiz._markdown import Display
from rolecall.quiz._parameters import Parameter
from rolecall.quiz._proofs import Proof
from rolecall.quiz.fields import Difficulty, HttpsAddress, Model, Slug, Text, VariableName

Location = tuple[str | int, ...]
"""A place in a question's YAML, such as ``("options", 2, "text")``."""

Problem = tuple[Location, str]
"""Where an author's mistake is, and what would be right."""


class InvalidAnswer(ValueError):
    """An input that isn't an answer to the question; the message says what is missing."""


class BaseQuestion(Model, ABC):
    """The fields that every question has.

    Parameters
    ----------
    prompt, hint, quick_check
        Markdown.
    solution
        The steps to the answer.
    claims
        Why no call in a sandbox can prove the answer: it is what a term or a field means (``definition``),
        an order of work (``procedure``), or what happens before a call reaches AWS, such as in an SDK, in
        the metadata service, or on a disk (``client``). None for a behavior, which a proof or the key
        shows.
    vary
        The parameters of the question's templates, by name; see `rolecall.quiz.variant`.
    was
        The IDs that the question had before; answers that were given under them still count.
    """

    id: Slug
    difficulty: Difficulty
    skill: str
    prompt: Text
    hint: Text
    solution: list[Text] = Field(min_length=1)
    quick_check: Text
    common_mistakes: list[Text] = Field(min_length=1)
    references: list[HttpsAddress] = []
    proof: Proof | None = None
    claims: Literal["definition", "procedure", "client"] | None = None
    vary: dict[VariableName, Parameter] = {}
    was: list[Slug] = []

    _order: str = PrivateAttr("")

    scoring_rule: ClassVar[str] = ""
    """How partial credit is given, in a sentence; empty if an answer is right or wrong."""
    is_shuffled: ClassVar[bool] = False
    """Whether parts of the question are shown in an order that `in_order` chooses."""
    display_has_feedback: ClassVar[bool] = False
    """Whether `display` carries the remarks and the right answer itself, as options do."""
    typed_on_several_lines: ClassVar[bool] = False
    """Whether a terminal reads lines up to an empty one."""
    longest_input: ClassVar[int] = 1_000
    """The most characters that the texts of an input may have together; the workshop rejects more."""
    key_field: ClassVar[str] = "id"
    """The field to which `rolecall check` points if the question's own answer is invalid or wrong."""

    # The author's mistakes.

    def problems(self) -> Iterator[Problem]:
        """Yield the author's mistakes that the types of the fields don't show."""
        yield from ()

    def named_misconceptions(self) -> Iterator[tuple[Location, str]]:
        """Yield each misconception that the question names, with its location."""
        yield from ()

    def too_broad_answers(self) -> Iterator[tuple[Location, str, str]]:
        """Yield answers that must not be right: a location, what the answer is, and the answer."""
        yield from ()

    def commands(self) -> Iterator[tuple[Location, str, bool]]:
        """Yield each AWS CLI command with its location, and whether the AWS CLI must accept it."""
        yield from ()

    # Grading.

    @abstractmethod
    def grade(self, answer: str, judges: Judges | None = None) -> Grade:
        """Grade an answer.

        Raises
        ------
        ValueError
            If this isn't an answer to the question.
        """

    @abstractmethod
    def right_answer(self, judges: Judges | None = None) -> str:
        """Return a right answer, in the form that `grade` takes."""

    def answer_from_version(self, earlier: BaseQuestion, answer: str) -> str | None:
        """Return an answer to an earlier version of this question as an answer to this version.

        Returns
        -------
        str or None
            None if the two versions ask the learner something else; then only the earlier one can grade the
            answer. Versions that differ in their key alone ask the same.
        """
        return answer if type(earlier) is type(self) and self._asked() == earlier._asked() else None

    def _asked(self) -> Any:
        """Return what a learner is asked, without the ID, which the order of options depends on."""
        same = self.model_copy(update={"id": "any"})
        same._order = ""
        return words_of(self.prompt), same.display(None, due=False)

    def in_order(self, order: str) -> Self:
        """Return the question with its options or items shuffled by a text; empty for its usual order."""
        if order == self._order or not self.is_shuffled:
            return self
        shuffled = self.model_copy()
        shuffled._order = order
        return shuffled

    @property
    def _shuffle_seed(self) -> str:
        return f"{self.id}/{self._order}" if self._order else self.id

    def draw_variant(self, draw: Callable[[str], Self], seed: int, judges: Judges | None) -> Self | None:
        """Choose the variant for a seed.

        Parameters
        ----------
        draw
            Fills the question's templates with values that a text determines.

        Returns
        -------
        The variant, or None if no variant is as the author asks.
        """
        return draw(f"{self.id}/{seed}")

    # On a card.

    @abstractmethod
    def display(self, answer: str | None, *, due: bool) -> Display:
        """Return what a card draws besides the prompt.

        Parameters
        ----------
        answer
            The last answer that was given, if any.
        due
            Whether the right answer may show. Before that, nothing in here gives it away.
        """

    def answer_from_input(self, given: Any) -> str:
        """Return the answer that a card's input means.

        Raises
        ------
        InvalidAnswer
            If a card doesn't send this.
        """
        try:
            return self._answer_from_input(given)
        except (TypeError, IndexError, KeyError, AttributeError, ValueError):
            raise InvalidAnswer("This isn't an answer to the question.") from None

    def input_from_answer(self, answer: str) -> Any:
        """Return an answer in the form of a card's input; None if it no longer fits the question."""
        try:
            return self._input_from_answer(answer)
        except (ValueError, KeyError, TypeError):
            return None

    @abstractmethod
    def _answer_from_input(self, given: Any) -> str: ...

    @abstractmethod
    def _input_from_answer(self, answer: str) -> Any: ...

    @abstractmethod
    def describe_answer(self, answer: str) -> str:
        """Return an answer as Markdown, to show it as the right one."""

    def card_items(self) -> list[str]:
        """Return the Markdown below the prompt on a flash card; empty if the prompt is enough.

        A card with such blocks shows a right answer on its back, below the quick check.
        """
        return []

    # In a terminal.

    def terminal_lines(self) -> list[str]:
        """Return what a terminal shows below the prompt, in Markdown."""
        return []

    @abstractmethod
    def typing_instruction(self) -> str:
        """Return what a learner should type, such as "Type one letter"."""

    def answer_from_typed(self, typed: str) -> str:
        """Return the answer that a typed text means.

        Raises
        ------
        InvalidAnswer
            If it means none; the message says what to type.
        """
        return typed

    def typed_from_answer(self, answer: str) -> str:
        """Return what a learner types in a terminal to give an answer."""
        return answer


def words_of(text: str) -> str:
    """Return a text without the differences in white space that no learner sees."""
    return " ".join(text.split())


class TextAnswer(BaseQuestion):
    """A question whose answer is the text that the learner types, on a card and in a terminal."""

    def _answer_from_input(self, given: Any) -> str:
        if not isinstance(given, str):
            raise TypeError
        return given

    def _input_from_answer(self, answer: str) -> Any:
        return answer
