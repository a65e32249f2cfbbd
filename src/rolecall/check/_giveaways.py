"""Find options, hints, and prompts from which a learner finds the answer without knowing it.

Most rules are from T. M. Haladyna, S. M. Downing, and M. C. Rodriguez, "A Review of Multiple-Choice
Item-Writing Guidelines for Classroom Assessment", Applied Measurement in Education 15 (2002).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from rolecall._yaml import Where
from rolecall.check._words_of_texts import content_words, words_of_text
from rolecall.quiz import Bank, Choice, Multi, Question
from rolecall.quiz.kinds import Option, OptionsQuestion

# Names in code, numbers, and options about other options, which have a rule of their own.
_NOT_ABSURD = re.compile(r"[`\d]|\b(?:all|none|both|neither|any) of\b|\ball answers\b", re.I)
Giveaway = tuple[Where, str, str]
"""A place in a question, the name of a rule, and what is wrong."""

NUMBERS = (
    *("zero", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
"""The words for the numbers from 0 to 12."""
_UNFOCUSED = re.compile(
    r"(?:which|what) (?:of (?:the following|these)|statement|one)(?: statements?)? (?:is|are) "
    r"(?:true|right|correct)|what about .*|\W*(?:\w+\W+){0,2}\w+\s*:",
    re.I,
)
_COUNT = re.compile(r"\b(?:which|choose|select|name|mark|pick) (?:the )?(two|three|four|five)\b", re.I)
_FALSE = re.compile(
    r"\b(?:statement|claim|sentence|option)s?\b[^.?]*\b(?:false|incorrect|untrue|wrong)\b|"
    r"\b(?:false|incorrect|untrue|wrong) (?:statement|claim|sentence|option)\b|"
    r"\bexcept\s*:|\b(?:which|what)(?: of (?:these|the following))? (?:is|are|does|do|ca)n['’]t\b",
    re.I,
)
_NOT = re.compile(
    r"\b(?:(?:does|do|did)(?:n['’]t| not)|(?:is|are|was|can|will)(?:n['’]t| not)|cannot|not|no|never)\b",
    re.I,
)
_VOCABULARY = 6
"""How many questions a bank needs before its words are known."""


def giveaways(question: OptionsQuestion) -> Iterator[Giveaway]:
    """Yield what gives the answer of a question away."""
    plain = re.sub(r"\*\*[^*]+\*\*|`[^`]*`", "", question.prompt)
    if _FALSE.search(plain):
        message = (
            "the question asks for what is not true; emphasize this word in bold, or ask for what is true"
        )
        yield ("prompt",), "hidden-negative", message
    if isinstance(question, Multi):
        yield from _count(question)
        yield from _long_keys(question)
    if not isinstance(question, Choice):
        return
    if _UNFOCUSED.fullmatch(question.prompt.strip().rstrip("?.").strip()):
        message = (
            "the prompt asks nothing by itself; ask a question that can be answered without the options"
        )
        yield ("prompt",), "unfocused-prompt", message
    yield from _opposites(question)
    yield from _odd_one_out(question)
    yield from _hint(question)
    yield from _only_one(question)
    key = question.right.text.strip(" .")
    if len(words_of_text(key)) <= 1 and len(key) > 3 and _has(question.prompt, key):
        others = [one.text.strip(" .") for one in question.options if not one.correct]
        if not any(_has(question.prompt, one) for one in others):
            place = question.options.index(question.right)
            message = "the prompt has this right option, and no wrong one"
            yield ("options", place, "text"), "prompt-gives-key", message


def _has(text: str, part: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text, re.I) is not None


def _count(question: Multi) -> Iterator[Giveaway]:
    found = _COUNT.search(question.prompt)
    right = sum(one.correct for one in question.options)
    if found and NUMBERS.index(found[1].lower()) != right:
        yield ("prompt",), "wrong-count", f"the prompt asks for {found[1].lower()}, and {right} are right"


def _long_keys(question: Multi) -> Iterator[Giveaway]:
    right = [len(one.text) for one in question.options if one.correct]
    wrong = [len(one.text) for one in question.options if not one.correct]
    if len(right) > 1 and len(wrong) > 1 and min(right) > 1.5 * max(wrong) + 10:
        message = "each right option is by far longer than every wrong one, which gives them away"
        yield ("options",), "length-cue", message


def _opposites(question: Choice) -> Iterator[Giveaway]:
    """Find a right option and its opposite among others, so that a learner only chooses between two."""
    pairs = [
        (one, other)
        for one, other in combinations(question.options, 2)
        if (_NOT.search(one.text) is None) != (_NOT.search(other.text) is None)
        and _without_not(one)
        and _without_not(one) == _without_not(other)
    ]
    if len(pairs) == 1 and len(question.options) > 2 and question.right in pairs[0]:
        wrong = next(one for one in pairs[0] if one is not question.right)
        place = question.options.index(question.right)
        message = f"this and {wrong.text!r} are opposites, so that the other options can be left out"
        yield ("options", place, "text"), "opposite-options", message


def _without_not(option: Option) -> tuple[str, ...]:
    text = re.sub(r"\b(?:is|are|was|does|do|did|can|will)\b", " ", _NOT.sub(" ", option.text), flags=re.I)
    return tuple(re.sub(r"(?<=\w\w)s$", "", word) for word in words_of_text(text))


def _odd_one_out(question: Choice) -> Iterator[Giveaway]:
    """Find wrong options that all begin alike, as the right one doesn't."""
    wrong = [tuple(words_of_text(one.text)[:2]) for one in question.options if not one.correct]
    right = tuple(words_of_text(question.right.text)[:2])
    if len(wrong) > 2 and len(set(wrong)) == 1 and content_words(" ".join(wrong[0])) and right != wrong[0]:
        place = question.options.index(question.right)
        message = f"every wrong option begins with {' '.join(wrong[0])!r}, and this one doesn't"
        yield ("options", place, "text"), "odd-option", message


def _only_one(question: Choice) -> Iterator[Giveaway]:
    """Find a right option that alone is code, or alone has the number that the prompt asks for."""
    wrong = [one.text for one in question.options if not one.correct]
    place, key = question.options.index(question.right), question.right.text
    if re.fullmatch(r"`[^`]+`", key) and not any("`" in text for text in wrong):
        yield ("options", place, "text"), "odd-option", "only this option is code, which gives it away"
    asked = re.search(r"\bhow (?:long|many|much|often)\b", question.prompt, re.I)
    if asked and _amount(key) and not any(map(_amount, wrong)):
        message = "only this option has a number, as the prompt asks"
        yield ("options", place, "text"), "odd-option", message


def _amount(text: str) -> bool:
    return re.search(r"\d", text) is not None or any(one in NUMBERS for one in words_of_text(text))


def _hint(question: Choice) -> Iterator[Giveaway]:
    said = _numbered(question.hint) - _numbered(question.prompt)
    options = {place: _numbered(one.text) for place, one in enumerate(question.options)}
    right = question.options.index(question.right)
    wrong = {place: words for place, words in options.items() if place != right}
    telling = options[right] - set().union(*wrong.values()) - _numbered(question.prompt)
    if len(options[right]) == 1 and telling & said:
        message = f"the hint has the right option {question.right.text!r}"
        yield ("hint",), "hint-gives-key", message
    elif options[right] and telling and options[right] <= said:
        message = f"the hint has all words of the right option {question.right.text!r}"
        yield ("hint",), "hint-gives-key", message
    own = [words - options[right] for words in wrong.values()]
    if len(own) > 1 and all(words and words <= said for words in own) and _NOT.search(question.hint):
        yield ("hint",), "hint-gives-key", "the hint excludes every wrong option"


def _numbered(text: str) -> set[str]:
    """Return the content words of a text, with numbers as digits, and code as one word."""
    words = content_words(text)
    words |= {one.strip("`").lower() for one in re.findall(r"`[^`]+`|\bX-[\w-]+", text)}
    numbers = {str(NUMBERS.index(one)) for one in words_of_text(text) if one in NUMBERS}
    return words | numbers | set(re.findall(r"\b\d+\b", text))


def absurd_options(bank: Bank) -> Iterator[Giveaway]:
    """Find wrong options of which no word is in any other question of the bank, or in this one.

    Yields
    ------
    Giveaway
        The places are those of the bank's file.
    """
    if len(bank.questions) < _VOCABULARY:
        return
    texts = [_all_words(one) for one in bank.questions]
    for index, question in enumerate(bank.questions):
        if not isinstance(question, Choice):
            continue
        others = set().union(*(words for place, words in enumerate(texts) if place != index))
        for place, option in enumerate(question.options):
            words = content_words(option.text)
            if option.correct or option.misconception or not words or _NOT_ABSURD.search(option.text):
                continue
            beside = [one.text for one in question.options if one is not option]
            own = content_words(" ".join((question.prompt, *beside, question.hint, *question.solution)))
            if not words & (others | own):
                message = (
                    "no word of this option is anywhere else in the bank, so maybe no learner chooses it; "
                    "write what people confuse with the answer, or name its misconception"
                )
                yield ("questions", index, "options", place, "text"), "absurd-option", message


def _all_words(question: Question) -> set[str]:
    options = question.options if isinstance(question, OptionsQuestion) else []
    texts = [question.prompt, question.hint, question.quick_check, *question.solution]
    texts += [text for one in options for text in (one.text, one.why)]
    return content_words(" ".join((*texts, *question.common_mistakes)))
