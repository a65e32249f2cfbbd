"""Find what a change of files touches: what is checked again, and what runs again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rolecall.check._loaded_course import LoadedCourse
from rolecall.check._prose import WORDS
from rolecall.check._settings import SETTINGS
from rolecall.quiz import CATALOGUE


@dataclass(frozen=True, slots=True)
class Touched:
    """What some changes touch.

    Parameters
    ----------
    reported
        The files whose findings may differ; None for all files.
    run
        The files whose proofs, tasks, and notebooks run again.
    """

    reported: frozenset[Path] | None
    run: frozenset[Path]


def touched(loaded: LoadedCourse, changed: frozenset[Path]) -> Touched:
    """Find what changes of some files touch.

    A world touches the tasks, proofs, and notebooks that use it. The misconceptions touch every bank and
    task that can name them, and the course's settings and words touch every text; both run nothing again.
    """
    worlds = {file.stem for file in changed if file.parent == loaded.folder / "sandbox"}
    users = {
        file for file, tasks in loaded.tasks.items() if any(task.world in worlds for task in tasks)
    } | {
        file
        for file, bank in loaded.banks.items()
        if any(one.proof and one.proof.world in worlds for one in bank.questions)
    }
    if any(idea.experiment and idea.experiment.world in worlds for idea in loaded.shared.values()):
        users.add(loaded.folder / "quizzes" / CATALOGUE)
    users |= {one for one in loaded.notebooks if _uses(one, worlds)} if worlds else set()
    users |= {one for file in changed for one in loaded.notebooks if _shows(loaded, one, file)}
    run = changed | users
    if changed & {loaded.folder / SETTINGS, loaded.folder / WORDS}:
        return Touched(None, frozenset(run))
    named = {*loaded.banks, *loaded.tasks} if loaded.folder / "quizzes" / CATALOGUE in changed else set()
    return Touched(frozenset(run | named), frozenset(run))


def _uses(notebook: Path, worlds: set[str]) -> bool:
    text = notebook.read_text("utf-8")
    return any(f'Sandbox(\\"{one}\\"' in text for one in worlds)


def _shows(loaded: LoadedCourse, notebook: Path, file: Path) -> bool:
    """Whether a notebook has tasks of a changed file, which are the tasks of its lesson."""
    return file in loaded.tasks and file.parent in notebook.parents
