"""Create courses, lessons, banks, worlds, and questions that pass `rolecall check` from the start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from string import Template

import nbformat
from nbformat import v4

from rolecall.course import COURSE_PARTS, Course
from rolecall.quiz import load_bank

_TEMPLATES = Path(__file__).parent / "templates"
KINDS = tuple(sorted(one.stem.removeprefix("question-") for one in _TEMPLATES.glob("question-*.yaml")))
"""The kinds of question that `new_question` can create."""


class CannotCreate(ValueError):
    """A file exists already, or something that the new one needs is missing; the text says what."""


def new_course(folder: Path, name: str) -> list[Path]:
    """Create a course with one lesson, one bank, and one world.

    Raises
    ------
    CannotCreate
        If the folder is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise CannotCreate(f"{folder} is not empty; name an empty folder or a new one")
    for part in COURSE_PARTS:
        (folder / part).mkdir(parents=True)
    course = Course(folder.resolve())
    return [
        new_world(course, name),
        new_bank(course, name, name),
        *new_lesson(course, f"01-{name}", name, name),
    ]


def new_world(course: Course, name: str) -> Path:
    """Create a world with a bucket and two users."""
    return _write(course.folder / "sandbox" / f"{name}.yaml", _filled("world.yaml", name=name))


def new_bank(course: Course, name: str, world: str) -> Path:
    """Create a bank with one question about a world that `new_world` created."""
    course.world(world)
    ids = {"skill": f"{name}-listing", "idea": f"{name}-listing-is-reading", "world": world}
    question = _filled("first-question.yaml", id=f"{name}-reading", **ids)
    text = _filled("bank.yaml", name=name, title=_title(name), question=question.rstrip())
    return _write(course.folder / "quizzes" / f"{name}.yaml", text)


def new_lesson(course: Course, name: str, bank: str, world: str) -> list[Path]:
    """Create a lesson with one notebook about a bank and a world of the course."""
    skill = next(iter(load_bank(course.bank(bank)).skills))
    course.world(world)
    folder = course.folder / "lessons" / name
    folder.mkdir(parents=True, exist_ok=True)
    fields = {"title": _title(re.sub(r"^\d+-", "", name)), "bank": bank, "world": world, "skill": skill}
    cells = _filled("learn.txt", **fields)
    return [
        _write(folder / "lesson.yaml", _filled("lesson.yaml", **fields)),
        _write(folder / "learn.ipynb", _notebook("learn", cells)),
    ]


def new_question(course: Course, bank: str, identifier: str, kind: str) -> Path:
    """Add a question of a kind after the last question of a bank; the rest of the file doesn't change.

    Raises
    ------
    CannotCreate
        If the bank already has a question with that id, or no world to ask about.
    """
    file = course.bank(bank)
    loaded = load_bank(file)
    if loaded.question(identifier) is not None:
        raise CannotCreate(f"{file} already has a question {identifier!r}")
    world = next((one.proof.world for one in loaded.questions if one.proof is not None), "")
    if not world and "$world" in (_TEMPLATES / f"question-{kind}.yaml").read_text("utf-8"):
        raise CannotCreate(f"no question of {file} has a proof, so there is no world to ask about")
    question = _filled(
        f"question-{kind}.yaml",
        id=identifier,
        skill=next(iter(loaded.skills)),
        idea=next(iter(loaded.misconceptions), "none"),
        world=world,
    )
    text = file.read_text("utf-8")
    # Another top-level field, such as cards, may follow the questions.
    following = re.search(r"^(?!questions:)\w+:", text[text.index("\nquestions:") + 1 :], re.M)
    place = text.index("\nquestions:") + 1 + following.start() if following else len(text)
    before = text[:place] if text[:place].endswith("\n") else f"{text[:place]}\n"
    file.write_text(before + question + text[place:], encoding="utf-8")
    return file


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _filled(template: str, **fields: str) -> str:
    return Template((_TEMPLATES / template).read_text("utf-8")).safe_substitute(fields)


def _write(file: Path, text: str) -> Path:
    if file.exists():
        raise CannotCreate(f"{file} already exists; it was not changed")
    file.write_text(text, encoding="utf-8")
    return file


def _notebook(mode: str, text: str) -> str:
    cells = list(_cells(text))
    for number, cell in enumerate(cells, start=1):
        cell["id"] = f"{mode}-{number:02}"
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    notebook = v4.new_notebook(
        cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}}
    )
    return f"{nbformat.writes(notebook, indent=1)}\n"


def _cells(text: str) -> Iterator[nbformat.NotebookNode]:
    for kind, body in re.findall(r"^%% (md|code)\n(.*?)(?=^%% (?:md|code)\n|\Z)", text, re.S | re.M):
        make = v4.new_markdown_cell if kind == "md" else v4.new_code_cell
        yield make(body.strip("\n"))
