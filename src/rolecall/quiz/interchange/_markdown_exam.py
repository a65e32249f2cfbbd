"""Practice exams in Markdown, as people keep them in repositories.

A question is a heading or a numbered line; its options have letters or checkboxes; and a line such as
``Correct answer: B`` names the key, alone or in a ``<details>`` block with an explanation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolecall.quiz.interchange._drafts import Drafts
from rolecall.quiz.interchange._html import report_pictures, to_markdown
from rolecall.quiz.interchange._lettered import LetteredQuestion, key_letters
from rolecall.quiz.interchange._losses import Losses, Refused, decoded
from rolecall.quiz.kinds import Question

SIGN = r"(?im)^\W*(correct )?answers?\W*:\W*[a-j](\W|$)|^\s*[-*] \[x\] "
_NUMBER = re.compile(r"(?:(question|q)\s*)?(\d+)(?:\s*(?:of|/)\s*\d+)?\s*([.):\]])?(?:\s+|$)(.*)", re.I)
_CHECKBOX = re.compile(r"[-*+]\s+\[([ xX])\]\s+(?:([A-Ja-j])[.)]\s+)?(.*)")
_LETTERED = re.compile(r"(?:[-*+]\s+)?(?:\*\*)?\(?([A-Ja-j])[.)](?:\*\*)?\s+(.*)")
_KEY = re.compile(
    r"\W*(?:(?:correct\s+)?ans(?:wers?)?|correct\s+(?:option|choice)s?)(?:\s+(?:is|are))?\W*:[\s*_]*(.*)",
    re.I,
)
_CHECKED = re.compile(r"\s*[✓✔✅]\ufe0f?\s*$")
_FENCE = re.compile(r"(?:[-*+]\s+)?(?:\(?[A-Ja-j][.)]\s+)?```(?!.*```)")
_LETTERS = re.compile(r"\(?([A-J](?:(?:\s*(?:,|&|and)\s*)?[A-J])*)(?![\w'’])[.):]?\s*(.*)")
_SMALL_LETTERS = re.compile(r"\(?([a-j](?:\s*(?:,|&|and)\s*[a-j])*)(?:[.):](?!\w)\s*(.*)|\s*$)")
_REASON = re.compile(r"(?:[-*+]\s+)?(?:why\s+)?(?:option\s+)?([A-J])\s+is\s+\w+\W*:\s*(.+)", re.I)
_EXPLANATION = re.compile(r"\W*explanation\W*:[\s*_]*", re.I)
_CODE = r"(?P<code>(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))"
"""Code within a line, in which HTML is what the text is about."""
_FURNITURE = re.compile(
    _CODE
    + r"|</?(?:details|summary|p|div|span|br|hr|b|i|u|a|em|strong|small|center|font|img|ul|ol|li|table"
    r"|tr|td|th|h[1-6])(?:\s[^<>]*)?/?>|\*\*\[⬆.*|\[back to top\].*",
    re.I,
)
_SCRIPT = re.compile(_CODE + r"|<(?P<tag>su[bp])>(?P<script>[^<>]*)</su[bp]>", re.I)
_NUMBERED_HEADING = re.compile(r"#{1,6}\s+(question|q)\s*\d+", re.I)
_SUMMARY = re.compile(r"<summary\b.*?</summary>", re.I | re.S)
_QUOTE = re.compile(r"^\s*>\s?(\[!\w+\].*)?")


def read(content: bytes, losses: Losses) -> list[Question]:
    """Read the questions of a Markdown file; texts before the first question aren't part of one."""
    drafts = Drafts(losses)
    number = 0
    for line, lines in _blocks(decoded(content)):
        if not any(_option(one) for one in lines):
            # A heading without options is a chapter, unless it has a key.
            if any(_KEY.match(one.strip()) for one in lines):
                losses.add(
                    f"the text from line {line}", "its options have no letters, such as A., or checkboxes"
                )
            continue
        number += 1
        with losses.guard(f"question {number}", line):
            report_pictures(f"question {number}", lines, losses)
            drafts.add(f"question {number}", _question(line, lines).fields())
    return drafts.questions


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines from the beginning of each question to the next one, and the number of the first."""
    block: list[str] = []
    first, in_code = 0, False
    for number, line in enumerate(_SUMMARY.sub(_same_lines, text).split("\n"), start=1):
        plain = _QUOTE.sub("", line)
        in_code ^= bool(_FENCE.match(plain.strip()))
        # A block of code that is never closed shouldn't cost the questions below it.
        in_code = in_code and not _NUMBERED_HEADING.match(plain)
        start = None if in_code else _start(plain, block)
        if start is not None:
            if block:
                yield first, block
            block, first = [start], number
        elif block:
            block.append(plain)
    if block:
        yield first, block


def _same_lines(found: re.Match[str]) -> str:
    """Leave out a summary, and keep its lines, so that later lines keep their numbers."""
    return "\n" * found[0].count("\n")


def _start(line: str, block: list[str]) -> str | None:
    """Return the text of a question that begins in a line, or None."""
    is_heading = line.lstrip().startswith("#")
    # Headings have emphasis and pictures around their numbers.
    text = re.sub(r"^[^\w`(]+", "", line.strip().lstrip("#"))
    found = _NUMBER.match(re.sub(r"\*\*|__", "", text))
    if is_heading:
        return found[4] if found else text
    if found and found[1] and (found[3] or not found[4]):
        return found[4]
    return found[4] if found and found[3] in (".", ")") and _may_begin(block) else None


def _may_begin(block: list[str]) -> bool:
    """Whether a numbered line begins a question; before the options it's part of the prompt."""
    text = "".join(block).strip()
    # A heading that asks nothing and has no text is a chapter.
    is_chapter = bool(block) and text == block[0].strip() and not text.endswith(("?", ":", "."))
    return not text or is_chapter or any(_option(one) for one in block)


def _option(line: str) -> tuple[str, str, bool] | None:
    """Read an option: its letter, which may be missing, its text, and whether it's checked."""
    if box := _CHECKBOX.match(line.strip()):
        return box[2] or "", _CHECKED.sub("", box[3]), box[1] != " " or bool(_CHECKED.search(box[3]))
    if lettered := _LETTERED.match(line.strip()):
        return lettered[1], _CHECKED.sub("", lettered[2]), bool(_CHECKED.search(lettered[2]))
    return None


def _script(found: re.Match[str]) -> str:
    """Write a superscript or a subscript, which Markdown doesn't have."""
    return found["code"] or (to_markdown(found[0]) if found["script"].strip() else "")


def _question(first: int, lines: list[str]) -> LetteredQuestion:
    one = LetteredQuestion(first)
    in_code = in_option = False
    for raw in lines:
        line = raw if in_code else _SCRIPT.sub(_script, raw)
        plain = _FURNITURE.sub(lambda found: found["code"] or "", line).strip()
        was_in_code, in_code = in_code, in_code ^ bool(_FENCE.match(plain))
        continues = in_option and bool(raw.strip())
        in_option = False
        part = one.explanation if one.options else one.prompt
        if was_in_code or plain.startswith("```"):
            if one.options and not one.explanation:
                # Code below an option is part of it.
                one.continue_option(raw.strip() if plain.startswith("```") else raw)
                in_option = True
            else:
                part.append(line)
        elif one.options and (key := _KEY.match(plain)):
            _read_key(one, key[1].strip().rstrip("*_ "))
        elif one.options and (reason := _REASON.match(plain)):
            one.reasons[reason[1].upper()] = reason[2]
        elif (option := _option(plain)) and _is_next(option[0], one) and not _is_explained(one):
            letter, text, checked = option
            one.add_option(letter or chr(ord("A") + len(one.options)), text, correct=checked)
            in_option = True
        elif continues and raw[:1].isspace() and plain:
            one.continue_option(plain)
            in_option = True
        elif set(plain) <= set("-*_"):
            part.append("")
        else:
            part.append(_EXPLANATION.sub("", plain) if one.options else _unmarked(plain))
    return one


def _is_next(letter: str, one: LetteredQuestion) -> bool:
    """Whether a letter can be an option's: I. is the number of a statement unless H. is above it."""
    return letter.upper() not in ("I", "J") or letter.upper() == one.next_letter()


def _read_key(one: LetteredQuestion, text: str) -> None:
    """Read a key: letters, with the text of the option or an explanation after them, or that text alone."""
    texts = {_bare(option): letter for letter, option in one.options.items()}
    found = _LETTERS.match(text) or _SMALL_LETTERS.match(text)
    if _bare(text) in texts:
        key, rest = [texts[_bare(text)]], ""
    elif found:
        key, rest = key_letters(found[1]), (found[2] or "").strip("*_ ")
    else:
        key, rest = [], text
    if one.key and key and set(one.key) != set(key):
        raise Refused(f"two lines disagree on its key: {', '.join(one.key)} and {', '.join(key)}")
    one.key = one.key or key
    if rest and _bare(rest) not in texts:
        one.explanation.append(rest)


def _unmarked(text: str) -> str:
    """Return a paragraph without emphasis around the whole of it."""
    found = re.fullmatch(r"(\*\*|__)(?!\s)((?:(?!\1).)+)\1", text)
    return found[2] if found else text


def _bare(text: str) -> str:
    return re.sub(r"[^\w]+", " ", text).strip().casefold()


def _is_explained(one: LetteredQuestion) -> bool:
    """Whether the explanation has begun, which may speak of the options by their letters."""
    return bool(one.key and "".join(one.explanation).strip()) and bool(one.options)
