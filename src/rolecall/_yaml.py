"""Load YAML into pydantic models; every fault has its file, line, and column, and says how to fix it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Where = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a file.

    Parameters
    ----------
    where
        The field names and indexes that lead to the place.
    problem
        What is wrong, and how to fix it.
    """

    file: str
    line: int
    column: int
    where: Where
    problem: str

    def __str__(self) -> str:
        path = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in self.where)
        field = f" {path.lstrip('.')}:" if path else ""
        return f"{self.file}:{self.line}:{self.column}:{field} {self.problem}"


class BadFile(ValueError):
    """A file has faults; the error lists all of them."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Document:
    """The value of a YAML file, with the place of every node.

    Parameters
    ----------
    places
        The line and column of each value, by its path; the first line and column are 1.
    keys
        The line and column of each key, by the path of its value.
    written
        What the file says for each value without quotes, such as ``yes`` for True.
    aliases
        The line of the value that an alias refers to, by the alias's path.
    doubtful
        Texts that are YAML, but probably not what the author meant.
    """

    file: str
    value: object
    places: Mapping[Where, tuple[int, int]]
    keys: Mapping[Where, tuple[int, int]]
    written: Mapping[Where, str]
    aliases: Mapping[Where, int]
    doubtful: tuple[Fault, ...] = ()

    def fault(self, where: Where, problem: str) -> Fault:
        """Create a fault at the innermost node of a path that the file has."""
        known = where
        while known not in self.places and known:
            known = known[:-1]
        line, column = self.places.get(known, (1, 1))
        if known in self.aliases:
            problem += f"; the alias refers to the value in line {self.aliases[known]}"
        return Fault(self.file, line, column, where, problem)

    def key_fault(self, where: Where, problem: str) -> Fault:
        """Create a fault at the key of a path, not at its value."""
        line, column = self.keys[where]
        return Fault(self.file, line, column, where, problem)

    def line(self, where: Where) -> int:
        """Return the line where the value at a path begins; the first is 1."""
        return self.fault(where, "").line


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """End a sentence about an unknown name: with the name that was probably meant, or with all names."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]}?" if close else f"; there are {', '.join(names) or 'none'}"


class _Loader(yaml.SafeLoader):
    """YAML without dates: `Version: 2012-10-17` is a string, as policy documents need it."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path) -> Document:
    """Read a YAML file.

    Raises
    ------
    BadFile
        If the file can't be read, isn't YAML, or has a key twice.
    """
    name = str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadFile([Fault(name, 1, 1, (), f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        problem = "this character is not UTF-8 text; save the file as UTF-8"
        raise BadFile([Fault(name, line, column, (), problem)]) from None
    return parse_yaml(text, name)


def parse_yaml(text: str, name: str) -> Document:
    """Parse YAML.

    Parameters
    ----------
    name
        The name of the file in faults.
    """
    try:
        node = _compose(text)
    except yaml.MarkedYAMLError as error:
        raise BadFile([_syntax_fault(error, text, name)]) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise BadFile([Fault(name, 1, 1, (), f"is not YAML: {error}")]) from None
    if node is None:
        raise BadFile([Fault(name, 1, 1, (), "is empty; write its fields, one `name: value` in each line")])
    reader = _Reader(name, text)
    value = reader.read(node, (), frozenset())
    if reader.faults:
        raise BadFile(reader.faults)
    return Document(
        name,
        value,
        reader.places,
        reader.keys,
        reader.written,
        reader.aliases,
        tuple(reader.doubtful),
    )


def _compose(text: str) -> yaml.Node | None:
    """Parse a text with libyaml if possible; PyYAML's own parser has better error messages."""
    fast = getattr(yaml, "CSafeLoader", None)
    if fast is not None:
        try:
            return yaml.compose(text, Loader=_fast_loader(fast))
        except yaml.YAMLError:
            pass
    return yaml.compose(text, Loader=_Loader)


@lru_cache(maxsize=1)
def _fast_loader(fast: Any) -> Any:
    return type("_FastLoader", (fast,), {"yaml_implicit_resolvers": _Loader.yaml_implicit_resolvers})


_NO_BREAK_SPACE = "a no-break space is in the indentation; indent with spaces"


def _syntax_fault(error: yaml.MarkedYAMLError, text: str, name: str) -> Fault:
    """Say where a file stops being YAML, why, and what to do."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    for number, one in enumerate(text.split("\n")[:line], start=1):
        if "\N{NO-BREAK SPACE}" in one[: len(one) - len(one.lstrip())]:
            return Fault(name, number, 1, (), _NO_BREAK_SPACE)
    problem, start = str(error.problem), error.context_mark
    if problem.startswith("expected ',' or") and start is not None and start.line + 1 < line:
        opening = text.split("\n")[start.line][start.column : start.column + 1]
        closing = {"[": "]", "{": "}"}.get(opening, "")
        fix = f"this {opening} is not closed; add the missing {closing}"
        return Fault(name, start.line + 1, start.column + 1, (), f"this is not YAML: {fix}")
    return Fault(name, line, column, (), f"this is not YAML: {problem}{_syntax_fix(problem)}")


def _syntax_fix(problem: str) -> str:
    if "found character '\\t'" in problem:
        return "; indent with spaces"
    if cannot := re.match(r"found character '(.)' that cannot start any token", problem):
        return f"; put a text that starts with {cannot[1]} in quotes"
    if problem.startswith("expected alphabetic or numeric character"):
        return "; put a text that starts with * or & in quotes"
    if alias := re.match(r"found undefined alias '(.*)'", problem):
        name = alias[1]
        return (
            f"; if *{name} is a text, put it in quotes; if it is an alias, write &{name} before its value"
        )
    if "mapping values are not allowed" in problem or problem.startswith("expected ',' or"):
        return "; put a text with a colon in quotes"
    if problem.startswith("expected <block end>"):
        return "; indent this line like the other fields around it"
    return ""


_WORD_PROCESSOR_QUOTES = (
    "\N{LEFT DOUBLE QUOTATION MARK}",
    "\N{RIGHT DOUBLE QUOTATION MARK}",
    "\N{DOUBLE LOW-9 QUOTATION MARK}",
    "\N{LEFT SINGLE QUOTATION MARK}",
    "\N{RIGHT SINGLE QUOTATION MARK}",
)


class _Reader:
    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.lines = text.split("\n")
        self.written: dict[Where, str] = {}
        self.aliases: dict[Where, int] = {}
        self.doubtful: list[Fault] = []
        self.places: dict[Where, tuple[int, int]] = {}
        self.keys: dict[Where, tuple[int, int]] = {}
        self.faults: list[Fault] = []
        self.constructor = _Loader("")

    def read(self, node: yaml.Node, where: Where, above: frozenset[int]) -> object:
        self.places[where] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if id(node) in above:
            self._fault(node, where, "this alias refers to a node that contains it")
            return None
        within = above | {id(node)}
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, where, within)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(one, (*where, i), within) for i, one in enumerate(node.value)]
        # libyaml says "" for a text without quotes, and PyYAML's own parser says None.
        if isinstance(node, yaml.ScalarNode) and not node.style:
            self.written[where] = node.value
            self._doubt(node, where)
        try:
            return self.constructor.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            self._fault(node, where, f"cannot be read: {getattr(error, 'problem', error)}")
            return None

    def _mapping(self, node: yaml.MappingNode, where: Where, within: frozenset[int]) -> object:
        value: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(key_node, where, "a key must be a plain text")
                continue
            key = str(key_node.value)
            self.keys[*where, key] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if key.startswith("\N{NO-BREAK SPACE}"):
                self._fault(key_node, (*where, key), _NO_BREAK_SPACE)
            if key in value:
                self._fault(key_node, (*where, key), "this key occurs twice; keep one")
            value[key] = self.read(value_node, (*where, key), within)
            if value_node.start_mark.index < key_node.start_mark.index:
                # The node of an alias is that of its anchor, so its place is elsewhere in the file.
                self.aliases[*where, key] = value_node.start_mark.line + 1
                mark = key_node.end_mark
                self.places[*where, key] = (mark.line + 1, mark.column + 3)
        return value

    def _doubt(self, node: yaml.ScalarNode, where: Where) -> None:
        """Note a text without quotes that YAML cuts at `` #``, or that has quotes of a word processor."""
        end, mark = node.end_mark, node.start_mark
        rest = self.lines[end.line][end.column :] if end.line < len(self.lines) else ""
        problem = ""
        # A comment after a value has two spaces before it, or the value is a single word.
        if re.match(r" #", rest) and " " in node.value:
            problem = (
                "YAML ends this text at ` #`; put the text in quotes, or write two spaces before a comment"
            )
        elif node.value[:1] in _WORD_PROCESSOR_QUOTES and node.value[-1:] in _WORD_PROCESSOR_QUOTES:
            problem = (
                f"{node.value[0]} and {node.value[-1]} are part of this text; use straight quotes, \" or '"
            )
        if problem:
            self.doubtful.append(Fault(self.name, mark.line + 1, mark.column + 1, where, problem))

    def _fault(self, node: yaml.Node, where: Where, problem: str) -> None:
        mark = node.start_mark
        self.faults.append(Fault(self.name, mark.line + 1, mark.column + 1, where, problem))


def validate(document: Document, model: type[M]) -> M:
    """Validate a document with a model.

    Raises
    ------
    BadFile
        With every fault that the model finds.
    """
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        faults: dict[Where, Fault] = {}
        for one in error.errors():
            fault = _fault(document, model, one)
            # A union reports an error for each of its members; the first one is enough.
            faults.setdefault((*fault.where, fault.line, fault.column), fault)
        raise BadFile(list(faults.values())) from None


def _fault(document: Document, model: type[BaseModel], error: Any) -> Fault:
    where = _path_in_file(document, error["loc"])
    problem: str
    match error["type"]:
        case "missing":
            return document.fault(where[:-1], f"{where[-1]} is missing{_named(document, where[:-1])}")
        case "union_tag_not_found":
            return document.fault(where, f"{error['ctx']['discriminator'].strip(_QUOTE)} is missing")
        case "union_tag_invalid":
            tag = error["ctx"]["discriminator"].strip(_QUOTE)
            expected = [one.strip(" '") for one in error["ctx"]["expected_tags"].split(",")]
            given = error["ctx"]["tag"]
            return document.fault(
                (*where, tag), f"there is no {tag} {given!r}{did_you_mean(given, expected)}"
            )
        case "extra_forbidden":
            return document.key_fault(where, f"no such field{_suggestion(document, model, where)}")
        case "value_error":
            problem = str(error["ctx"]["error"])
        case "literal_error":
            problem = f"{_shown(error['input'])} is not one of {error['ctx']['expected']}"
        case "string_type":
            problem = _not_a_text(document.written.get(where), error["input"])
        case "list_type":
            problem = f"this must be a list, with `- ` before each item, not {_shown(error['input'])}"
        case "dict_type" | "model_type" | "model_attributes_type":
            problem = f"this must be fields, `name: value`, not {_shown(error['input'])}"
            if not where:
                fields = ", ".join(field.alias or name for name, field in model.model_fields.items())
                problem += f"; the fields of this file are {fields}"
        case "bool_type":
            problem = f"this must be true or false, without quotes, not {_shown(error['input'])}"
        case _:
            message = re.sub(r"^Input should be", "should be", error["msg"])
            problem = f"{message}, not {_shown(error['input'])}"
    return document.fault(where, problem)


_QUOTE = "'"


def _not_a_text(written: str | None, value: object) -> str:
    if written is None:
        return f"this must be a text, not {_shown(value)}"
    if written == repr(value):
        return f"this must be a text, not {written}; put it in quotes"
    return (
        f'this must be a text, but YAML reads {written} as {_shown(value)}; put it in quotes, "{written}"'
    )


def _named(document: Document, where: Where) -> str:
    """Name a part of a list as its author knows it, by its ID or its text."""
    value = _value_at(document, where)
    if not where or not isinstance(where[-1], int) or not isinstance(value, dict):
        return ""
    name = next((value[field] for field in ("id", "text", "left", "front") if field in value), None)
    return f" in {_shown(name)}" if name is not None else ""


def _path_in_file(document: Document, location: Where) -> Where:
    """Drop the names of union members that pydantic puts into a location."""
    where: Where = ()
    for index, part in enumerate(location):
        last = index == len(location) - 1
        if index and isinstance(location[index - 1], int) and _kind_at(document, where) == part:
            # This is the kind, not a field of the same name; the field would come after it.
            continue
        exists = (*where, part) in document.places
        names_a_type = isinstance(part, str) and not re.fullmatch(r"[\w-]+", part)
        if exists or (last and not names_a_type and isinstance(_value_at(document, where), dict)):
            where = (*where, part)
    return where


def _kind_at(document: Document, where: Where) -> Any:
    value = _value_at(document, where)
    return value.get("kind") if isinstance(value, dict) else None


def _value_at(document: Document, where: Where) -> Any:
    value: Any = document.value
    for part in where:
        value = value[part]
    return value


def _suggestion(document: Document, model: type[BaseModel], where: Where) -> str:
    fields = _fields_at(document, model, where[:-1])
    return did_you_mean(str(where[-1]), fields) if fields else ""


def _fields_at(document: Document, model: type[BaseModel], where: Where) -> list[str]:
    """List the fields of the model at a path; of several models, the one that the kind names."""
    current: Any = model
    for index, part in enumerate(where):
        current = _inner(_models_at(document, current, where[:index]), current, part)
        if current is None:
            return []
    models = _models_at(document, current, where)
    return [field.alias or name for one in models for name, field in one.model_fields.items()]


def _models_at(document: Document, annotation: Any, where: Where) -> list[type[BaseModel]]:
    models = _models(annotation)
    kind = _kind_at(document, where)
    named = [one for one in models if kind in _kinds(one)]
    return named or models


def _kinds(model: type[BaseModel]) -> tuple[Any, ...]:
    field = model.model_fields.get("kind")
    return getattr(field.annotation, "__args__", ()) if field else ()


def _inner(models: list[type[BaseModel]], annotation: Any, part: str | int) -> Any:
    for one in models:
        for name, field in one.model_fields.items():
            if part in (name, field.alias):
                return field.annotation
    arguments = getattr(annotation, "__args__", ())
    for argument in arguments[-1:] if arguments else ():
        return argument
    return None


def _models(annotation: Any) -> list[type[BaseModel]]:
    if hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if getattr(annotation, "__origin__", None) in (dict, list, tuple):
        return []
    return [
        one
        for one in getattr(annotation, "__args__", ())
        if isinstance(one, type) and issubclass(one, BaseModel)
    ]


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
