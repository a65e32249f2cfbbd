"""How far a learner is with each lesson: its notebooks, questions, tasks, flash cards, test, and badge."""

from __future__ import annotations

import ast
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rolecall.course import Course, Lesson, Mode
from rolecall.presentation.bank_cache import bank_of, task_ids
from rolecall.presentation.outline import LessonOutline, course_outline
from rolecall.progress import Store, StoredEntry
from rolecall.quiz import Entry, EntryKind

_COUNTS = {"challenge": 5, "test": 10}
"""How many questions a card has by default."""


@dataclass(frozen=True, slots=True)
class ModeProgress:
    """The progress in one notebook.

    Parameters
    ----------
    done, count
        How many steps are done, and how many there are.
    """

    done: int
    count: int

    @property
    def share(self) -> float:
        """The share that is done, from 0 to 1."""
        return self.done / self.count if self.count else 0.0

    @property
    def complete(self) -> bool:
        """Whether everything is done."""
        return self.count > 0 and self.done >= self.count

    @property
    def sign(self) -> str:
        """A mark that can be understood without color."""
        return "✓" if self.complete else "◐" if self.done else "○"


@dataclass(frozen=True, slots=True)
class LessonProgress:
    """The progress in a lesson.

    Parameters
    ----------
    modes
        The progress in each notebook, and in the test.
    questions, tasks
        How many are done, and how many there are.
    badge
        Whether the challenge's badge is earned.
    """

    lesson: Lesson
    outline: LessonOutline
    modes: Mapping[Mode, ModeProgress]
    test: ModeProgress
    questions: ModeProgress
    tasks: ModeProgress
    badge: bool

    @property
    def due(self) -> int:
        """How many flash cards are due."""
        return self.outline.cards_due

    @property
    def share(self) -> float:
        """The share of the questions and tasks that is done, from 0 to 1."""
        return (self.questions.done + self.tasks.done) / max(1, self.questions.count + self.tasks.count)

    @property
    def next_mode(self) -> Mode | None:
        """The notebook to continue with; None if all are done."""
        following = self.outline.following
        return None if following is None else following.mode


def lesson_progress(course: Course, folder: Path, store: Store) -> list[LessonProgress]:
    """Return the progress in each lesson of a course.

    Parameters
    ----------
    folder
        The learner's folder, with the notebooks as the learner saved them.

    Raises
    ------
    StoreError
        If the store can't be read.
    BadFile
        If a file of the course has faults.
    """
    entries = store.all_entries()
    decks: dict[str, list[Entry]] = defaultdict(list)
    for stored in entries:
        decks[stored.deck].append(stored.entry)
    outline = course_outline(course, folder, store)
    return [
        _lesson(course, lesson, outlined, entries, decks)
        for lesson, outlined in zip(course.lessons(), outline.lessons, strict=True)
    ]


def _lesson(
    course: Course,
    lesson: Lesson,
    outline: LessonOutline,
    entries: list[StoredEntry],
    decks: Mapping[str, list[Entry]],
) -> LessonProgress:
    right = {one.entry.question for one in entries if one.entry.correct}
    banks = [bank_of(course.bank(name)) for name in lesson.banks]
    questions = {question.id for bank in banks for question in bank.questions}
    folder = course.folder / "lessons" / lesson.name
    tasks = task_ids(folder / "tasks.yaml")
    modes = {one.mode: ModeProgress(one.steps_done, one.steps) for one in outline.activities}
    return LessonProgress(
        lesson,
        outline,
        modes,
        _test(folder / "index.ipynb", decks),
        ModeProgress(len(questions & right), len(questions)),
        ModeProgress(len(tasks & right), len(tasks)),
        badge="challenge" in modes and _all_right(folder / "challenge.ipynb", decks),
    )


def _test(path: Path, decks: Mapping[str, list[Entry]]) -> ModeProgress:
    """Return how many questions of the lesson's test are answered."""
    cards = [card for card in _cards(path) if card.kind == "test"]
    answers = [
        {one.question for one in _round(decks.get(card.deck, [])) if one.kind is EntryKind.ANSWERED}
        for card in cards
    ]
    return ModeProgress(sum(map(len, answers)), sum(card.count for card in cards))


def _all_right(path: Path, decks: Mapping[str, list[Entry]]) -> bool:
    cards = [card for card in _cards(path) if card.kind == "challenge"]
    solved = [
        len({one.question for one in _round(decks.get(card.deck, [])) if one.correct}) >= card.count
        for card in cards
    ]
    return bool(solved) and all(solved)


def _round(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries since the last restart."""
    current: list[Entry] = []
    for one in entries:
        current = [] if one.kind is EntryKind.RESTARTED else [*current, one]
    return current


@dataclass(frozen=True, slots=True)
class _Card:
    """A card that a cell shows."""

    kind: str
    count: int
    deck: str


def _cards(path: Path) -> Iterator[_Card]:
    """List the challenges and tests that the cells of a notebook show."""
    if not path.is_file():
        return
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        lines = "".join(cell["source"]).splitlines()
        plain = "\n".join("pass" if one.lstrip().startswith(("!", "%")) else one for one in lines)
        try:
            tree = ast.parse(plain)
        except SyntaxError:
            # A cell that the learner has to complete.
            continue
        yield from filter(None, (_card(node) for node in ast.walk(tree) if isinstance(node, ast.Call)))


def _card(call: ast.Call) -> _Card | None:
    if not (isinstance(call.func, ast.Name) and call.args and isinstance(call.args[0], ast.Constant)):
        return None
    kind, bank = call.func.id, str(call.args[0].value)
    if kind not in _COUNTS:
        return None
    options = {one.arg: one.value for one in call.keywords}
    given = options.get("count")
    count = given.value if isinstance(given, ast.Constant) and isinstance(given.value, int) else None
    count = _COUNTS[kind] if count is None else count
    return _Card(kind, count, f"{kind}/{bank}/{count}")
