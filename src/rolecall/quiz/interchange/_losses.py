"""What a conversion between formats loses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_BEGINNING = 20_000
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Unreadable(ValueError):
    """A file isn't in its format; the message says where, and what the format requires."""


class Refused(ValueError):
    """A question can't be imported; the message says why."""


def decoded(content: bytes) -> str:
    """Return the content of a text file, with a line feed at the end of each line.

    Raises
    ------
    Unreadable
        If it isn't UTF-8.
    """
    try:
        # Only UTF-16 begins so; spreadsheets save it as "Unicode text".
        text = content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Unreadable(
            f"line {line}: it is not text in UTF-8; save it as UTF-8, or as CSV UTF-8"
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Unreadable(f"line {line}: it has a NUL character, which text doesn't have; save it as UTF-8")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def beginning(content: bytes) -> str:
    """Return the first lines of a file as a text, to recognize its format."""
    encoding = "utf-16" if content.startswith(_UTF_16) else "utf-8-sig"
    return content[:_BEGINNING].decode(encoding, errors="replace")


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a conversion left out.

    Parameters
    ----------
    question
        The question's id or name; empty if it concerns the whole bank.
    what
        What was left out.
    line
        The line of the file where the question begins, if it is known.
    """

    question: str
    what: str
    line: int | None = None

    def __str__(self) -> str:
        line = f", line {self.line}" if self.line is not None else ""
        return f"{self.question}{line}: {self.what}" if self.question else self.what


class Losses:
    """Collect what a conversion leaves out."""

    def __init__(self) -> None:
        self._losses: list[Loss] = []

    def add(self, question: str, what: str) -> None:
        """Add one loss of a question, or of the bank if the name is empty."""
        if (loss := Loss(question, what)) not in self._losses:
            self._losses.append(loss)

    @contextmanager
    def guard(self, question: str, line: int | None = None) -> Iterator[None]:
        """List a question as lost if reading it fails, whatever the reason, and go on with the next one."""
        try:
            yield
        except Exception as error:
            # A message of our own says what to do; any other exception shows its type too.
            cause = str(error) if isinstance(error, Refused) else f"{type(error).__name__}: {error}"
            self._losses.append(Loss(question, f"the whole question: {cause}", line))

    def each(self, question: str, whats: Iterable[str]) -> None:
        """Add several losses of one question."""
        for what in whats:
            self.add(question, what)

    def all(self) -> tuple[Loss, ...]:
        """Return every loss."""
        return tuple(self._losses)
