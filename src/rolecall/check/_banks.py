"""Rules for banks: how questions are written, and what they name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from rolecall.check._findings import Finding, Severity
from rolecall.check._loaded_course import LoadedCourse
from rolecall.check._text import problems_of, texts_in
from rolecall.lab.server_judges import ServerJudges
from rolecall.quiz import (
    Bank,
    Choice,
    InvalidCommand,
    InvalidPolicy,
    InvalidTemplate,
    Question,
    variant,
)
from rolecall.quiz.fields import Difficulty
from rolecall.quiz.kinds import OptionsQuestion

_MAX_LENGTH_RATIO = 1.5
_MIN_QUESTIONS = 6
"""How many questions a bank needs before its balance is judged."""
_OF_ALL = re.compile(
    r"\b(all|none|both|neither|any) of (the )?(above|these|those)\b|^all of them$|\ball answers\b", re.I
)
_NEGATIVE = re.compile(r"\b(which|what|who)\b[^?]*?\b(not|never|except|cannot)\b[^?]*\?", re.I)
_VARIANTS = 8
WARNING = Severity.WARNING


def check_banks(loaded: LoadedCourse) -> Iterator[Finding]:
    """Check the banks that could be loaded."""
    # A key must be right in a graded quiz, too, where a command may not read files.
    judges = ServerJudges(loaded.folder)
    try:
        for file, bank in loaded.banks.items():
            yield from _texts(loaded, file)
            yield from _names(loaded, file, bank)
            yield from _balance(loaded, file, bank)
            for index, question in enumerate(bank.questions):
                yield from _question(loaded, file, index, question)
                yield from _computed_keys(loaded, file, index, question, judges)
    finally:
        judges.close()
    yield from _bank_names(loaded)
    yield from _catalogue(loaded)


def _texts(loaded: LoadedCourse, file: Path) -> Iterator[Finding]:
    unfinished = []
    for where, text in texts_in(loaded.places.document(file).value):
        for rule, message in problems_of(text, file.parent):
            if rule == "unfinished":
                unfinished.append(where)
            else:
                yield loaded.places.at(file, where, rule, message)
    if unfinished:
        # An imported bank has many of them, and works until somebody writes them.
        message = f"{len(unfinished)} texts of this file are TODO; this is the first"
        yield loaded.places.at(file, unfinished[0], "unfinished", message, WARNING)


def _names(loaded: LoadedCourse, file: Path, bank: Bank) -> Iterator[Finding]:
    asked = {question.skill for question in bank.questions}
    for skill in bank.skills:
        if skill not in asked:
            message = f"no question has the skill {skill!r}"
            yield loaded.places.at_key(file, ("skills", skill), "unused-skill", message)
    named = _misconceptions_of(bank)
    own = loaded.places.document(file).value
    for idea in own.get("misconceptions", {}) if isinstance(own, dict) else {}:
        if idea not in named and not _is_named_by_tasks(loaded, idea):
            message = f"no answer has the misconception {idea!r}"
            yield loaded.places.at_key(file, ("misconceptions", idea), "unused-misconception", message)


def _misconceptions_of(bank: Bank) -> set[str]:
    return {idea for question in bank.questions for _, idea in question.named_misconceptions()}


def _is_named_by_tasks(loaded: LoadedCourse, idea: str) -> bool:
    return any(
        mistake.misconception == idea
        for tasks in loaded.tasks.values()
        for task in tasks
        for mistake in task.mistakes
    )


def _catalogue(loaded: LoadedCourse) -> Iterator[Finding]:
    if not loaded.shared:
        return
    file = loaded.folder / "quizzes" / "misconceptions.yaml"
    named = set().union(*(_misconceptions_of(bank) for bank in loaded.banks.values()))
    for idea in loaded.shared:
        if idea not in named and not _is_named_by_tasks(loaded, idea):
            message = f"no answer and no task has the misconception {idea!r}"
            yield loaded.places.at_key(file, ("misconceptions", idea), "unused-misconception", message)
    yield from _texts(loaded, file)


def _balance(loaded: LoadedCourse, file: Path, bank: Bank) -> Iterator[Finding]:
    if len(bank.questions) < _MIN_QUESTIONS:
        return
    counted = Counter(question.difficulty for question in bank.questions)
    for difficulty in get_args(Difficulty):
        if counted[difficulty] < len(bank.questions) / 6:
            share = f"{counted[difficulty]} of {len(bank.questions)} questions are {difficulty}"
            message = f"{share}; a test takes a third of each"
            yield loaded.places.at_key(file, ("questions",), "difficulty-balance", message, WARNING)


def _question(loaded: LoadedCourse, file: Path, index: int, question: Question) -> Iterator[Finding]:
    at = ("questions", index)
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", question.prompt, flags=re.S)
    plain = re.sub(r"\*\*[^*]+\*\*|\b(NOT|NEVER|EXCEPT)\b", "", prose)
    if _NEGATIVE.search(plain):
        message = "the question asks for what is not true; write “not” in bold, or ask for what is true"
        yield loaded.places.at(file, (*at, "prompt"), "hidden-negative", message, WARNING)
    if not isinstance(question, OptionsQuestion):
        return
    for place, option in enumerate(question.options):
        if _OF_ALL.search(option.text) and not option.last:
            message = f"{option.text!r} tests reading; write out what it refers to, or add `last: true`"
            yield loaded.places.at(file, (*at, "options", place, "text"), "all-of-the-above", message)
    if isinstance(question, Choice):
        longest = max(len(one.text) for one in question.options if not one.correct)
        if len(question.right.text) > _MAX_LENGTH_RATIO * longest + 10:
            message = "the right option is by far the longest, which gives it away"
            place = question.options.index(question.right)
            yield loaded.places.at(file, (*at, "options", place, "text"), "length-cue", message, WARNING)


def _computed_keys(
    loaded: LoadedCourse, file: Path, index: int, question: Question, judges: ServerJudges
) -> Iterator[Finding]:
    """Check keys that are computed, and answers that AWS's own rules parse."""
    seeds = range(_VARIANTS) if question.vary else (0,)
    for seed in seeds:
        try:
            one = variant(question, seed, judges)
            yield from _key_of_variant(loaded, file, index, one, judges)
        except (InvalidTemplate, InvalidPolicy, InvalidCommand, ValueError) as error:
            field, rule = _field_and_rule(question, error)
            yield loaded.places.at(file, ("questions", index, field), rule, str(error))
            return


def _field_and_rule(question: Question, error: ValueError) -> tuple[str, str]:
    match error:
        case InvalidTemplate():
            return "vary", "bad-template"
        case InvalidCommand():
            return question.key_field, "bad-command"
        case InvalidPolicy():
            return question.key_field, "bad-policy"
    return question.key_field, "bad-key"


def _key_of_variant(
    loaded: LoadedCourse, file: Path, index: int, one: Question, judges: ServerJudges
) -> Iterator[Finding]:
    at = ("questions", index)
    for where, command, must_be_valid in one.commands():
        try:
            judges.read_command(command)
        except InvalidCommand as error:
            if must_be_valid:
                raise
            message = f"the AWS CLI rejects this command: {error}"
            yield loaded.places.at(file, (*at, *where), "bad-command", message, WARNING)
    grade = one.grade(one.right_answer(judges), judges)
    if grade.score < 1:
        reasons = "; ".join(remark.why for remark in grade.remarks if not remark.right)
        message = f"the question's own answer is graded as wrong: {reasons}"
        yield loaded.places.at(file, (*at, one.key_field), "wrong-key", message)
    for where, name, answer in one.too_broad_answers():
        if one.grade(answer, judges).score == 1:
            message = f"{name} is already graded as right"
            yield loaded.places.at(file, (*at, *where), "too-easy", message)


def _bank_names(loaded: LoadedCourse) -> Iterator[Finding]:
    """Check that banks are named after their files, and that no name occurs twice."""
    for file, bank in loaded.banks.items():
        if bank.name != file.stem:
            message = f"the bank {bank.name!r} must be named after its file, {file.name}"
            yield loaded.places.at(file, ("bank",), "name-and-file", message)
