"""The words of a PartiQL statement: names, values, and the placeholders that stand for them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.data-types.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NoReturn

Value = Mapping[str, Any]
"""An attribute value, such as ``{"S": "dana"}``."""

_TOKEN = re.compile(
    r"""\s*+(?:(?P<string>'(?:[^']|'')*+')
    |(?P<quoted>"(?:[^"]|"")*+")
    |(?P<number>\d++(?:\.\d++)?(?:[eE][+-]?\d++)?)
    |(?P<word>[A-Za-z_$][\w$]*+)
    |(?P<mark><<|>>|<=|>=|<>|!=|[-+*=<>()\[\]{},.:?]))""",
    re.VERBOSE,
)
_DEEPEST = 32


class MalformedStatement(Exception):
    """A statement isn't well formed. The text is the message of DynamoDB's ValidationException."""


class Reader:
    """Read a statement word by word, and consume the parameters as their question marks come."""

    def __init__(self, text: str, parameters: list[Value] | None) -> None:
        self.tokens = list(_tokens(text))
        self.parameters = parameters
        self.at = self.depth = 0
        self.names: dict[str, str] = {}
        self.values: dict[str, Value] = {}

    # Tokens.

    def peek(self, ahead: int = 0) -> str:
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else ""

    def take_next(self) -> str:
        token = self.peek()
        self.at += 1
        return token

    def take(self, *words: str) -> bool:
        """Consume words or marks if they come next."""
        if all(self.peek(i).upper() == word for i, word in enumerate(words)):
            self.at += len(words)
            return True
        return False

    def require(self, *words: str) -> None:
        for word in words:
            if not self.take(word):
                self.fail(f"Expected {word}")

    def fail(self, what: str) -> NoReturn:
        found = self.peek() or "end of statement"
        raise MalformedStatement(f"Statement wasn't well formed, can't be processed: {what}, found {found}")

    def enter(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            self.fail("Nested too deeply")

    def placeholder(self, value: Value) -> str:
        name = f":v{len(self.values)}"
        self.values[name] = value
        return name

    # Names and values.

    def identifier(self) -> str:
        token = self.peek()
        if token[:1] == '"':
            return self.take_next()[1:-1].replace('""', '"')
        if not re.match(r"[A-Za-z_$]", token):
            self.fail("Expected an identifier")
        return self.take_next()

    def table(self) -> str:
        """Return the name of a table or an index, which may have hyphens."""
        name = self.identifier()
        while self.peek() == "-" and re.match(r"\w", self.peek(1)):
            name += self.take_next() + self.take_next()
        return name

    def path(self) -> str:
        text = self._name(self.identifier())
        while self.peek() in (".", "["):
            if self.take_next() == ".":
                text += f".{self._name(self.identifier())}"
            else:
                text += f"[{self.take_next()}]"
                self.require("]")
        return text

    def _name(self, name: str) -> str:
        for placeholder, known in self.names.items():
            if known == name:
                return placeholder
        placeholder = f"#n{len(self.names)}"
        self.names[placeholder] = name
        return placeholder

    def value(self) -> Value:
        self.enter()
        value = self._literal()
        self.depth -= 1
        return value

    def _literal(self) -> Value:
        token = self.take_next()
        match token.lower():
            case "?":
                if self.parameters is None:
                    return {"NULL": True}
                if not self.parameters:
                    raise MalformedStatement("Number of parameters in request and statement don't match.")
                return self.parameters.pop(0)
            case "true" | "false":
                return {"BOOL": token.lower() == "true"}
            case "null":
                return {"NULL": True}
            case "-":
                return {"N": f"-{self.take_next()}"}
            case "[":
                return {"L": self._values_until("]")}
            case "<<":
                items = self._values_until(">>")
                type = next(iter(items[0])) if items else "S"
                return {f"{type}S": [next(iter(one.values())) for one in items]}
            case "{":
                return {"M": self._members()}
        if token[:1] == "'":
            return {"S": token[1:-1].replace("''", "'")}
        if token[:1].isdigit():
            return {"N": token}
        self.at -= 1
        return self.fail("Expected a value")

    def _values_until(self, close: str) -> list[Value]:
        found: list[Value] = []
        while not self.take(close):
            found.append(self.value())
            if not self.take(",") and self.peek() != close:
                self.fail(f"Expected {close}")
        return found

    def _members(self) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while not self.take("}"):
            key = self.take_next()
            if key[:1] not in ("'", '"'):
                self.fail("Expected the name of an attribute")
            self.require(":")
            found[key[1:-1]] = self.value()
            if not self.take(",") and self.peek() != "}":
                self.fail("Expected }")
        return found


@lru_cache(maxsize=256)
def _tokens(text: str) -> tuple[str, ...]:
    found, at = [], 0
    text = text.rstrip().removesuffix(";").rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            message = "Statement wasn't well formed, can't be processed: Unexpected character"
            raise MalformedStatement(message)
        found.append(match[match.lastgroup or 0])
        at = match.end()
    return tuple(found)
