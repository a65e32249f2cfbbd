"""What the parser answers for a document that AWS would refuse."""

from __future__ import annotations

Path = tuple[str | int, ...]


class MalformedPolicyDocument(ValueError):
    """A policy document that AWS would not accept.

    Attributes
    ----------
    message : str
        AWS's own wording where it is documented.
    detail : str
        What is wrong and what would be right, for the person who wrote it.
    path : tuple
        Where in the document: element names and indexes.
    line, column : int or None
        The place in the text, counted from 1, when the document came as text.
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
