"""Find questions that ask the same as another one, in the same bank or in another bank of the course."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import combinations
from pathlib import Path

from rolecall._yaml import Where
from rolecall.check._settings import CheckSettings
from rolecall.check._words_of_texts import content_words, words_of_text
from rolecall.quiz import Bank, Choice, Cli, Numeric, Question
from rolecall.quiz.kinds import OptionsQuestion

SimilarQuestion = tuple[Path, Where, str, str]
"""The bank's file, a place in it, the name of a rule, and what is wrong."""

_MAX_SIMILARITY = 0.92
_ANSWERED = 0.6
"""The share of a question's words that another prompt must have to be about the same."""
_NAMES = re.compile(r"`|[a-z][A-Z]|[A-Z]{2}")
"""What a right answer must have to be recognized in a prompt: code, or a name such as AssumeRole."""
_SAME_PROMPT = 0.6
"""The share of common words with which two prompts with the same right answer ask the same."""
_LONG_HINT = 5
"""How many words a hint must have so that two questions have the same one only by copying."""


@dataclass(frozen=True)
class _Asked:
    """A question with its place, and what it is compared by."""

    file: Path
    bank: str
    index: int
    question: Question

    @cached_property
    def options(self) -> frozenset[str]:
        options = self.question.options if isinstance(self.question, OptionsQuestion) else []
        return frozenset(one.text for one in options)

    @cached_property
    def key(self) -> frozenset[str]:
        options = self.question.options if isinstance(self.question, OptionsQuestion) else []
        return frozenset(word for one in options if one.correct for word in content_words(one.text))

    @cached_property
    def asked(self) -> set[str]:
        return content_words(self.question.prompt)

    @cached_property
    def answer(self) -> object:
        """What is right, if two questions can be compared by it; None otherwise."""
        match self.question:
            case Numeric(answer=answer, unit=unit):
                return answer, unit
            case Cli(accept=accept):
                return accept[0]
        return self.key or None

    @cached_property
    def words(self) -> set[str]:
        return content_words(" ".join([self.question.prompt, *self.options]))

    @cached_property
    def hint(self) -> tuple[str, ...]:
        return tuple(words_of_text(self.question.hint))

    @cached_property
    def shown(self) -> str:
        """What a learner sees: the prompt, and the fields that distinguish equal prompts."""
        fields = self.question.model_dump(
            exclude_unset=True, include={"prompt", "text", "case", "vary", "allow", "deny", "accept"}
        )
        return json.dumps(fields, sort_keys=True, ensure_ascii=False).lower()


def similar_questions(banks: Mapping[Path, Bank], settings: CheckSettings) -> Iterator[SimilarQuestion]:
    """Find pairs of questions of all banks that are nearly the same; the later one is reported."""
    asked = [
        _Asked(file, bank.name, index, question)
        for file, bank in banks.items()
        for index, question in enumerate(bank.questions)
    ]
    for one, other in combinations(asked, 2):
        if type(one.question) is type(other.question):
            for field, rule, message in _problems_of_pair(one, other, settings):
                yield other.file, ("questions", other.index, field), rule, message
        if one.file == other.file:
            for asking, answering in ((one, other), (other, one)):
                if _answers(answering, asking):
                    message = f"has the right answer and most words of {asking.question.id!r}; change one"
                    where = ("questions", answering.index, "prompt")
                    yield answering.file, where, "answers-another", message


def _problems_of_pair(
    one: _Asked, other: _Asked, settings: CheckSettings
) -> Iterator[tuple[str, str, str]]:
    place = "" if one.file == other.file else f" in the bank {one.bank!r}"
    same = f"asks the same as {one.question.id!r}{place}"
    overlap = (
        len(one.words & other.words) / len(one.words | other.words) if one.words | other.words else 0.0
    )
    if (
        one.key
        and one.key == other.key
        and one.question.proof
        and one.question.proof == other.question.proof
    ):
        yield "proof", "same-proof", f"{same}: same proof, same right answer"
    elif other.options and overlap > settings.overlap:
        yield "prompt", "near-duplicate", f"{same}: {overlap:.0%} of their words are the same"
    elif one.answer and one.answer == other.answer and _overlap(one.asked, other.asked) >= _SAME_PROMPT:
        yield "prompt", "near-duplicate", f"{same}: most words of the prompt, and the same right answer"
    elif other.options and one.options == other.options:
        yield "options", "same-options", f"has the options of {one.question.id!r}{place}; write others"
    elif not other.options and _look_alike(one.shown, other.shown):
        yield "prompt", "near-duplicate", f"{same}, nearly word by word; change or drop one"
    elif len(other.hint) >= _LONG_HINT and one.hint == other.hint:
        yield "hint", "same-hint", f"is the hint of {one.question.id!r}{place}; write one for this question"


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0


def _answers(answering: _Asked, asking: _Asked) -> bool:
    """Whether the prompt of a question says what another question asks for."""
    if not isinstance(asking.question, Choice) or not _NAMES.search(asking.question.right.text):
        return False
    said, asked = content_words(answering.question.prompt), content_words(asking.question.prompt)
    wrong = {word for one in asking.question.options if not one.correct for word in content_words(one.text)}
    telling = asking.key - wrong - asked
    return (
        bool(telling)
        and asking.key <= said
        and len(asked) > 2
        and len(asked & said) >= _ANSWERED * len(asked)
    )


def _look_alike(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 0.2 * max(len(other), 1):
        return False
    matcher = SequenceMatcher(a=one, b=other, autojunk=False)
    return (
        matcher.real_quick_ratio() > _MAX_SIMILARITY
        and matcher.quick_ratio() > _MAX_SIMILARITY
        and matcher.ratio() > _MAX_SIMILARITY
    )
