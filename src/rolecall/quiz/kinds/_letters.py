"""The letters of the options of a question in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rolecall.quiz._markdown import bulleted
from rolecall.quiz.kinds._base import InvalidAnswer

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def lettered(texts: Sequence[str]) -> list[str]:
    """Return a Markdown list item for each text, with its letter."""
    return bulleted([f"**{LETTERS[place]}** {text}" for place, text in enumerate(texts)])


def places_of(typed: str, count: int) -> list[int]:
    """Return the places of the options with typed letters, such as ``a c`` or ``a,c``.

    Parameters
    ----------
    count
        How many letters are in use.

    Raises
    ------
    InvalidAnswer
        If a letter isn't in use.
    """
    letters = [one for one in typed.lower() if not one.isspace() and one != ","]
    for letter in letters:
        if letter not in LETTERS[:count]:
            raise InvalidAnswer(f"{letter!r} isn't one of the letters a to {LETTERS[count - 1]}.")
    return [LETTERS.index(letter) for letter in letters]


def letters_of(places: Sequence[int]) -> str:
    """Return the letters of the options at these places, with spaces between them."""
    return " ".join(LETTERS[place] for place in places)
