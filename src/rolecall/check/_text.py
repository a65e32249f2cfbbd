"""Rules for what an author writes in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)[^)]*\)|<img\b([^>]*)>")
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)[^)]*\)")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.S)
_WORD = re.compile(r"[A-Za-z0-9'’]+")
_TODO = re.compile(r"\b(TODO|FIXME|XXX)\b")

Problem = tuple[str, str]
"""A rule and what is wrong."""


def problems_of(text: str, folder: Path) -> Iterator[Problem]:
    """What is wrong with a text that stands in a file of a folder."""
    if _TODO.search(text):
        yield "unfinished", "something is still to be written here (TODO)"
    prose = _CODE.sub("", text)
    for alt, target, attributes in _PICTURE.findall(prose):
        said = alt or re.search(r"""\balt\s*=\s*["']([^"']+)""", attributes)
        if not said:
            yield (
                "missing-alt-text",
                f"the picture {target or attributes.strip()!r} has no text in its place",
            )
        if target and not _is_address(target) and not (folder / target).exists():
            yield "dead-link", f"there is no file {target!r}"
    for target in _LINK.findall(prose):
        if _is_address(target):
            if not re.fullmatch(r"(https://[^\s/]+\.[^\s/]+(/\S*)?|mailto:\S+|attachment:\S+)", target):
                yield "bad-link", f"{target!r} is no address that begins with https:// and a host"
        elif not target.startswith("#") and not (folder / target.partition("#")[0]).exists():
            yield "dead-link", f"there is no file {target!r}"


def _is_address(target: str) -> bool:
    return re.match(r"[a-z][a-z0-9+.-]*:", target, re.I) is not None


def words_in(text: str) -> int:
    """How many words a reader reads."""
    return len(_WORD.findall(_CODE.sub("", text)))


def texts_in(value: Any, where: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every text in a YAML value, with its place."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from texts_in(one, (*where, name))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from texts_in(one, (*where, index))
