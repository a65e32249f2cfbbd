import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rolecall.assessment import Assessments
from rolecall.course import Course, find_course
from rolecall.lab.server_judges import ServerJudges
from rolecall.workshop.database import Database
from rolecall.workshop.rooms import join, open_room
from workshop.learning_platform import World
from workshop.running import Running, start_workshop

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def copy_of_the_course(folder: Path) -> Course:
    """The course's banks, worlds and tasks, for a test that writes its own assessments."""
    for part in ("quizzes", "sandbox"):
        shutil.copytree(find_course().folder / part, folder / part)
    for file in (find_course().folder / "lessons").glob("*/tasks.yaml"):
        target = folder / "lessons" / file.parent.name
        target.mkdir(parents=True)
        shutil.copy(file, target)
    return Course(folder)


@pytest.fixture
def course(tmp_path) -> Course:
    return copy_of_the_course(tmp_path / "course")


@pytest.fixture
def assessments(course) -> Assessments:
    return Assessments(course)


@pytest.fixture
def write(course):
    """Writes an assessment and gives its file."""

    def written(name: str = "quiz", **fields: object) -> Path:
        given = {
            "assessment": name,
            "title": "Quiz",
            "banks": "[assume-role]",
            "blueprint": "[{count: 3, kinds: [choice]}]",
            "minutes": 10,
        } | fields
        file = course.folder / "quizzes" / "assessments" / f"{name}.yaml"
        file.write_text("".join(f"{key}: {value}\n" for key, value in given.items()))
        return file

    return written


@pytest.fixture(scope="session")
def judges() -> ServerJudges:
    return ServerJudges(find_course().folder)


@pytest.fixture
def database(tmp_path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path}/data/workshop.sqlite3")
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def ana(database) -> int:
    """A learner in a room."""
    with database.session() as session:
        room, _ = open_room(session, "Room", NOON, 12)
        return join(session, room.code, "Ana", NOON).person


@pytest.fixture(scope="session")
def workshop(tmp_path_factory) -> Iterator[Running]:
    """A service that tests share; each test adds its own learners."""
    running = start_workshop(tmp_path_factory.mktemp("workshop"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def prepared_data(tmp_path_factory) -> Path:
    """The data of a service that is registered at a learning platform: its tables and key take a second."""
    folder = tmp_path_factory.mktemp("prepared")
    made = World(folder)
    made.register()
    made.service.platforms.key.public  # noqa: B018 - the key is created when it is needed
    made.service.close()
    return folder


@pytest.fixture
def world(prepared_data, tmp_path) -> Iterator[World]:
    """A service and a learning platform in this process."""
    made = World(shutil.copytree(prepared_data, tmp_path / "data"))
    yield made
    made.service.close()
