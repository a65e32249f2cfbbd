"""Rules for banks: how questions are asked, and what they name."""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from rolecall.check._findings import Finding, Severity
from rolecall.check._read import Read
from rolecall.check._text import problems_of, texts_in
from rolecall.lab.judges import CourseJudges
from rolecall.quiz import (
    BadPolicy,
    BadTemplate,
    Bank,
    Choice,
    Cli,
    Multi,
    NoCommand,
    Policy,
    Question,
    shown_order,
    variant,
)
from rolecall.quiz.fields import Difficulty

_ALIKE = 0.92
_LONGER = 1.5
_FEW = 6
"""Fewer questions than this tell nothing about a bank's balance."""
_OF_ALL = re.compile(r"\b(all|none|both|neither) of (the )?(above|these|those)\b|\ball answers\b", re.I)
_NEGATIVE = re.compile(r"\b(which|what|who)\b[^?]*?\b(not|never|except|cannot)\b[^?]*\?", re.I)
_VARIANTS = 8
WARNING = Severity.WARNING


def check_banks(read: Read) -> Iterator[Finding]:
    """Everything wrong in the banks that can be read."""
    judges = CourseJudges(read.course.folder)
    try:
        for file, bank in read.banks.items():
            yield from _texts(read, file)
            yield from _names(read, file, bank)
            yield from _balance(read, file, bank)
            yield from _alike(read, file, bank)
            for index, question in enumerate(bank.questions):
                yield from _question(read, file, index, question)
                yield from _computed(read, file, index, question, judges)
    finally:
        judges.close()
    yield from _twice(read)
    yield from _catalogue(read)


def _texts(read: Read, file: Path) -> Iterator[Finding]:
    for where, text in texts_in(read.places.document(file).value):
        for rule, message in problems_of(text, file.parent):
            yield read.places.at(file, where, rule, message)


def _names(read: Read, file: Path, bank: Bank) -> Iterator[Finding]:
    asked = {question.skill for question in bank.questions}
    for skill in bank.skills:
        if skill not in asked:
            message = f"no question asks for the skill {skill!r}"
            yield read.places.at_key(file, ("skills", skill), "unused-skill", message)
    named = _named(bank)
    own = read.places.document(file).value
    for idea in own.get("misconceptions", {}) if isinstance(own, dict) else {}:
        if idea not in named and not _named_by_tasks(read, idea):
            message = f"no answer shows the misconception {idea!r}"
            yield read.places.at_key(file, ("misconceptions", idea), "unused-misconception", message)


def _named(bank: Bank) -> set[str]:
    return {idea for question in bank.questions for _, idea in question.wrong_ideas()}


def _named_by_tasks(read: Read, idea: str) -> bool:
    return any(
        mistake.misconception == idea
        for tasks in read.tasks.values()
        for task in tasks
        for mistake in task.mistakes
    )


def _catalogue(read: Read) -> Iterator[Finding]:
    if not read.shared:
        return
    file = read.course.folder / "quizzes" / "misconceptions.yaml"
    named = set().union(*(_named(bank) for bank in read.banks.values()))
    for idea in read.shared:
        if idea not in named and not _named_by_tasks(read, idea):
            message = f"no answer and no task shows the misconception {idea!r}"
            yield read.places.at_key(file, ("misconceptions", idea), "unused-misconception", message)
    yield from _texts(read, file)


def _balance(read: Read, file: Path, bank: Bank) -> Iterator[Finding]:
    if len(bank.questions) < _FEW:
        return
    counted = Counter(question.difficulty for question in bank.questions)
    for difficulty in get_args(Difficulty):
        if counted[difficulty] < len(bank.questions) / 6:
            share = f"{counted[difficulty]} of {len(bank.questions)} questions are {difficulty}"
            message = f"{share}; a test wants a third"
            yield read.places.at_key(file, ("questions",), "difficulty-balance", message, WARNING)
    choices = [one for one in bank.questions if isinstance(one, Choice)]
    places = Counter(shown_order(one).index(one.right) for one in choices)
    if len(choices) >= _FEW and max(places.values()) > 0.7 * len(choices):
        place = places.most_common(1)[0][0] + 1
        often = f"{places[place - 1]} of {len(choices)}"
        message = f"the right option is shown as number {place} in {often} questions"
        yield read.places.at_key(file, ("questions",), "position-bias", message, WARNING)


def _alike(read: Read, file: Path, bank: Bank) -> Iterator[Finding]:
    texts = [_asked(question) for question in bank.questions]
    for index, text in enumerate(texts):
        matcher = difflib.SequenceMatcher(b=text, autojunk=False)
        for before in range(index):
            if abs(len(texts[before]) - len(text)) > 0.2 * max(len(text), 1):
                continue
            matcher.set_seq1(texts[before])
            if (
                matcher.real_quick_ratio() > _ALIKE
                and matcher.quick_ratio() > _ALIKE
                and matcher.ratio() > _ALIKE
            ):
                other = bank.questions[before].id
                message = f"asks nearly the same as {other!r}; change or drop one"
                yield read.places.at(
                    file, ("questions", index, "prompt"), "near-duplicate", message, WARNING
                )
                break


def _asked(question: Question) -> str:
    """What a learner has before them: the prompt, and what tells two questions with one prompt apart."""
    fields = question.model_dump(
        exclude_unset=True, include={"prompt", "text", "case", "allow", "deny", "accept"}
    )
    if isinstance(question, Choice | Multi):
        fields["options"] = sorted(option.text for option in question.options)
    return json.dumps(fields, sort_keys=True, ensure_ascii=False).lower()


def _question(read: Read, file: Path, index: int, question: Question) -> Iterator[Finding]:
    at = ("questions", index)
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", question.prompt, flags=re.S)
    plain = re.sub(r"\*\*[^*]+\*\*|\b(NOT|NEVER|EXCEPT)\b", "", prose)
    if _NEGATIVE.search(plain):
        message = "asks for what is not so; write the not in bold, or ask for what is"
        yield read.places.at(file, (*at, "prompt"), "hidden-negative", message, WARNING)
    if not isinstance(question, Choice | Multi):
        return
    for place, option in enumerate(question.options):
        if _OF_ALL.search(option.text):
            message = f"{option.text!r} tests reading, not knowing; say what it stands for"
            yield read.places.at(file, (*at, "options", place, "text"), "all-of-the-above", message)
    if isinstance(question, Choice):
        longest = max(len(one.text) for one in question.options if not one.correct)
        if len(question.right.text) > _LONGER * longest + 10:
            message = "the right option is much the longest, which gives it away"
            place = question.options.index(question.right)
            yield read.places.at(file, (*at, "options", place, "text"), "length-cue", message, WARNING)


def _computed(
    read: Read, file: Path, index: int, question: Question, judges: CourseJudges
) -> Iterator[Finding]:
    """Keys that are computed, and what must be read by somebody else's rules."""
    seeds = range(_VARIANTS) if question.vary else (0,)
    for seed in seeds:
        try:
            one = variant(question, seed, judges)
            yield from _keyed(read, file, index, one, judges)
        except (BadTemplate, BadPolicy, NoCommand, ValueError) as error:
            where, rule = _where_and_rule(question, error)
            yield read.places.at(file, ("questions", index, *where), rule, str(error))
            return


def _where_and_rule(question: Question, error: ValueError) -> tuple[tuple[str, ...], str]:
    if isinstance(error, BadTemplate):
        return ("vary",), "bad-template"
    if isinstance(error, NoCommand):
        return ("accept",), "bad-command"
    part = {"policy": "sample", "decide": "case"}.get(question.kind, "id")
    return (part,), "bad-policy" if isinstance(error, BadPolicy) else "bad-key"


def _keyed(read: Read, file: Path, index: int, one: Question, judges: CourseJudges) -> Iterator[Finding]:
    if isinstance(one, Cli):
        for command in one.accept:
            judges.read_command(command)
    judged: Any = one.judge(one.right_answer(judges), judges)
    if judged.score < 1:
        said = "; ".join(remark.why for remark in judged.remarks if not remark.right)
        where = ("questions", index, "sample" if isinstance(one, Policy) else "id")
        yield read.places.at(file, where, "wrong-key", f"its own answer is graded as wrong: {said}")
    if isinstance(one, Policy):
        everything = {"Version": "2012-10-17", "Statement": [_wide(one)]}
        for name, answer in (("starter", one.starter), ("deny", json.dumps(everything))):
            if one.judge(answer, judges).score == 1:
                which = "what stands in the editor at first" if name == "starter" else "Allow *"
                message = f"{which} is right already"
                yield read.places.at(file, ("questions", index, name), "too-easy", message)
    if isinstance(one, Cli):
        for place, wrong in enumerate(one.wrong):
            try:
                judges.read_command(wrong.command)
            except NoCommand as error:
                message = f"no learner can type this: {error}"
                yield read.places.at(
                    file, ("questions", index, "wrong", place), "bad-command", message, WARNING
                )


def _wide(question: Policy) -> dict[str, Any]:
    """A statement that allows everything, in the form of the policy that is asked for."""
    if question.policy_type == "trust":
        return {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    if question.policy_type == "resource":
        return {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    return {"Effect": "Allow", "Action": "*", "Resource": "*"}


def _twice(read: Read) -> Iterator[Finding]:
    """Names of banks that two files have, and banks that are named otherwise than their file."""
    for file, bank in read.banks.items():
        if bank.name != file.stem:
            message = f"the bank {bank.name!r} stands in {file.name}; one finds it by the file's name"
            yield read.places.at(file, ("bank",), "name-and-file", message)
