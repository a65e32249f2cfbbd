"""text2qti, a text format for Canvas quizzes: https://github.com/gpoore/text2qti."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sized
from dataclasses import dataclass, field
from fractions import Fraction

from rolecall.quiz.interchange._drafts import Drafts, Fields, blank_of, decimal, number_of
from rolecall.quiz.interchange._html import report_pictures
from rolecall.quiz.interchange._losses import Losses, Refused, decoded
from rolecall.quiz.kinds import Question

# A title, a question with lettered choices below it, or choices in brackets.
SIGN = r"(?m)^Quiz title:|^\*?[a-z]\) .*\n(?:\*|[a-z]\) |\.\.\. )|^\[[* ]\] "
_START = re.compile(r"\d+\.\s+(.*)")
_CHOICE = re.compile(r"(\*)?[a-zA-Z]\)\s+(.*)")
_CHECKBOX = re.compile(r"\[(\*| )?\]\s+(.*)")
_SHORT = re.compile(r"\*\s+(.*)")
_NUMBER = re.compile(r"=\s+(.*)")
_RANGE = re.compile(r"\[\s*([^,\]]+?)\s*,\s*([^\]]+?)\s*\]")
_FEEDBACK = re.compile(r"(\.\.\.|\+|-)\s+(.*)")
_SETTING = re.compile(r"(Quiz title|Quiz description|[a-z][a-z -]*[a-z]):\s+\S", re.I)
_HEADING = re.compile(r"(title|points|Text title|Text):\s*(.*)", re.I)
_UNGRADED = {"___": "an essay", "^^^": "a file to upload"}
_GROUPED = ("GROUP", "END_GROUP", "pick:", "points per question:")


@dataclass(slots=True)
class _Item:
    """A question while its lines are read; `parts` are its lines after the prompt, with their feedback."""

    line: int
    prompt: str
    title: str = ""
    points: str = ""
    closing: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    parts: list[tuple[str, str]] = field(default_factory=list)


def read(content: bytes, losses: Losses) -> list[Question]:
    """Read the questions of a text2qti file."""
    drafts = Drafts(losses)
    text = _without_programs(_without_comments(decoded(content)), losses)
    for number, item in enumerate(_items(text, losses), start=1):
        name = item.title or f"question {number}"
        with losses.guard(name, item.line):
            report_pictures(name, [item.prompt, *(text for part in item.parts for text in part)], losses)
            if item.points not in ("", "1"):
                losses.add(name, f"its {item.points} points")
            losses.each(name, (f"the feedback {remark!r}" for remark in item.remarks))
            fields = {"prompt": item.prompt, **_answer_fields(item, name, losses)}
            closing = "\n\n".join(item.closing)
            drafts.add(name, {**fields, **({"solution": [closing]} if closing else {})})
    return drafts.questions


def _without_comments(text: str) -> str:
    """Leave out comments, and keep their lines, so that later lines keep their numbers."""
    blocks = re.sub(r"(?ms)^COMMENT\n.*?^END_COMMENT$", lambda found: "\n" * found[0].count("\n"), text)
    return re.sub(r"(?m)^%.*$", "", blocks)


def _without_programs(text: str, losses: Losses) -> str:
    """Leave out code that text2qti runs to create questions, and list it."""

    def leave_out(found: re.Match[str]) -> str:
        line = text.count("\n", 0, found.start()) + 1
        losses.add("", f"the questions of the program in line {line}, which isn't run")
        return "\n" * found[0].count("\n")

    return re.sub(r"(?ms)^```+\{[^}\n]*\.run\b[^}\n]*\}$.*?^```+$", leave_out, text)


def _items(text: str, losses: Losses) -> Iterator[_Item]:
    item: _Item | None = None
    title = points = ""
    depth, empty = 0, 0
    for number, line in enumerate(text.expandtabs(4).split("\n"), start=1):
        stripped = line.strip()
        if not stripped:
            empty += 1
            continue
        if line[0] == " " and item is not None:
            # The first line below says how far text is indented; code in it is indented further.
            depth = depth or len(line) - len(line.lstrip())
            _continue(item, "\n" * empty + line[min(depth, len(line) - len(line.lstrip())) :].rstrip())
            empty = 0
            continue
        depth, empty = 0, 0
        if start := _START.match(line):
            if item is not None:
                yield item
            item = _Item(number, start[1], title, points)
            title = points = ""
        elif heading := _HEADING.match(line):
            if heading[1].lower() == "title":
                title = heading[2]
            elif heading[1].lower() == "points":
                points = heading[2]
            else:
                losses.add("", f"the text between questions in line {number}")
        elif line.startswith(_GROUPED):
            losses.add("", f"line {number}, which groups questions: {stripped}")
        elif item is None:
            if _SETTING.match(line):
                losses.add("", f"the quiz's setting in line {number}: {stripped}")
        else:
            _add_line(item, line)
    if item is not None:
        yield item


def _continue(item: _Item, text: str) -> None:
    """Add an indented line to the part that it continues."""
    if not item.parts:
        item.prompt += f"\n{text}"
    elif item.parts[-1][1]:
        item.parts[-1] = item.parts[-1][0], f"{item.parts[-1][1]}\n{text}"
    else:
        item.parts[-1] = f"{item.parts[-1][0]}\n{text}", ""


def _add_line(item: _Item, line: str) -> None:
    feedback = _FEEDBACK.match(line)
    if feedback is None:
        item.parts.append((line.rstrip(), ""))
    elif item.parts:
        item.parts[-1] = item.parts[-1][0], feedback[2]
    elif feedback[1] == "...":
        item.closing.append(feedback[2])
    else:
        item.remarks.append(feedback[2])


def _answer_fields(item: _Item, name: str, losses: Losses) -> Fields:
    lines = [text for text, _ in item.parts]
    for mark, what in _UNGRADED.items():
        if any(text.startswith(mark) for text in lines):
            raise Refused(f"there is no kind of question like {what}")
    if choices := _options(item, _CHOICE):
        return {"kind": "choice", "options": choices}
    if answers := _options(item, _CHECKBOX):
        return {"kind": "multi", "options": answers}
    if numbers := [(found[1], why) for text, why in item.parts if (found := _NUMBER.match(text))]:
        _require_all(item, numbers)
        answered = [(*_middle_and_tolerance(text), 100.0, why) for text, why in numbers]
        return number_of(answered, name, losses)
    if texts := [(found[1], 100.0, why) for text, why in item.parts if (found := _SHORT.match(text))]:
        _require_all(item, texts)
        blank = blank_of(texts, name, losses, match_case=False)
        return {"kind": "blanks", "text": "[[answer]]", "blanks": {"answer": blank}}
    raise Refused("it has no answers")


def _options(item: _Item, pattern: re.Pattern[str]) -> list[Fields]:
    options = []
    for text, why in item.parts:
        if found := pattern.match(text):
            # Lines that continue the option come after the match.
            options.append({"text": found[2] + text[found.end() :], "correct": found[1] == "*", "why": why})
    if options:
        _require_all(item, options)
    return options


def _require_all(item: _Item, answers: Sized) -> None:
    """Refuse a question of whose answers some weren't understood."""
    if len(answers) < len(item.parts):
        raise Refused("its answers are of different kinds, or one lacks the space after its sign")


def _middle_and_tolerance(text: str) -> tuple[Fraction, Fraction]:
    """Read ``5``, ``5 +- 0.1``, ``5 +- 2%``, or ``[4, 6]`` as a middle and a tolerance."""
    if ends := _RANGE.fullmatch(text):
        low, high = (decimal(one, "text2qti") for one in ends.groups())
        return (low + high) / 2, (high - low) / 2
    middle, _, margin = text.partition("+-")
    number = decimal(middle, "text2qti")
    if margin.strip().endswith("%"):
        return number, abs(number) * decimal(margin.strip()[:-1], "text2qti") / 100
    return number, decimal(margin or "0", "text2qti")
