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
    "diagnose": "find and fix what denies access",
    "apply": "a working day, end to end",
}
"""What each mode is, in a few words, as a lesson's index shows it."""

MODE_TITLES: dict[Mode, str] = {
    "why": "Why",
    "learn": "Learn",
    "visualize": "Visualize",
    "complexity": "Limits",
    "try": "Try",
    "diagnose": "Diagnose",
    "apply": "Apply",
    "project": "Project",
    "challenge": "Challenge",
    "recall": "Recall",
}
"""The title of each mode, in the order in which a lesson's home shows them."""

MODE_GROUPS: dict[str, tuple[Mode, ...]] = {
    "Understand": ("why", "learn", "visualize", "complexity"),
    "Do": ("try", "diagnose", "apply", "project"),
    "Prove": ("challenge", "recall"),
}
"""The modes by purpose. The test, which is on the lesson's home, also belongs to ``Prove``."""
