"""GIFT, a text format of Moodle.

https://docs.moodle.org/en/GIFT_format
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from rolecall.quiz._bank import Bank
from rolecall.quiz._numbers import written
from rolecall.quiz.interchange._drafts import (
    Drafts,
    Fields,
    NumberAnswer,
    blank_of,
    closing_text,
    decimal,
    number_of,
    number_text,
    read_closing,
    ready,
    rounded,
)
from rolecall.quiz.interchange._html import auto_format, report_pictures, to_markdown
from rolecall.quiz.interchange._losses import Losses, Refused, decoded
from rolecall.quiz.kinds import Blanks, Choice, Match, Multi, Numeric, Question

_CARRIED = frozenset({"id", "difficulty", "skill", "closing"})
_SPECIAL = re.compile(r"([~=#{}:\\])")
_BODY = re.compile(r"((?:\\.|[^{}\\])*)\{((?:\\.|[^{}\\])*)\}(.*)", re.S)
_TITLE = re.compile(r"::((?:\\.|[^:\\])*)::")
_ANSWER = re.compile(r"([=~])((?:\\.|[^=~\\])*)", re.S)
_COMMENT = re.compile(r"\[(id|tag):([^\]]+)\]")
_CATEGORY = re.compile(r"\s*\$CATEGORY:\s*(.*\S)")
_FORMAT = re.compile(r"^\[(html|markdown|moodle|plain)\]")


def write(bank: Bank, losses: Losses) -> bytes:
    """Write a bank as GIFT, with texts in Markdown."""
    blocks = [f"// {bank.title}\n$CATEGORY: $course$/{bank.title}\n"]
    for question in ready(bank, losses, (Choice, Multi, Numeric, Match, Blanks), _CARRIED):
        answers = _answers(question, losses)
        if answers is None:
            continue
        prompt = question.prompt
        if isinstance(question, Blanks):
            text = "".join(text + ("_____" if name else "") for text, name in question.pieces)
            prompt += f"\n\n```{question.language}\n{text}\n```"
        comment = (
            f"// [id:{question.id}] [tag:difficulty:{question.difficulty}] [tag:skill:{question.skill}]"
        )
        lines = [f"\t{line}" for line in (*answers, f"####{_escaped(closing_text(question))}")]
        # The sign of a numeric question comes directly after the brace.
        mark = "#" if isinstance(question, Numeric) else ""
        body = "\n".join(lines)
        blocks.append(f"{comment}\n::{question.id}::[markdown]{_escaped(prompt)}{{{mark}\n{body}\n}}\n")
    return "\n".join(blocks).encode()


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text).replace("\n", "\\n")


def _typed(text: str) -> str:
    """Write a text that learners type; an asterisk that isn't escaped would stand for any text."""
    return _escaped(text).replace("*", r"\*")


def _plain(text: str) -> str:
    # Only these are escapes; the backslashes of a formula such as \\(x\\) stay.
    return re.sub(r"\\([~=#{}:\\n])", lambda found: "\n" if found[1] == "n" else found[1], text.strip())


def _answers(question: Question, losses: Losses) -> list[str] | None:
    match question:
        case Choice():
            return [
                f"{'=' if one.correct else '~'}{_escaped(one.text)}#{_escaped(one.why)}"
                for one in question.options
            ]
        case Multi():
            share = 100 / sum(one.correct for one in question.options)
            return [
                f"~%{share if one.correct else -share:.5g}%{_escaped(one.text)}#{_escaped(one.why)}"
                for one in question.options
            ]
        case Numeric():
            if question.unit:
                losses.add(question.id, f"the unit, which is {question.unit}")
            losses.each(question.id, rounded(question))
            right = [
                f"={number_text(one.value)}:{written(one.tolerance)}#{_escaped(one.why or question.why)}"
                for one in question.right_numbers()
            ]
            tolerance = written(question.tolerance)
            wrong = [
                f"=%0%{number_text(one.value)}:{tolerance}#{_escaped(one.why)}" for one in question.wrong
            ]
            return right + wrong
        case Match():
            if any("->" in pair.left for pair in question.pairs):
                losses.add(question.id, "the whole question: -> in a left part would end it")
                return None
            losses.each(question.id, (f"the extra answer {extra!r}" for extra in question.extras))
            return [f"={_escaped(pair.left)} -> {_escaped(pair.right)}" for pair in question.pairs]
        case Blanks() if len(question.blanks) == 1:
            blank = next(iter(question.blanks.values()))
            if all("->" in text for text in (*blank.accept, *blank.wrong)):
                losses.add(question.id, "the whole question: answers with -> would be pairs to match")
                return None
            if question.matches_case(blank):
                losses.add(question.id, "that capitals count; the format ignores them")
            right_ = [f"={_typed(one)}#{_escaped(blank.why)}" for one in blank.accept]
            return right_ + [f"=%0%{_typed(one)}#{_escaped(each.why)}" for one, each in blank.wrong.items()]
        case _:
            losses.add(question.id, "the whole question: the format allows only one blank")
            return None


def read(content: bytes, losses: Losses) -> list[Question]:
    """Read the questions of a GIFT file."""
    text = decoded(content)
    drafts = Drafts(losses)
    tagged: Fields = {}
    category: Fields = {}
    for number, (line, block) in enumerate(_blocks(text), start=1):
        lines = block.split("\n")
        for comment in (line for line in lines if line.lstrip().startswith("//")):
            for field, value in _COMMENT.findall(comment):
                name, _, rest = value.partition(":")
                if field == "id":
                    tagged["id"] = value
                elif name in ("difficulty", "skill") and rest:
                    tagged[name] = rest
                else:
                    losses.add(f"question {number}", f"the tag {value!r}")
        for found in filter(None, map(_CATEGORY.match, lines)):
            category = {"skill": found[1].rstrip("/").rpartition("/")[2]}
        body = "\n".join(
            line for line in lines if not line.lstrip().startswith(("//", "$CATEGORY:"))
        ).strip()
        if body:
            title = _TITLE.match(body)
            name = _plain(title[1]) if title else f"question {number}"
            with losses.guard(name, line):
                _add(
                    body[title.end() :].strip() if title else body, name, category | tagged, drafts, losses
                )
            tagged = {}
    return drafts.questions


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Yield the blocks between empty lines, each with the line of its first text."""
    block: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), "\n".join(block)
            block = []


def _add(body: str, name: str, tagged: Fields, drafts: Drafts, losses: Losses) -> None:
    found = _BODY.match(body)
    if found is None:
        losses.add(name, "the whole text: there are no answers in { }")
        return
    form = _FORMAT.match(found[1].strip())
    prompt = found[1].strip()[form.end() if form else 0 :]
    prompt = _formatted(form, _plain(prompt))
    after = found[3].strip().strip('";')
    if re.search(r"(?<!\\)[{}]", after):
        raise Refused("it has a second block of answers in { }; split it into two questions")
    report_pictures(name, [body], losses)
    answers, _, closing = _split(found[2], "####")
    fields = _kind_of(answers.strip(), name, losses)
    if fields is None:
        losses.add(name, "the whole question: it is an essay or a description")
        return
    if after and fields["kind"] == "blanks":
        fields["text"] = f"{prompt} [[answer]]{_following(after)}"
        prompt = "Complete the sentence."
    elif re.search(r"\w", after):
        prompt = f"{prompt} _____{_following(after)}"
    fenced = re.search(r"\n\n```(json|bash|python|text)\n(.*)\n```$", prompt, re.S)
    if fenced and fields["kind"] == "blanks":
        fields |= {"language": fenced[1], "text": fenced[2].replace("_____", "[[answer]]", 1)}
        prompt = prompt[: fenced.start()]
    drafts.add(
        name, {"prompt": prompt, **tagged, **read_closing(_formatted(form, _plain(closing))), **fields}
    )


def _following(text: str) -> str:
    """Return the text after a gap, with a space unless it begins with a punctuation mark."""
    text = _plain(text)
    return text if text[:1] in ".,;:!?)" else f" {text}"


def _split(text: str, mark: str) -> tuple[str, str, str]:
    """Split a text at the first mark that isn't escaped."""
    found = re.search(rf"(?<!\\){re.escape(mark)}", text)
    return (text[: found.start()], mark, text[found.end() :]) if found else (text, "", "")


def _text(raw: str) -> str:
    raw = raw.strip()
    form = _FORMAT.match(raw)
    return _formatted(form, _plain(raw[form.end() if form else 0 :]))


def _formatted(form: re.Match[str] | None, text: str) -> str:
    """Return a text as Markdown. A text that names no format may have HTML in it."""
    if form is None or form[1] == "moodle":
        return auto_format(text)
    return to_markdown(text) if form[1] == "html" else text


def _kind_of(answers: str, name: str, losses: Losses) -> Fields | None:
    if not answers:
        return None
    if judged := re.match(r"(TRUE|FALSE|T|F)\s*(?:#|$)", answers, re.I):
        true = judged[1].upper().startswith("T")
        feedback = [_text(one) for one in re.split(r"(?<!\\)#", answers)[1:]] + ["", ""]
        # The first feedback is for a wrong answer, the second for a right one.
        return {
            "kind": "choice",
            "options": [
                {
                    "text": text,
                    "correct": value == true,
                    "why": feedback[1] if value == true else feedback[0],
                }
                for text, value in (("True", True), ("False", False))
            ],
        }
    if answers.startswith("#"):
        return _number(answers[1:], name, losses)
    parts = [_part(sign, raw) for sign, raw in _ANSWER.findall(answers)]
    if any(sign == "~" for sign, _, _, _ in parts):
        return _choosing(parts, name, losses)
    if parts and all("->" in text for _, _, text, _ in parts):
        pairs = [[one.strip() for one in text.split("->", 1)] for _, _, text, _ in parts]
        return {
            "kind": "match",
            "pairs": [{"left": _text(left), "right": _text(right)} for left, right in pairs if left],
            "extras": [_text(right) for left, right in pairs if not left],
        }
    return _short(parts, name, losses)


_Part = tuple[str, float | None, str, str]


def _part(sign: str, raw: str) -> _Part:
    """Split an answer into its sign, its share of the mark if it has one, its text, and its feedback."""
    share = re.match(r"\s*%(-?[\d.]+)%", raw)
    text, _, feedback = _split(raw[share.end() if share else 0 :], "#")
    return sign, float(share[1]) if share else None, text.strip(), _text(feedback)


def _choosing(parts: list[_Part], name: str, losses: Losses) -> Fields:
    several = not any(sign == "=" for sign, _, _, _ in parts)
    options = []
    full = 100 / (sum((share or 0) > 0 for _, share, _, _ in parts) or 1)
    for sign, share, text, feedback in parts:
        if several and abs(abs(share or 0) - full) > 0.01:
            here = f"here it counts {full:g} %, right or wrong"
            losses.add(name, f"the {share or 0:g} % for {_text(text)!r}; {here}")
        partial = share is not None and share < 100 if sign == "=" else (share or 0) > 0
        if share is not None and not several and partial:
            losses.add(name, f"the {share:g} % for {_text(text)!r}; it counts as wrong")
        correct = (share or 0) > 0 if several else sign == "=" and not partial
        options.append({"text": _text(text), "correct": correct, "why": feedback})
    return {"kind": "multi" if several else "choice", "options": options}


def _number(answers: str, name: str, losses: Losses) -> Fields:
    # The first answer may lack its sign.
    signed = answers if answers.lstrip().startswith(("=", "~")) else f"={answers}"
    parts = [_part(sign, raw) for sign, raw in _ANSWER.findall(signed)]
    found: list[NumberAnswer] = []
    for sign, share, text, feedback in parts:
        if sign == "~" or not text:
            losses.add(name, f"the feedback on any other number: {feedback}")
        else:
            found.append((*_range(text), 100.0 if share is None else share, feedback))
    return number_of(found, name, losses)


def _range(text: str) -> tuple[Fraction, Fraction]:
    """Read ``5``, ``5:1``, or ``4..6`` as a middle and a tolerance."""
    low, dots, high = text.partition("..")
    if dots:
        ends = decimal(low, "GIFT"), decimal(high, "GIFT")
        return (ends[0] + ends[1]) / 2, (ends[1] - ends[0]) / 2
    middle, _, tolerance = text.partition(":")
    return decimal(middle, "GIFT"), decimal(tolerance or "0", "GIFT")


def _short(parts: list[_Part], name: str, losses: Losses) -> Fields:
    found = (
        # A text that is typed is never HTML.
        (_plain(_FORMAT.sub("", text)), 100.0 if share is None else share, feedback)
        for _, share, text, feedback in parts
    )
    # Moodle ignores capitals in a short answer that comes from GIFT.
    blank = blank_of(found, name, losses, match_case=False, wildcards=True)
    return {"kind": "blanks", "text": "[[answer]]", "blanks": {"answer": blank}}
