"""Parse JSON into nodes that know where they are in the text."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from json.decoder import scanstring  # type: ignore[attr-defined]

_SPACE = re.compile(r"[ \t\n\r]*")
_SCALAR = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null")
_DEPTH = 64

Step = tuple[str, str | int]
"""A step of a path: ``value`` and the key of an object, ``index`` and a position, or ``key`` and a key."""


class JsonSyntaxError(ValueError):
    """The text isn't JSON; `offset` is the position at which that shows."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"not JSON at {offset}")
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Node:
    """A value, or the key of a member, in a JSON text.

    Parameters
    ----------
    value
        The value of a string, number, Boolean, or null; None for objects and arrays.
    start, end
        The offsets of its first character, and behind its last one.
    path
        The steps from the root.
    members
        The members of an object: the key, and the value.
    items
        The elements of an array.
    kind
        ``Object``, ``Array``, ``String``, ``Number``, ``Boolean``, or ``Null``.
    """

    value: object
    start: int
    end: int
    path: tuple[Step, ...]
    kind: str
    members: tuple[tuple[Node, Node], ...] = ()
    items: tuple[Node, ...] = ()

    @property
    def text(self) -> str:
        """The value as a text, such as ``true`` for True; empty for objects and arrays."""
        if isinstance(self.value, str):
            return self.value
        return "" if self.kind in ("Object", "Array") else json.dumps(self.value)

    @property
    def is_text(self) -> bool:
        """Whether the value is a string."""
        return self.kind == "String"

    def get(self, key: str) -> Node | None:
        """Return the value of a member of an object, or None."""
        return next((value for name, value in self.members if name.value == key), None)

    def listed(self) -> tuple[Node, ...]:
        """Return the elements of an array, or the value itself in a tuple."""
        return self.items if self.kind == "Array" else (self,)

    def plain(self) -> object:
        """Return the value without positions, in a form that can be compared."""
        if self.kind == "Object":
            return {key.text: value.plain() for key, value in self.members}
        if self.kind == "Array":
            return [one.plain() for one in self.items]
        return self.value


def parse(text: str) -> Node:
    """Parse a JSON text.

    Raises
    ------
    JsonSyntaxError
        If the text isn't JSON, has a key twice in an object, or is nested too deeply.
    """
    parser = _Parser(text)
    node = parser.value(parser.skip(0), ())
    if (rest := parser.skip(node.end)) != len(text):
        raise JsonSyntaxError(rest)
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text

    def skip(self, offset: int) -> int:
        """Return the offset behind white space."""
        found = _SPACE.match(self.text, offset)
        return found.end() if found else offset

    def value(self, offset: int, path: tuple[Step, ...]) -> Node:
        if len(path) > _DEPTH:
            raise JsonSyntaxError(offset)
        match self.text[offset : offset + 1]:
            case "{":
                return self._object(offset, path)
            case "[":
                return self._array(offset, path)
            case '"':
                return self._string(offset, path)
        found = _SCALAR.match(self.text, offset)
        if found is None:
            raise JsonSyntaxError(offset)
        value = json.loads(found.group())
        kind = {bool: "Boolean", type(None): "Null"}.get(type(value), "Number")
        return Node(value, offset, found.end(), path, kind)

    def _object(self, offset: int, path: tuple[Step, ...]) -> Node:
        members: dict[str, tuple[Node, Node]] = {}
        at = self.skip(offset + 1)
        while not self._is(at, "}"):
            if members:
                at = self._behind(at, ",")
            if not self._is(at, '"'):
                raise JsonSyntaxError(at)
            key = self._string(at, path)
            if key.text in members:
                raise JsonSyntaxError(at)
            key = replace(key, path=(*path, ("key", key.text)))
            at = self._behind(self.skip(key.end), ":")
            value = self.value(at, (*path, ("value", key.text)))
            members[key.text] = (key, value)
            at = self.skip(value.end)
        return Node(None, offset, at + 1, path, "Object", members=tuple(members.values()))

    def _array(self, offset: int, path: tuple[Step, ...]) -> Node:
        items: list[Node] = []
        at = self.skip(offset + 1)
        while not self._is(at, "]"):
            if items:
                at = self._behind(at, ",")
            items.append(self.value(at, (*path, ("index", len(items)))))
            at = self.skip(items[-1].end)
        return Node(None, offset, at + 1, path, "Array", items=tuple(items))

    def _string(self, offset: int, path: tuple[Step, ...]) -> Node:
        try:
            text, end = scanstring(self.text, offset + 1, True)
        except json.JSONDecodeError as error:
            raise JsonSyntaxError(error.pos) from None
        return Node(text, offset, end, path, "String")

    def _is(self, offset: int, character: str) -> bool:
        return self.text[offset : offset + 1] == character

    def _behind(self, offset: int, character: str) -> int:
        """Return the offset of what follows a character that must be here."""
        if not self._is(offset, character):
            raise JsonSyntaxError(offset)
        return self.skip(offset + 1)
