"""What text formats share whose options have letters, and whose key names them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rolecall.quiz.interchange._drafts import Fields
from rolecall.quiz.interchange._losses import Refused

OPTION = re.compile(r"([A-Za-z])[.)]\s+(.*)")
"""An option: a letter, a period or a parenthesis, and the text."""


@dataclass(slots=True)
class LetteredQuestion:
    """A question while its lines are read.

    Parameters
    ----------
    line
        The line of the file where it begins.
    options
        The text of each option, by its capital letter.
    key
        The capital letters of the right options.
    explanation
        The text that says why they are right.
    reasons
        Why an option is right or wrong, by its letter.
    """

    line: int
    prompt: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    key: list[str] = field(default_factory=list)
    explanation: list[str] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)

    def add_option(self, letter: str, text: str, *, correct: bool = False) -> None:
        """Add an option.

        Raises
        ------
        Refused
            If another option has this letter.
        """
        letter = letter.upper()
        if letter in self.options:
            raise Refused(f"two options have the letter {letter}")
        self.options[letter] = text.strip()
        if correct:
            self.key.append(letter)

    def next_letter(self) -> str:
        """Return the capital letter that the next option has; A for the first."""
        return chr(ord(next(reversed(self.options), "@")) + 1)

    def continue_option(self, text: str) -> None:
        """Add a line to the last option."""
        letter = next(reversed(self.options))
        self.options[letter] = f"{self.options[letter]}\n{text}".strip()

    def fields(self) -> Fields:
        """Return the fields of a choice or multi question.

        Raises
        ------
        Refused
            If the key is missing, or names an option that isn't there.
        """
        if not self.key:
            raise Refused("it doesn't say which answer is right")
        if unknown := [letter for letter in self.key if letter not in self.options]:
            raise Refused(f"its key names the option {unknown[0]}, which it doesn't have")
        explanation = "\n".join(self.explanation).strip()
        return {
            "kind": "choice" if len(self.key) == 1 else "multi",
            "prompt": "\n".join(self.prompt).strip(),
            "options": [
                {"text": text, "correct": letter in self.key, "why": self.reasons.get(letter, "")}
                for letter, text in self.options.items()
            ],
            **({"solution": [explanation]} if explanation else {}),
        }


def key_letters(text: str) -> list[str]:
    """Read the letters of a key, such as ``B``, ``A, C``, ``BD``, or ``A and C``."""
    words = re.findall(r"[A-Za-z]+", re.sub(r"\band\b", " ", text))
    return [letter for word in words for letter in word.upper()]
