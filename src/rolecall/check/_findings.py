"""The findings of a check: what is wrong, where, and how to fix it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from rolecall._yaml import BadFile, Document, Fault, Where, read_yaml


class Severity(Enum):
    """How severe a finding is: an error fails the check, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is wrong in a course.

    Parameters
    ----------
    file
        Path relative to the course's folder.
    line, column
        Place in the file; the first is 1.
    rule
        The rule's name, such as ``unused-skill``.
    """

    file: str
    line: int
    column: int
    rule: str
    message: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.severity.value}: {self.message} [{self.rule}]"

    def __hash__(self) -> int:
        return hash((self.file, self.line, self.column, self.rule, self.message))


class Places:
    """Creates findings for places in the course's YAML files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._documents: dict[Path, Document] = {}
        self._names: dict[Path | str, str] = {}

    def relative(self, path: Path | str) -> str:
        """Return a path as findings show it, relative to the course's folder if it is inside."""
        if path not in self._names:
            full = Path(path)
            inside = full.is_relative_to(self.folder)
            self._names[path] = (full.relative_to(self.folder) if inside else full).as_posix()
        return self._names[path]

    def document(self, path: Path) -> Document:
        """Return a file's content with the places of its nodes."""
        if path not in self._documents:
            self._documents[path] = read_yaml(path)
        return self._documents[path]

    def at(
        self, path: Path, where: Where, rule: str, message: str, severity: Severity = Severity.ERROR
    ) -> Finding:
        """Create a finding at a node of a file."""
        return self.of(self.document(path).fault(where, message), rule, severity)

    def at_key(
        self, path: Path, where: Where, rule: str, message: str, severity: Severity = Severity.ERROR
    ) -> Finding:
        """Create a finding at the key of a node."""
        return self.of(self.document(path).key_fault(where, message), rule, severity)

    def of(self, fault: Fault, rule: str, severity: Severity = Severity.ERROR) -> Finding:
        """Create a finding from a fault."""
        path = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in fault.where).lstrip(".")
        problem = f"{path}: {fault.problem}" if path else fault.problem
        return Finding(self.relative(fault.file), fault.line, fault.column, rule, problem, severity)

    def faults(self, bad: BadFile, rule: str = "schema") -> Iterator[Finding]:
        """Create the findings for a file that can't be loaded."""
        for fault in bad.faults:
            yield self.of(fault, rule)
