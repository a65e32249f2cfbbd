"""Recognize files of programs whose formats aren't read, to name them in the refusal."""

from __future__ import annotations

import re

from rolecall.quiz.interchange._losses import beginning

_SIGNS: tuple[tuple[str, str], ...] = (
    (r"<moodle_backup\b", "a backup of a Moodle course; export its question bank as Moodle XML"),
    (
        r"<(?:\w+:)?(?:qti-)?assessment-?[tT]est\b",
        "a test of QTI without its items; import the package (.zip), or each item",
    ),
    (
        r"<(?:\w+:)?manifest\b[^<>]*imscp",
        "the manifest of a package; import the package (.zip) that it belongs to",
    ),
    (
        r"(?m)^(MC|MA|TF|ESS|ORD|MAT|FIB|FIL|NUM|SR|OP)\t",
        "a Blackboard test; export the pool as a QTI 2.1 package",
    ),
    (
        r"(?i)^\W*(front|#separator:)\W*",
        "an Anki export of flash cards, which have no options to choose from",
    ),
)


def foreign_format(content: bytes) -> str | None:
    """Return what a file is and what to do with it, if it's in a known format that isn't read."""
    if content.startswith(b"PK"):
        return None
    text = beginning(content)
    return next((what for sign, what in _SIGNS if re.search(sign, text)), None)
