"""``blanks``: blanks in a text, code, or JSON."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from rolecall.quiz._grade import Grade, Remark
from rolecall.quiz._judges import Judges
from rolecall.quiz._markdown import Display, code_block
from rolecall.quiz.fields import Model, Text
from rolecall.quiz.kinds._answers import read_texts, write_texts
from rolecall.quiz.kinds._base import BaseQuestion, InvalidAnswer, Location, Problem

_MARK = re.compile(r"\[\[([a-z0-9-]+)\]\]")
_WORD = re.compile(r"[^\W\d_][^\W\d_A-Z]*")
_TYPOGRAPHIC = {
    ord("\N{LEFT SINGLE QUOTATION MARK}"): "'",
    ord("\N{RIGHT SINGLE QUOTATION MARK}"): "'",
    ord("\N{LEFT DOUBLE QUOTATION MARK}"): '"',
    ord("\N{RIGHT DOUBLE QUOTATION MARK}"): '"',
    ord("\N{SINGLE LOW-9 QUOTATION MARK}"): "'",
    ord("\N{DOUBLE LOW-9 QUOTATION MARK}"): '"',
    ord("\N{NO-BREAK SPACE}"): " ",
    ord("\N{NARROW NO-BREAK SPACE}"): " ",
    ord("\N{HYPHEN}"): "-",
    ord("\N{NON-BREAKING HYPHEN}"): "-",
    ord("\N{MINUS SIGN}"): "-",
    # Editors make these of two hyphens and of three periods.
    ord("\N{EM DASH}"): "--",
    ord("\N{HORIZONTAL ELLIPSIS}"): "...",
    # Text that is copied from a page or a chat has such characters, which nobody sees.
    ord("\N{ZERO WIDTH SPACE}"): "",
    ord("\N{ZERO WIDTH NO-BREAK SPACE}"): "",
    ord("\N{SOFT HYPHEN}"): "",
} | dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069"), "")
_SEPARATORS = (";", "|", ";;", "||")


class WrongText(Model):
    """A wrong text that is expected, and why it is wrong."""

    why: Text
    misconception: str | None = None


class Blank(Model):
    """One blank: the right texts, why they are right, and the wrong texts that are expected.

    Parameters
    ----------
    match_case
        Whether capitals count. By default they don't if every right text consists of words, such as "trust
        policy" or "Paris", and the language is text. They count in code and in identifiers: `AssumeRole`,
        `role_arn`, ASIA.
    """

    accept: list[Text] = Field(min_length=1)
    why: Text
    wrong: dict[str, WrongText] = {}
    match_case: bool | None = None


class Blanks(BaseQuestion):
    """A text with blanks, each marked as ``[[name]]``. An answer has a text for each blank.

    The score is the share of blanks that are right. Space around a text doesn't count, nor do typographic
    quotes and hyphens, nor how an accent is encoded. Several spaces count as one, except in JSON and
    Python, where the style of quotes doesn't count either.

    Parameters
    ----------
    tokens
        What can be dragged or clicked into a blank, in addition to the first right text of each blank.
    """

    kind: Literal["blanks"]
    language: Literal["json", "bash", "python", "text"] = "text"
    text: Text
    blanks: dict[str, Blank] = Field(min_length=1)
    tokens: list[Text] = []

    scoring_rule = "The score is the share of blanks that are right."

    @property
    def pieces(self) -> list[tuple[str, str | None]]:
        """The text in pieces, each with the name of the blank that follows it, or None at the end."""
        parts = _MARK.split(self.text)
        return list(zip(parts[::2], [*parts[1::2], None], strict=True))

    def filled(self, texts: dict[str, str]) -> str:
        """Return the text with something in each blank.

        Parameters
        ----------
        texts
            By the blank's name.
        """
        return "".join(piece + (texts[name] if name else "") for piece, name in self.pieces)

    def named_misconceptions(self) -> Iterator[tuple[Location, str]]:
        for name, blank in self.blanks.items():
            for text, wrong in blank.wrong.items():
                if wrong.misconception is not None:
                    yield ("blanks", name, "wrong", text, "misconception"), wrong.misconception

    def problems(self) -> Iterator[Problem]:
        marked = [name for _, name in self.pieces if name is not None]
        for name in self.blanks:
            if name not in marked:
                yield ("blanks", name), f"the text doesn't contain [[{name}]]"
        for name in dict.fromkeys(marked):
            if name not in self.blanks:
                yield ("text",), f"[[{name}]] isn't a blank; the blanks are {', '.join(self.blanks)}"
            if marked.count(name) > 1:
                yield ("text",), f"[[{name}]] occurs twice; give each blank its own name"
        for name, blank in self.blanks.items():
            for text in blank.wrong:
                if self._is_accepted(text, blank):
                    yield (
                        ("blanks", name, "wrong", text),
                        "this text is accepted as right too; remove one, "
                        "or set match_case: true if only capitals differ",
                    )

    def grade(self, answer: str, judges: Judges | None = None) -> Grade:
        given = read_texts(answer)
        if set(given) != set(self.blanks):
            raise ValueError(f"an answer has a text for each of {', '.join(self.blanks)}")
        remarks: list[Remark] = []
        misconception: str | None = None
        for name, blank in self.blanks.items():
            right = self._is_accepted(given[name], blank)
            expected = None if right else self._expected_mistake(given[name], blank)
            if expected is not None:
                misconception = misconception or expected.misconception
            why = blank.why if right else expected.why if expected else "This doesn't belong here."
            remarks.append(Remark(f"`{given[name].strip() or ' '}`", right, why))
        return Grade(sum(one.right for one in remarks) / len(remarks), tuple(remarks), misconception)

    def _is_accepted(self, text: str, blank: Blank) -> bool:
        case = self.matches_case(blank)
        return self._comparable(text, case) in {self._comparable(one, case) for one in blank.accept}

    def _expected_mistake(self, text: str, blank: Blank) -> WrongText | None:
        case = self.matches_case(blank)
        given = self._comparable(text, case)
        return next(
            (one for wrong, one in blank.wrong.items() if self._comparable(wrong, case) == given), None
        )

    def matches_case(self, blank: Blank) -> bool:
        """Return whether capitals count in a blank of this question."""
        if blank.match_case is not None:
            return blank.match_case
        words = all(_WORD.fullmatch(word) for text in blank.accept for word in text.split())
        return self.language != "text" or not words

    def _comparable(self, text: str, match_case: bool) -> str:
        """Return a text without the differences that don't count."""
        text = unicodedata.normalize("NFC", text).translate(_TYPOGRAPHIC).strip()
        text = text if match_case else text.casefold()
        return text.replace("'", '"') if self.language in ("json", "python") else " ".join(text.split())

    def right_answer(self, judges: Judges | None = None) -> str:
        return json.dumps({name: blank.accept[0] for name, blank in self.blanks.items()})

    def display(self, answer: str | None, *, due: bool) -> Display:
        tokens = {*self.tokens, *(blank.accept[0] for blank in self.blanks.values())}
        return {
            "language": self.language,
            "pieces": [{"text": text, "blank": name} for text, name in self.pieces],
            # Sorted, so that the order doesn't say which of them are right.
            "tokens": sorted(tokens) if self.tokens else [],
        }

    def _answer_from_input(self, given: Any) -> str:
        return write_texts(given)

    def _input_from_answer(self, answer: str) -> Any:
        return read_texts(answer)

    def describe_answer(self, answer: str) -> str:
        return code_block(self.filled(read_texts(answer)), self.language)

    def card_items(self) -> list[str]:
        return [code_block(self.filled({name: f"‹{name}›" for name in self.blanks}), self.language)]

    def terminal_lines(self) -> list[str]:
        lines = self.card_items()
        shown = self.display(None, due=False)["tokens"]
        return (
            [*lines, f"Pieces: {', '.join(map(str, shown))}"]
            if isinstance(shown, list) and shown
            else lines
        )

    def typing_instruction(self) -> str:
        if len(self.blanks) == 1:
            return f"Type ‹{next(iter(self.blanks))}›"
        return f"Type {f' {self._separator} '.join(f'‹{name}›' for name in self.blanks)}"

    def answer_from_typed(self, typed: str) -> str:
        texts = typed.split(self._separator) if len(self.blanks) > 1 else [typed]
        if len(texts) != len(self.blanks):
            raise InvalidAnswer(
                f"Type {len(self.blanks)} texts with {self._separator} between them, "
                f"for {', '.join(self.blanks)} in this order."
            )
        return json.dumps(dict(zip(self.blanks, (text.strip() for text in texts), strict=True)))

    def typed_from_answer(self, answer: str) -> str:
        given = read_texts(answer)
        return f" {self._separator} ".join(given[name] for name in self.blanks)

    @property
    def _separator(self) -> str:
        """What a learner types between two blanks; nothing that a right text contains."""
        texts = [text for blank in self.blanks.values() for text in blank.accept]
        return next((mark for mark in _SEPARATORS if not any(mark in text for text in texts)), "§")
