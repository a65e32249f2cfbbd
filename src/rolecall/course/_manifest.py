"""What a learner's copy of a course remembers, in a file of its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError, model_validator

MANIFEST = ".rolecall.json"


class Manifest(BaseModel):
    """The contents of a copy's manifest.

    Parameters
    ----------
    course
        The absolute path of the course's folder, or None for the course that comes with Rolecall, whose
        folder differs between installations.
    files
        For each notebook and file, by its path in the copy, the SHA-256 digest in hexadecimal of what the
        course held when the file was copied.
    """

    course: str | None = None
    files: dict[str, str] = {}

    @model_validator(mode="before")
    @classmethod
    def _read_first_format(cls, value: Any) -> Any:
        """Accept a manifest that consists of the digests alone, as the first copies have it."""
        return {"files": value} if isinstance(value, dict) and "files" not in value else value


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a copy; an empty one if there is none or if it can't be read.

    With an empty manifest, every changed notebook counts as the learner's, so that nothing is lost.
    """
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8")
    except FileNotFoundError:
        return Manifest()
    try:
        return Manifest.model_validate_json(text)
    except ValidationError:
        return Manifest()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a copy."""
    (folder / MANIFEST).write_text(f"{manifest.model_dump_json(indent=2)}\n", encoding="utf-8")
