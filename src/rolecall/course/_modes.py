"""The learning modes that a lesson can have; each is a notebook with the mode's name."""

from __future__ import annotations

from typing import Literal

Mode = Literal[
    "why",
    "learn",
    "visualize",
    "try",
    "challenge",
    "project",
    "complexity",
    "recall",
    "diagnose",
    "apply",
]

MODE_DESCRIPTIONS: dict[Mode, str] = {
    "why": "the purpose in three minutes",
    "learn": "the concept, step by step",
    "visualize": "the process, call by call",
    "try": "fill in real JSON, CLI and Python",
    "challenge": "problems against the clock",
    "project": "a small project in four steps",
    "complexity": "how it grows, measured",
    "recall": "flash cards when they are due",
    "diagnose": "the AccessDenied clinic",
    "apply": "a working day, end to end",
}
"""What each mode is, in a few words, as a lesson's index shows it."""
