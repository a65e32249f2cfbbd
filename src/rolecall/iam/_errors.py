"""The error for a policy document that AWS rejects."""

from __future__ import annotations

Path = tuple[str | int, ...]


class MalformedPolicyDocument(ValueError):
    """A policy document that AWS rejects.

    Parameters
    ----------
    message
        The message of AWS, if it is documented.
    detail
        What is wrong and how to fix it, for the author of the document.
    path
        The position in the document: names of elements, and indexes.
    line, column
        The position in the text, counted from 1; None if the document wasn't given as text.
    """

    def __init__(
        self,
        message: str,
        detail: str = "",
        path: Path = (),
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        self.message = message
        self.detail = detail
        self.path = path
        self.line = line
        self.column = column
        super().__init__(self._text())

    def _text(self) -> str:
        where = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in self.path).lstrip(".")
        place = f"line {self.line}, column {self.column}" if self.line is not None else ""
        located = ", ".join(part for part in (where, place) if part)
        text = self.message
        if self.detail:
            text += f" {self.detail}"
        return f"{text} ({located})" if located else text
