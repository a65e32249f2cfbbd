"""Check the spelling and the style of what a learner reads, and measure its length."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from rolecall._extras import require_extra
from rolecall._yaml import Where
from rolecall.check._findings import Finding, Severity
from rolecall.check._loaded_course import LoadedCourse
from rolecall.check._notebooks import lines_of_cells
from rolecall.check._style import discouraged_words, style_problems
from rolecall.check._text import texts_in, words_in

WORDS = "words.txt"
"""The file beside lessons/ with correct words that the dictionary lacks, one on each line."""
_NOT_PROSE = re.compile(r"```.*?```|`[^`\n]*`|https?://\S+|<[^>]+>|\]\([^)]*\)|\{[^}]*\}", re.S)
_WORD = re.compile(r"(?<![\w.:/@*$-])[A-Za-z]+(?:['’][a-z]+)?(?![\w/@*]|[.:]\w)")
_NAME = re.compile(r"[a-z][A-Z]|[A-Z]{2}")
"""Names such as AssumeRole and IAM are not looked up."""
_PROSE_FIELDS = frozenset(
    {
        *("prompt", "why", "text", "hint", "hints", "solution", "quick_check", "common_mistakes"),
        *("because", "says", "goal", "title", "summary", "may_change"),
    }
)
"""The fields of YAML files that contain prose."""
_OF_THE_FIELD = frozenset(
    {
        *("allowlist", "app", "backend", "dev", "frontend", "lifecycle", "metadata", "multi", "namespace"),
        *("presigned", "runtime", "timestamp", "versioning", "whitespace", "workflow", "workload"),
    }
)
"""Words of every course on AWS that the English dictionary lacks, and ``multi`` as in "multi-factor"."""
_PER_MINUTE = 200


def check_prose(loaded: LoadedCourse) -> Iterator[Finding]:
    """Yield a warning for each word that no dictionary has, discouraged word, and long sentence."""
    require_extra("check", "Checking the spelling of a course", "spellchecker")
    dictionary = _dictionary(loaded.folder)
    settings = loaded.settings
    discouraged = settings.discouraged_words
    words = discouraged_words() if discouraged is None else discouraged
    for file, line, text in _texts(loaded):
        name = loaded.places.relative(file)
        if not name.startswith(settings.texts_to_rewrite):
            for rule, message in style_problems(text, words, settings.longest_sentence):
                yield Finding(name, line, 1, rule, message, Severity.WARNING)
        for word in dict.fromkeys(_words(text)):
            if not dictionary(word):
                message = f"{word!r} is not in the dictionary; if it is correct, add it to {WORDS}"
                yield Finding(name, line, 1, "spelling", message, Severity.WARNING)


def reading_figures(loaded: LoadedCourse) -> Iterator[str]:
    """Measure how much there is to read in each lesson.

    There is no reading level: formulas take names such as AssumeRole for difficult words, and lists for
    long sentences. Instead, `check_prose` reports each long sentence at its place.
    """
    texts = list(_texts(loaded))
    for file in loaded.lessons:
        count = sum(
            words_in(text)
            for path, _, text in texts
            if path.suffix == ".ipynb" and path.parent == file.parent
        )
        if count:
            yield (
                f"{file.parent.name}: {count} words in its notebooks, "
                f"{count / _PER_MINUTE:.0f} minutes to read"
            )


def _texts(loaded: LoadedCourse) -> Iterator[tuple[Path, int, str]]:
    """List every text that is prose, with its file and line."""
    for file in loaded.notebooks:
        if file.parent.name != "solved":
            yield from _cells(file)
    catalogue = loaded.folder / "quizzes" / "misconceptions.yaml"
    for file in (
        *loaded.banks,
        *loaded.lessons,
        *loaded.tasks,
        *loaded.assessments,
        *([catalogue] if loaded.shared else []),
    ):
        for where, text in texts_in(loaded.places.document(file).value):
            if _is_prose(where):
                yield file, loaded.places.at(file, where, "", "").line, text


def _cells(file: Path) -> Iterator[tuple[Path, int, str]]:
    try:
        lines = lines_of_cells(file, "markdown")
        cells = json.loads(file.read_text("utf-8"))["cells"]
    except (ValueError, KeyError, TypeError):
        # The rules for notebooks report a file that can't be parsed.
        return
    markdown = [cell for cell in cells if cell["cell_type"] == "markdown"]
    for line, cell in zip(lines, markdown, strict=True):
        yield file, line, "".join(cell["source"])


def _is_prose(where: Where) -> bool:
    """Return whether a text under these keys is prose."""
    names = [one for one in where if isinstance(one, str)]
    return bool(names) and (names[-1] in _PROSE_FIELDS or names[0] == "skills")


def _words(text: str) -> Iterator[str]:
    for word in _WORD.findall(_NOT_PROSE.sub(" ", text)):
        if not _NAME.search(word):
            yield word.replace("’", "'")


@lru_cache(maxsize=1)
def _english() -> Any:
    from spellchecker import SpellChecker  # noqa: PLC0415 - only authors install it

    return SpellChecker(language="en")


def _dictionary(folder: Path) -> Callable[[str], bool]:
    own = folder / WORDS
    written = own.read_text("utf-8").split() if own.is_file() else []
    known = _OF_THE_FIELD | {word.lower() for word in written if not word.startswith("#")}

    @cache
    def has(word: str) -> bool:
        lower = word.lower()
        stems = {lower, lower.removesuffix("'s"), lower.removesuffix("s")}
        return lower in _english() or lower.removesuffix("'s") in _english() or bool(stems & known)

    return has
