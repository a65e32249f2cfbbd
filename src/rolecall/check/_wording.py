"""Find single questions that are worded so that a learner can guess the answer, or can't understand it.

Most rules are from T. M. Haladyna, S. M. Downing, and M. C. Rodriguez, "A Review of Multiple-Choice
Item-Writing Guidelines for Classroom Assessment", Applied Measurement in Education 15 (2002).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations

from rolecall._yaml import Where
from rolecall.check._words_of_texts import content_words, words_of_text
from rolecall.quiz import Blanks, Choice, Cli, Match, Multi, Numeric, Order, Question
from rolecall.quiz.kinds import Option, OptionsQuestion

Problem = tuple[Where, str]
"""A place in a question, and what is wrong."""

_MOST_OPTIONS = 6
_SAME_BEGINNING = 4
"""How many words all options can begin with until they belong in the prompt."""
_LEAST_KEY = 4
"""How many characters a right text must have so that its occurrence elsewhere gives it away."""
_POSITION = re.compile(
    r"\b(?i:options?|answers?|choices?) (?:[A-E]|[1-9])\b|^[A-E] and [A-E]\b|"
    r"\b(?i:both|neither) [A-E] (?:and|nor) [A-E]\b|"
    r"\b(?i:(?:first|second|third|fourth|last) (?:option|choice)|(?:option|choice)s? (?:above|below))\b"
)
_VERDICT = re.compile(
    r"^(?:this|that|it)(?:'s|’s| is| isn't)? (?:not )?(?:(?:in)?correct|right|wrong|true|false)\b", re.I
)
_NEGATED = re.compile(r"\b(?:not|never|no|cannot|can't|doesn't|don't|isn't|aren't)\b", re.I)
_SEQUENCE = re.compile(
    r"^(?:first|second|third|then|next|after that|finally|lastly|step \d+|\d+[.)])[,:\s]", re.I
)
_OPINION = re.compile(r"\bdo you (?:think|believe|prefer|like)\b|\bin your opinion\b", re.I)
_DUMMY = re.compile(r"\blorem ipsum\b|\basdf\w*\b|\bfoo ?bar\b|\?\?\?|\bxxx+\b|\bblah\b", re.I)
_LETTERED = re.compile(r"^(?:[A-Ea-e]|[1-9])[.)]\s")
_CODE = re.compile(r"`[^`]*`|```.*?```", re.S)


def wording_problems(question: Question) -> Iterator[tuple[Where, str, str]]:
    """Yield each weakness of a question's wording: the place, the name of the rule, and the problem."""
    for rule, find in _RULES:
        for where, message in find(question):
            yield where, rule, message


def _texts(question: Question) -> Iterator[Problem]:
    """Yield the texts that every kind of question has, and those of its options."""
    yield ("prompt",), question.prompt
    yield ("hint",), question.hint
    yield ("quick_check",), question.quick_check
    for index, text in enumerate(question.solution):
        yield ("solution", index), text
    for index, text in enumerate(question.common_mistakes):
        yield ("common_mistakes", index), text
    for index, option in enumerate(_options(question)):
        yield ("options", index, "text"), option.text
        yield ("options", index, "why"), option.why


def _options(question: Question) -> list[Option]:
    return question.options if isinstance(question, OptionsQuestion) else []


def _rationales(question: Question) -> Iterator[Problem]:
    for index, option in enumerate(_options(question)):
        yield ("options", index, "why"), option.why


def _positions(question: Question) -> Iterator[Problem]:
    for where, text in _texts(question):
        found = _POSITION.search(_CODE.sub("", text)) if _options(question) else None
        if found:
            yield (
                where,
                f"{found[0]!r} names a position, but options are shuffled; write what the option says",
            )
    for index, option in enumerate(_options(question)):
        if _LETTERED.match(option.text):
            yield (
                ("options", index, "text"),
                "the option has a letter or a number, but options are shuffled",
            )


def _verdicts(question: Question) -> Iterator[Problem]:
    for where, text in _rationales(question):
        if _VERDICT.match(text):
            yield (
                where,
                "the rationale begins with a verdict, which the mark shows; say what really happens",
            )


def _repetitions(question: Question) -> Iterator[Problem]:
    said = {"prompt": question.prompt, "hint": question.hint, "quick_check": question.quick_check}
    for (one, text), (other, other_text) in combinations(said.items(), 2):
        if (one, other) != ("prompt", "hint") and words_of_text(text) == words_of_text(other_text):
            yield (other,), f"this repeats the {one}; a learner who has read that learns nothing new"
    for field in ("solution", "common_mistakes"):
        texts = [words_of_text(text) for text in getattr(question, field)]
        for index, words in enumerate(texts):
            if words in texts[:index]:
                yield (field, index), "this repeats an earlier entry of the list"
            elif words == words_of_text(question.hint):
                yield (field, index), "this repeats the hint; say what the hint left open"


def _mistakes(question: Question) -> Iterator[Problem]:
    right = [words_of_text(one.text) for one in _options(question) if one.correct]
    for index, text in enumerate(question.common_mistakes):
        if words_of_text(text) in right:
            yield ("common_mistakes", index), "this is a right option, so it can't be a common mistake"


def _opinions(question: Question) -> Iterator[Problem]:
    found = _OPINION.search(_CODE.sub("", question.prompt))
    if found:
        yield ("prompt",), f"{found[0]!r} asks for an opinion, and no opinion is wrong; ask what AWS does"


def _several(question: Question) -> Iterator[Problem]:
    if isinstance(question, Choice) and _CODE.sub("", question.prompt).count("?") > 1:
        yield ("prompt",), "the prompt asks two questions, and an option answers one; split the question"


def _dummies(question: Question) -> Iterator[Problem]:
    for where, text in _texts(question):
        found = _DUMMY.search(_CODE.sub("", text))
        if found:
            yield where, f"{found[0]!r} is a placeholder; write the text"


def _double_negatives(question: Question) -> Iterator[Problem]:
    if re.search(r"\*\*not\*\*|\bNOT\b|\bEXCEPT\b", question.prompt):
        for index, option in enumerate(_options(question)):
            if _NEGATED.search(_CODE.sub("", option.text)):
                message = "the prompt and this option are both negated; ask for what is true"
                yield ("options", index, "text"), message


def _many_options(question: Question) -> Iterator[Problem]:
    if isinstance(question, Choice) and len(question.options) > _MOST_OPTIONS:
        message = (
            f"{len(question.options)} options take long to read; keep the {_MOST_OPTIONS} that tempt most"
        )
        yield ("options",), message


def _all_right(question: Question) -> Iterator[Problem]:
    if isinstance(question, Multi) and all(one.correct for one in question.options):
        yield (
            ("options",),
            "every option is right, so marking all of them needs no knowledge; add wrong ones",
        )


def _same_beginnings(question: Question) -> Iterator[Problem]:
    words = [one.text.split()[:_SAME_BEGINNING] for one in _options(question)]
    if len(words) > 2 and len(words[0]) == _SAME_BEGINNING and all(one == words[0] for one in words):
        yield ("options",), f"every option begins with {' '.join(words[0])!r}; move this into the prompt"


def _contained(question: Question) -> Iterator[Problem]:
    if isinstance(question, Choice):
        for index, option in enumerate(question.options):
            words = content_words(option.text)
            for other in question.options:
                wider = content_words(other.text)
                if (
                    option is not other
                    and len(words) > 1
                    and words < wider
                    and other.text.startswith(option.text)
                ):
                    yield (
                        ("options", index, "text"),
                        f"{other.text!r} says this too, so both would be right",
                    )


def _sequence_words(question: Question) -> Iterator[Problem]:
    for index, item in enumerate(question.items if isinstance(question, Order) else ()):
        if _SEQUENCE.match(item.text):
            yield (
                ("items", index, "text"),
                "the item says its place; leave out words such as first and then",
            )


def _last_pair(question: Question) -> Iterator[Problem]:
    if isinstance(question, Match):
        lefts = [words_of_text(one.left) for one in question.pairs]
        for index, pair in enumerate(question.pairs):
            left, right = content_words(pair.left), content_words(pair.right)
            others = set().union(*(content_words(one.right) for one in question.pairs if one is not pair))
            if len(left) > 1 and left <= right - others:
                yield (
                    ("pairs", index, "right"),
                    "the right part has all words of the left one, which gives it away",
                )
        if len(question.pairs) == 2 and not question.extras and len(lefts) == 2:
            yield ("pairs",), "two pairs without extras are one choice of two; add pairs or extras"


def _typed_keys(question: Question) -> Iterator[Problem]:
    """Find hints and prompts that have the answer which a learner should type."""
    for where, key in _keys_to_type(question):
        for field, text in (("hint", question.hint), ("prompt", question.prompt)):
            if re.search(rf"(?<![\w.,-]){re.escape(key)}(?![\w-]|[.,]\d)", text):
                yield (field,), f"this has the right answer {key!r} of {'.'.join(map(str, where))}"


def _keys_to_type(question: Question) -> Iterator[tuple[Where, str]]:
    match question:
        case Numeric() if isinstance(question.answer, int | float) and question.answer > 1:
            unit = f" {question.unit}" if question.unit else ""
            yield ("answer",), f"{question.answer:,}{unit}"
            yield ("answer",), f"{question.answer}{unit}"
        case Cli():
            for index, command in enumerate(question.accept):
                yield ("accept", index), command
        case Blanks():
            for name, blank in question.blanks.items():
                if len(blank.accept[0]) >= _LEAST_KEY:
                    yield ("blanks", name), blank.accept[0]


_Rule = Callable[[Question], Iterator[Problem]]
_RULES: tuple[tuple[str, _Rule], ...] = (
    ("names-position", _positions),
    ("verdict-rationale", _verdicts),
    ("repeated-text", _repetitions),
    ("right-mistake", _mistakes),
    ("asks-opinion", _opinions),
    ("several-questions", _several),
    ("placeholder", _dummies),
    ("double-negative", _double_negatives),
    ("many-options", _many_options),
    ("all-right", _all_right),
    ("same-beginning", _same_beginnings),
    ("contained-option", _contained),
    ("sequence-words", _sequence_words),
    ("easy-match", _last_pair),
    ("typed-key", _typed_keys),
)
