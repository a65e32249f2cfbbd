"""Embedded answers, which Moodle calls Cloze.

https://docs.moodle.org/en/Embedded_Answers_(Cloze)_question_type
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape

from rolecall.quiz.interchange._drafts import ONE_LIST, Fields, NumberAnswer, blank_of, decimal, number_of
from rolecall.quiz.interchange._html import to_html, to_markdown
from rolecall.quiz.interchange._losses import Losses, Refused
from rolecall.quiz.kinds import Blank, Blanks

_GAP = re.compile(r"\{(\d*):(\w+):((?:\\.|[^{}\\])*)\}", re.S)
_PIECE = re.compile(r"(?:\\.|[^~\\])+", re.S)
_OWN = re.compile(
    r'^<div class="rolecall-prompt">(.*?)</div>\s*<pre class="rolecall-(\w+)">(.*)</pre>$', re.S
)
_TYPED = ("SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC")
_NUMERICAL = ("NUMERICAL", "NM")
_WITH_CASE = ("SHORTANSWER_C", "SAC", "MWC")
_CHOSEN = ("MULTICHOICE", "MC", "MULTICHOICE_H", "MCH", "MULTICHOICE_V", "MCV", "MULTICHOICE_S", "MCS")


def write(question: Blanks) -> str:
    """Write the prompt and the text with its blanks as HTML."""
    text = "".join(
        escape(text, quote=False) + (_gap(question, question.blanks[name]) if name else "")
        for text, name in question.pieces
    )
    prompt = f'<div class="rolecall-prompt">{to_html(question.prompt)}</div>'
    return f'{prompt}\n<pre class="rolecall-{question.language}">{text}</pre>'


def _gap(question: Blanks, blank: Blank) -> str:
    right = [f"={_escaped(one)}#{_escaped(blank.why)}" for one in blank.accept]
    wrong = [f"{_escaped(one)}#{_escaped(each.why)}" for one, each in blank.wrong.items()]
    kind = "SAC" if question.matches_case(blank) else "SHORTANSWER"
    return f"{{1:{kind}:" + "~".join([*right, *wrong]) + "}"


def _escaped(text: str) -> str:
    # An asterisk that isn't escaped would stand for any text.
    return escape(re.sub(r"([}{#~=*\\])", r"\\\1", text.replace("\n", " ")), quote=False)


def _plain(text: str) -> str:
    return unescape(re.sub(r"\\(.)", r"\1", text)).strip()


def read(html: str, name: str, losses: Losses) -> Fields:
    """Read the fields of a text with embedded answers.

    Raises
    ------
    Refused
        If one of them isn't answered by a text.
    """
    own = _OWN.match(html)
    prompt, language, text = (
        (to_markdown(own[1]), own[2], own[3]) if own else ("Complete the text.", "text", html)
    )
    blanks: Fields = {}
    tokens: list[str] = []

    def gap(found: re.Match[str]) -> str:
        identifier = f"b{len(blanks) + 1}"
        typed, case = found[2] in _TYPED, found[2] in _WITH_CASE
        blanks[identifier] = _read_gap(found[3], name, losses, match_case=case, typed=typed)
        if found[2] in _CHOSEN:
            tokens.extend(blanks[identifier]["wrong"])
        return f"[[{identifier}]]"

    kinds = {found[2] for found in _GAP.finditer(text)}
    if not kinds:
        raise Refused("it has no embedded answer such as {1:SHORTANSWER:=text}")
    if other := sorted(kinds - {*_TYPED, *_CHOSEN}):
        raise Refused(f"no blank is like its part {', '.join(other)}")
    weights = {int(found[1] or 1) for found in _GAP.finditer(text)}
    if len(weights) > 1:
        losses.add(name, f"the weights of its blanks, from {min(weights)} to {max(weights)}")
    text = _GAP.sub(gap, text)
    if tokens and len(blanks) > 1:
        losses.add(name, ONE_LIST)
    return {
        "kind": "blanks",
        "prompt": prompt,
        "language": language,
        "text": unescape(text) if own else to_markdown(text),
        "blanks": blanks,
        "tokens": list(dict.fromkeys(tokens)),
    }


def read_number(html: str, name: str, losses: Losses) -> Fields | None:
    """Read the fields of a text whose only embedded answer is a number; None if it isn't one."""
    gaps = list(_GAP.finditer(html))
    if len(gaps) != 1 or gaps[0][2] not in _NUMERICAL:
        return None
    found: list[NumberAnswer] = []
    for text, share, feedback in _pieces(gaps[0][3]):
        value, _, tolerance = text.partition(":")
        if value == "*":
            losses.add(name, f"the feedback on any other number: {feedback}")
        else:
            middle, width = decimal(value, "Moodle XML"), decimal(tolerance or "0", "Moodle XML")
            found.append((middle, width, share, feedback))
    prompt = to_markdown(f"{html[: gaps[0].start()]}_____{html[gaps[0].end() :]}")
    return {"prompt": prompt, **number_of(found, name, losses)}


def _pieces(answers: str) -> Iterator[tuple[str, float, str]]:
    """Yield the text, the share of the mark in percent, and the feedback of each answer of a gap."""
    for piece in _PIECE.findall(answers):
        match = re.fullmatch(r"\s*(=|%(-?[\d.]+)%)?((?:\\.|[^#\\])*)(?:#(.*))?", piece, re.S)
        if match is not None:
            share = 100.0 if match[1] == "=" else float(match[2] or 0)
            yield match[3].strip(), share, _plain(match[4] or "")


def _read_gap(answers: str, name: str, losses: Losses, *, match_case: bool, typed: bool) -> Fields:
    found = [
        # A literal asterisk keeps its backslash, because any other asterisk stands for any text.
        (_plain(text.replace(r"\*", r"\\*") if typed else text), share, feedback)
        for text, share, feedback in _pieces(answers)
    ]
    return blank_of(found, name, losses, match_case=match_case, wildcards=typed)
