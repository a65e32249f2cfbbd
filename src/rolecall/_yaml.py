"""Read YAML; every fault has its file, line, and column, and says how to fix it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from rolecall._learner_error import LearnerError

Where = tuple[str | int, ...]


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


class BadFile(LearnerError, ValueError):
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
    except yaml.reader.ReaderError as error:
        raise BadFile([_character_fault(error, text, name)]) from None
    except RecursionError:
        raise BadFile([Fault(name, 1, 1, (), "has too many brackets within brackets")]) from None
    except yaml.YAMLError as error:
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


def _character_fault(error: yaml.reader.ReaderError, text: str, name: str) -> Fault:
    """Say where a character is that no text has, such as those of a file in another encoding."""
    before = text[: error.position]
    line, column = before.count("\n") + 1, error.position - before.rfind("\n")
    code = ord(text[error.position]) if error.position < len(text) else 0
    fix = "save the file as UTF-8" if code == 0 else "remove it"
    problem = (
        f"this is not YAML: the character U+{code:04X}, which isn't visible, can't be in a text; {fix}"
    )
    return Fault(name, line, column, (), problem)


_CONFLICT = re.compile(r"(<<<<<<<|=======|>>>>>>>)( |$)")
_OPENING_QUOTE = re.compile(r"(\s*(?:- )?[\w-]+: +)([\"'])")
_NO_SPACE_AFTER_HYPHEN = re.compile("\\s*-[\\w{\\[\"'\N{NO-BREAK SPACE}].*:")
_FIELD = re.compile(r"\s*(- )?[\w-]+:( |$)")


def _line_fault(text: str, line: int, problem: str, name: str) -> Fault | None:
    """Explain a fault whose cause is a whole line: a conflict, a fence, or a name without a colon."""
    lines = text.split("\n")
    for number, one in enumerate(lines, start=1):
        if _CONFLICT.match(one) and number <= line + 1:
            what = "Git marks a conflict here; keep one of the two versions, and remove the marks"
            return Fault(name, number, 1, (), what)
    if _NO_SPACE_AFTER_HYPHEN.match(lines[line - 1]):
        column = lines[line - 1].index("-") + 2
        return Fault(
            name, line, column, (), "this is not YAML: write a space after the hyphen of this item"
        )
    if lines[line - 1].startswith("```"):
        return Fault(name, line, 1, (), "this is not YAML: it is Markdown around YAML; remove this line")
    if problem.startswith("could not find expected ':'"):
        for number in range(min(line, len(lines)), 0, -1):
            one = lines[number - 1]
            if one.strip() and not _FIELD.match(one) and not one.lstrip().startswith(("- ", "#")):
                column = len(one) - len(one.lstrip()) + 1
                fix = "write a colon and a space after the name of a field, or indent text that goes on"
                return Fault(name, number, column, (), f"this is not YAML: {problem}; {fix}")
    return None


def _syntax_fault(error: yaml.MarkedYAMLError, text: str, name: str) -> Fault:
    """Say where a file stops being YAML, why, and what to do."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    for number, one in enumerate(text.split("\n")[:line], start=1):
        if "\N{NO-BREAK SPACE}" in one[: len(one) - len(one.lstrip())]:
            return Fault(name, number, 1, (), _NO_BREAK_SPACE)
    problem, start = str(error.problem), error.context_mark
    if (fault := _line_fault(text, line, problem, name)) is not None:
        return fault
    before = text.split("\n")[line - 1][: column - 1] if mark else ""
    if "mapping values are not allowed" in problem and re.fullmatch(r"\s+[\w-]+", before):
        fix = "indent this line like the other fields around it"
        return Fault(
            name, line, len(before) - len(before.lstrip()) + 1, (), f"this is not YAML: {problem}; {fix}"
        )
    if problem.startswith("expected <block end>, but found '<scalar>'") and before.strip():
        for number, one in enumerate(text.split("\n")[: line - 1], start=1):
            if (quote := _OPENING_QUOTE.match(one)) and one.count(quote[2]) % 2:
                fix = f"the quote {quote[2]} that begins this text is not closed; close it"
                return Fault(name, number, len(quote[1]) + 1, (), f"this is not YAML: {fix}")
        fix = "a text in quotes or brackets ends before this; put the whole text in quotes"
        return Fault(name, line, column, (), f"this is not YAML: {problem}; {fix}")
    if problem.startswith("expected ',' or") and start is not None and start.line + 1 < line:
        opening = text.split("\n")[start.line][start.column : start.column + 1]
        closing = {"[": "]", "{": "}"}.get(opening, "")
        fix = f"this {opening} is not closed; add the missing {closing}"
        return Fault(name, start.line + 1, start.column + 1, (), f"this is not YAML: {fix}")
    return Fault(name, line, column, (), f"this is not YAML: {problem}{_syntax_fix(problem)}")


_FIXES = {
    "expected ',' or": "put a text with a colon in quotes, or add a comma before this field",
    "mapping values are not allowed": "put a text with a colon in quotes",
    "mapping keys are not allowed": "put a text that starts with ? in quotes",
    "sequence entries are not allowed": (
        "put a text that starts with - in quotes, or begin the list on the next line"
    ),
    "expected a comment or a line break": (
        "put a text that starts with | or > in quotes, or begin it in the next line"
    ),
    "found unknown escape character": ("write \\\\ for a backslash in double quotes, or use single quotes"),
    "expected the node content, but found '<stream end>'": (
        "the file ends before this value, so write it, or close the bracket"
    ),
    "but found another document": "a file has one document, so remove the line ---",
    "expected '<document start>'": "the line ... ends a document, so remove it",
    "expected <block end>": "indent this line like the other fields around it",
}
"""What to do about a problem, by a part of the parser's message."""


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
    return next((f"; {fix}" for part, fix in _FIXES.items() if part in problem), "")


_WORD_PROCESSOR_QUOTES = (
    "\N{LEFT DOUBLE QUOTATION MARK}",
    "\N{RIGHT DOUBLE QUOTATION MARK}",
    "\N{DOUBLE LOW-9 QUOTATION MARK}",
    "\N{LEFT SINGLE QUOTATION MARK}",
    "\N{RIGHT SINGLE QUOTATION MARK}",
)


_PROSE = {(name,) for name in ("prompt", "text", "why", "hint", "quick_check", "left", "right", "title")}
"""The last names of paths whose values are texts for readers, which may be a single word."""


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
            self._fault(node, where, "this alias refers to a value that contains it; write the text itself")
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
            said = str(getattr(error, "problem", error))
            tagged = said.startswith("could not determine a constructor")
            fix = "; put a text that starts with ! or = in quotes" if tagged else ""
            self._fault(node, where, f"cannot be read: {said}{fix}")
            return None

    def _mapping(self, node: yaml.MappingNode, where: Where, within: frozenset[int]) -> object:
        value: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(
                    key_node, where, "a key must be a plain text; put a text that starts with { in quotes"
                )
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
        before = self.lines[mark.line][: mark.column]
        anchor = re.search(r"&(\S+) +$", before) or re.match(
            r"&(\S+) ", self.lines[mark.line][mark.column :]
        )
        # A comment after a value has two spaces before it, or the value is a word that isn't for readers.
        if re.match(r" #", rest) and (" " in node.value or where[-1:] in _PROSE):
            problem = (
                "YAML ends this text at ` #`; put the text in quotes, or write two spaces before a comment"
            )
        elif node.value[:1] in _WORD_PROCESSOR_QUOTES and node.value[-1:] in _WORD_PROCESSOR_QUOTES:
            problem = (
                f"{node.value[0]} and {node.value[-1]} are part of this text; use straight quotes, \" or '"
            )
        elif anchor and where[-1:] in _PROSE and not any(f"*{anchor[1]}" in line for line in self.lines):
            problem = f"no alias uses &{anchor[1]}; if it belongs to the text, put the text in quotes"
        if problem:
            self.doubtful.append(Fault(self.name, mark.line + 1, mark.column + 1, where, problem))

    def _fault(self, node: yaml.Node, where: Where, problem: str) -> None:
        mark = node.start_mark
        self.faults.append(Fault(self.name, mark.line + 1, mark.column + 1, where, problem))
