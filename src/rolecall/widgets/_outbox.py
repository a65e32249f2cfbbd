"""The answers of an attempt on the disk, so that no lost connection and no killed kernel loses one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """The learner's answer to one question.

    Parameters
    ----------
    given
        The answer, as the form of the question's kind sends it.
    serial
        Grows with every change of the answer, so that the service keeps the last one.
    """

    given: Any
    serial: int


class Outbox:
    """A file with the answers of one attempt.

    Parameters
    ----------
    file
        The file; it and its folder are created when they are needed.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self) -> dict[int, SavedAnswer]:
        """Return the answers by place; empty if there are none, or the file can't be read."""
        try:
            saved = json.loads(self._file.read_text("utf-8"))
            return {int(place): SavedAnswer(**answer) for place, answer in saved.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def write(self, answers: Mapping[int, SavedAnswer]) -> None:
        """Replace the file's answers; a crash leaves the old file or the new one, never half of it."""
        text = json.dumps({str(place): asdict(answer) for place, answer in answers.items()})
        self._file.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._file.with_suffix(".new")
        temporary.unlink(missing_ok=True)
        # Answers of an assessment are no one else's business.
        temporary.touch(mode=0o600)
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(self._file)

    def delete(self) -> None:
        """Delete the file, if it exists."""
        self._file.unlink(missing_ok=True)
