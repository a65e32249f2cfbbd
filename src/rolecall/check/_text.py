"""Rules for the Markdown that an author writes."""

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
"""The name of a rule, and what is wrong."""


def problems_of(text: str, folder: Path) -> Iterator[Problem]:
    """Find what is wrong with a text.

    Parameters
    ----------
    folder
        The folder of the text's file, which links and pictures are relative to.
    """
    if _TODO.search(text):
        yield "unfinished", "a TODO is left in this text"
    prose = _CODE.sub("", text)
    for alt, target, attributes in _PICTURE.findall(prose):
        said = alt or re.search(r"""\balt\s*=\s*["']([^"']+)""", attributes)
        if not said:
            yield (
                "missing-alt-text",
                f"the picture {target or attributes.strip()!r} has no alternative text",
            )
        if target and not _is_address(target) and not (folder / target).exists():
            yield "dead-link", f"there is no file {target!r}"
    for target in _LINK.findall(prose):
        if _is_address(target):
            if not re.fullmatch(r"(https://[^\s/]+\.[^\s/]+(/\S*)?|mailto:\S+|attachment:\S+)", target):
                yield "bad-link", f"{target!r} is not an address of the form https://HOST/…"
        elif not target.startswith("#") and not (folder / target.partition("#")[0]).exists():
            yield "dead-link", f"there is no file {target!r}"


def _is_address(target: str) -> bool:
    return re.match(r"[a-z][a-z0-9+.-]*:", target, re.I) is not None


def words_in(text: str) -> int:
    """Count the words of a text, without its code."""
    return len(_WORD.findall(_CODE.sub("", text)))


def texts_in(value: Any, where: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """List every text in a YAML value, with its place."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from texts_in(one, (*where, name))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from texts_in(one, (*where, index))
