"""Find questions that give their answer away, or that tell little about what a learner knows.

Most rules are from T. M. Haladyna, S. M. Downing, and M. C. Rodriguez, "A Review of Multiple-Choice
Item-Writing Guidelines for Classroom Assessment", Applied Measurement in Education 15 (2002).
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import get_args

from rolecall._yaml import Where
from rolecall.check._findings import Finding, Severity
from rolecall.check._giveaways import absurd_options, giveaways
from rolecall.check._loaded_course import LoadedCourse
from rolecall.check._option_cues import ABSOLUTE, option_cues
from rolecall.check._settings import CheckSettings
from rolecall.check._similar_questions import similar_questions
from rolecall.check._typed_answers import typed_answer_problems
from rolecall.check._wording import wording_problems
from rolecall.check._words_of_texts import content_words, words_of_text
from rolecall.quiz import Bank, Choice, Multi, Question
from rolecall.quiz._ability import DIFFICULTY, STRONG, chance_of_right, estimate
from rolecall.quiz.fields import Difficulty
from rolecall.quiz.kinds import OptionsQuestion

Weakness = tuple[Where, str, str]
"""A place in the bank's file, the name of a rule, and what is wrong."""

_MIN_QUESTIONS = 6
"""How many questions a bank needs before its balance is judged."""
_HEDGED = re.compile(r"\b(usually|often|sometimes|generally|typically|may|might|can be|probably)\b", re.I)
_ARTICLE = re.compile(r"\b(an?)\s*(?:_+|…|\.\.\.)?\s*[:?.]?\s*$", re.I)
_CODE = re.compile(r"`[^`]*`|```.*?```", re.S)
_TEST_LENGTH = 10
_SIMULATED = 200


def check_weak_questions(loaded: LoadedCourse) -> Iterator[Finding]:
    """Yield a warning for each weakness of the banks."""
    for file, bank in loaded.banks.items():
        for where, rule, message in weaknesses(bank, loaded.settings):
            yield loaded.places.at(file, where, rule, message, Severity.WARNING)
    for file, where, rule, message in similar_questions(loaded.banks, loaded.settings):
        yield loaded.places.at(file, where, rule, message, Severity.WARNING)


def weaknesses(bank: Bank, settings: CheckSettings) -> Iterator[Weakness]:
    """Find the weaknesses of a bank and its questions.

    Yields
    ------
    Weakness
        The places are those of the bank's file.
    """
    for index, question in enumerate(bank.questions):
        for where, rule, message in _of_question(bank, question, settings):
            yield ("questions", index, *where), rule, message
    yield from absurd_options(bank)
    yield from _of_keys(bank, settings)
    yield from _of_words(bank, settings)
    yield from _power(bank, settings)


def _of_question(bank: Bank, question: Question, settings: CheckSettings) -> Iterator[Weakness]:
    yield from _difficulty(question)
    yield from wording_problems(question)
    yield from typed_answer_problems(question)
    if words_of_text(question.hint) == words_of_text(question.prompt):
        yield ("hint",), "hint-repeats-prompt", "the hint repeats the prompt; say what to think of"
    if isinstance(question, OptionsQuestion):
        yield from _rationales(question, settings)
        yield from _misconceptions(bank, question)
        yield from _similar_options(question)
        yield from _given_away(question, settings)
        yield from giveaways(question)
    if isinstance(question, Choice):
        yield from _grammar(question)
        yield from option_cues(question)
        if len(question.options) < settings.fewest_options:
            message = f"a guess is right in one of {len(question.options)} cases; add wrong options"
            yield ("options",), "few-options", message
    elif isinstance(question, Multi) and sum(one.correct for one in question.options) == 1:
        yield ("kind",), "one-right-option", "only one option is right; make it a `choice`"


def _rationales(question: OptionsQuestion, settings: CheckSettings) -> Iterator[Weakness]:
    for place, option in enumerate(question.options):
        where = ("options", place, "why")
        why, text = content_words(option.why), content_words(option.text)
        if len(option.why.split()) < settings.shortest_rationale:
            count = len(option.why.split())
            words = "1 word" if count == 1 else f"{count} words"
            message = f"the rationale has {words}; say what really happens, and why"
            yield where, "short-rationale", message
        elif len(why - text) < settings.new_words_of_rationale:
            new = f"only {', '.join(sorted(why - text))}" if why - text else "nothing"
            message = f"the rationale repeats the option: {new} is new; say why it is so"
            yield where, "rationale-repeats-option", message
    for (_, one), (place, other) in combinations(enumerate(question.options), 2):
        if words_of_text(one.why) == words_of_text(other.why) and one.correct == other.correct:
            message = f"the rationale is that of {one.text!r} too; say why this option tempts"
            yield ("options", place, "why"), "same-rationale", message


def _misconceptions(bank: Bank, question: OptionsQuestion) -> Iterator[Weakness]:
    for place, option in enumerate(question.options):
        idea = bank.misconceptions.get(option.misconception or "")
        if idea is None:
            continue
        said = content_words(f"{option.text} {option.why} {question.prompt}")
        if not said & content_words(f"{idea.title} {idea.because}"):
            message = f"neither the option nor its rationale says anything of {idea.title!r}"
            yield ("options", place, "misconception"), "misfit-misconception", message


def _similar_options(question: OptionsQuestion) -> Iterator[Weakness]:
    for (_, one), (place, other) in combinations(enumerate(question.options), 2):
        words, others = _as_possessive(one.text), _as_possessive(other.text)
        if words and words == others and "`" not in one.text:
            message = f"says the same as {one.text!r}, so that neither can be the only right one"
            yield ("options", place, "text"), "same-option", message


def _as_possessive(text: str) -> list[str]:
    """Return the words of a text, so that "the SDK of the caller" has those of "the caller's SDK"."""
    plain = " ".join(word for word in words_of_text(text) if word not in ("a", "an", "the"))
    return re.sub(r"\b(\w+) of (\w+)\b", r"\2's \1", plain).split()


def _given_away(question: OptionsQuestion, settings: CheckSettings) -> Iterator[Weakness]:
    wrong = set().union(*(content_words(one.text) for one in question.options if not one.correct))
    prompt = content_words(question.prompt)
    for place, option in enumerate(question.options):
        if not option.correct:
            continue
        telling = content_words(option.text) - wrong
        if _shares(content_words(question.hint) - prompt, telling, settings.given_away):
            yield ("hint",), "hint-gives-key", f"the hint has the words of the right option {option.text!r}"
        if isinstance(question, Choice) and _shares(prompt, telling, settings.given_away):
            message = "the prompt has words of this right option, which no wrong option has"
            yield ("options", place, "text"), "prompt-gives-key", message


def _shares(said: set[str], telling: set[str], share: float) -> bool:
    common = said & telling
    return len(common) >= 2 and len(common) >= share * len(telling)


def _grammar(question: Choice) -> Iterator[Weakness]:
    """Find marks that only the right option has."""
    prompt = _CODE.sub("", question.prompt).strip()
    tests: dict[str, Callable[[str], bool]] = {
        "begins with the sound that the article before it requires": _fits_article(prompt),
        "ends with a period": lambda text: text.endswith("."),
        "begins with a small letter": lambda text: text[:1].islower(),
        "begins with a capital letter": lambda text: text[:1].isupper(),
        "is in the plural that the prompt asks for": _fits_plural(prompt),
        "has a part in parentheses": lambda text: "(" in text and ")" in text,
        "begins with to": lambda text: re.match(r"to\b", text, re.I) is not None,
        "is in quotation marks": lambda text: re.fullmatch(r"[\"“'].*[\"”']", text) is not None,
        "begins with the verb form that the prompt requires": _fits_gerund(prompt),
        "gives a reason": lambda text: re.match(r"(yes|no)\b.*\bbecause\b", text, re.I) is not None,
        "has more than one sentence": lambda text: re.search(r"[.!;] +\S", text) is not None,
    }
    texts = [one.text for one in question.options if not one.correct]
    for mark, has in tests.items():
        right = has(_CODE.sub("", question.right.text).strip() or "`")
        if len(texts) > 1 and right and not any(has(_CODE.sub("", text).strip() or "`") for text in texts):
            if mark.startswith("begins with a") and any("`" in one.text[:1] for one in question.options):
                continue
            place = question.options.index(question.right)
            message = f"only the right option {mark}, which gives it away"
            yield ("options", place, "text"), "grammar-cue", message


def _fits_article(prompt: str) -> Callable[[str], bool]:
    article = _ARTICLE.search(prompt)
    if article is None:
        return lambda _: False
    vowel = article[1].lower() == "an"
    return lambda text: (text[:1].lower() in "aeiou") == vowel


def _fits_plural(prompt: str) -> Callable[[str], bool]:
    of_several = re.search(r"\b(are|were|do|have)\b[^.?]*[:?]?$", prompt)
    if not of_several or re.search(r"\b(is|does|has)\b", prompt):
        return lambda _: False
    return lambda text: re.fullmatch(r"(The |An? )?\w+s", text) is not None


def _fits_gerund(prompt: str) -> Callable[[str], bool]:
    if not re.search(r"\b(by|of|for|without)\s*[:_…]*$", prompt):
        return lambda _: False
    return lambda text: re.match(r"\w+ing\b", text) is not None


def _difficulty(question: Question) -> Iterator[Weakness]:
    """Find questions that are called hard, and answered by recalling one fact."""
    if (
        question.difficulty == "hard"
        and isinstance(question, Choice)
        and len(question.solution) < 2
        and len(question.prompt.split()) < 15
    ):
        message = "this asks for one fact, with a solution of one step; call it easy or medium"
        yield ("difficulty",), "difficulty", message


def _of_keys(bank: Bank, settings: CheckSettings) -> Iterator[Weakness]:
    """Find what the right options of a bank have in common."""
    choices = [one for one in bank.questions if isinstance(one, Choice)]
    if len(choices) < _MIN_QUESTIONS:
        return
    chances = [1 / len(one.options) for one in choices]
    lengths = [[len(option.text) for option in one.options] for one in choices]
    keys = [one.options.index(one.right) for one in choices]
    for rule, which, extreme in (("longest-key", "longest", max), ("shortest-key", "shortest", min)):
        hits = sum(all_[key] == extreme(all_) for all_, key in zip(lengths, keys, strict=True))
        if _above(hits, chances, settings.noise):
            message = f"the right option is the {which} in {hits} of {len(choices)} questions"
            yield ("questions",), rule, f"{message}, and {sum(chances):.0f} would be chance"
    for place in sorted(set(keys)):
        count = keys.count(place)
        # A place that a question doesn't have is no chance.
        possible = [1 / len(one.options) if place < len(one.options) else 0.0 for one in choices]
        if _above(count, possible, settings.noise):
            message = f"the right option is number {place + 1} in {count} of {len(choices)} questions"
            yield ("questions",), "position-bias", f"{message}; not every program shuffles options"


def _above(count: int, chances: Iterable[float], noise: float) -> bool:
    """Whether a count is above chance by more than noise, in standard deviations of the sum."""
    chances = list(chances)
    deviation = math.sqrt(sum(one * (1 - one) for one in chances))
    return deviation > 0 and count - sum(chances) > noise * deviation


def _of_words(bank: Bank, settings: CheckSettings) -> Iterator[Weakness]:
    options = [
        option for one in bank.questions if isinstance(one, OptionsQuestion) for option in one.options
    ]
    right = [one.text for one in options if one.correct]
    wrong = [one.text for one in options if not one.correct]
    if len(right) < _MIN_QUESTIONS:
        return
    absolute = [[bool(ABSOLUTE.search(text)) for text in texts] for texts in (wrong, right)]
    if _more(absolute[0], absolute[1], settings.noise):
        yield (
            ("questions",),
            "absolute-words",
            f"words such as always and never are in {sum(absolute[0])} of {len(wrong)} wrong options, "
            f"but in {sum(absolute[1])} of {len(right)} right ones",
        )
    hedged = [[bool(_HEDGED.search(text)) for text in texts] for texts in (right, wrong)]
    if _more(hedged[0], hedged[1], settings.noise):
        yield (
            ("questions",),
            "hedge-words",
            f"words such as usually and may are in {sum(hedged[0])} of {len(right)} right options, "
            f"but in {sum(hedged[1])} of {len(wrong)} wrong ones",
        )


def _more(ones: list[bool], others: list[bool], noise: float) -> bool:
    """Whether a share is larger than another by more than noise (pooled test of two proportions)."""
    pooled = (sum(ones) + sum(others)) / (len(ones) + len(others))
    deviation = math.sqrt(pooled * (1 - pooled) * (1 / len(ones) + 1 / len(others)))
    return deviation > 0 and sum(ones) / len(ones) - sum(others) / len(others) > noise * deviation


def _power(bank: Bank, settings: CheckSettings) -> Iterator[Weakness]:
    """Simulate tests of learners who are clearly above and clearly below the limit of "strong"."""
    if len(bank.questions) < _TEST_LENGTH:
        return
    right = verdict_power(bank)
    if right < settings.verdict_power:
        yield (
            ("questions",),
            "verdict-power",
            f"a test of ten of these questions tells strong learners from beginners "
            f"in {right:.0%} of cases; "
            "write questions of other difficulties, with more options",
        )


def verdict_power(bank: Bank) -> float:
    """Return the share of simulated tests that tell a strong learner from a beginner, from 0 to 1.

    A learner who doesn't know the answer of a `choice` guesses. The test takes as many questions of each
    difficulty as it can.
    """
    chance = random.Random(bank.name)
    by_difficulty = {
        one: [each for each in bank.questions if each.difficulty == one] for one in get_args(Difficulty)
    }
    correct = 0
    for number in range(_SIMULATED):
        strong = number % 2 == 0
        ability = STRONG + (1.5 if strong else -1.5)
        asked = [chance.choice(listed) for listed in by_difficulty.values() if listed for _ in range(3)]
        asked += chance.sample(bank.questions, _TEST_LENGTH - len(asked))
        answers = []
        for question in asked:
            level = DIFFICULTY[question.difficulty]
            guess = 1 / len(question.options) if isinstance(question, Choice) else 0.0
            knows = chance_of_right(ability, level)
            answers.append((level, float(chance.random() < knows + (1 - knows) * guess)))
        correct += (estimate(answers).ability >= STRONG - 0.5) == strong
    return correct / _SIMULATED
