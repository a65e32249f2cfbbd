"""`rolecall workshop roster`, `data`, and `grades`: a room's people, their data, and their grades."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import click

from rolecall._extras import MissingExtra, require_extra
from rolecall.cli._fail import Unusable

_room_option = click.option("--room", default="Workshop", show_default=True, help="The room's name.")


@dataclass(frozen=True, slots=True)
class _OpenRoom:
    session: Any
    id: int


@contextmanager
def _open(name: str) -> Iterator[_OpenRoom]:
    """Open a transaction on the database of the service, for one room."""
    from sqlalchemy import select  # noqa: PLC0415 - the service's packages are an extra

    from rolecall.workshop.database import Database, Unavailable  # noqa: PLC0415
    from rolecall.workshop.settings import Settings  # noqa: PLC0415
    from rolecall.workshop.tables import Room  # noqa: PLC0415

    database = Database(Settings().database_url)
    try:
        database.migrate()
        with database.session() as session:
            room = session.scalars(select(Room).where(Room.name == name)).one_or_none()
            if room is None:
                names = ", ".join(session.scalars(select(Room.name))) or "none"
                raise Unusable(f"there is no room {name!r}; the rooms are: {names}")
            yield _OpenRoom(session, room.id)
    except Unavailable as error:
        raise Unusable(f"the database cannot be used: {error}") from None
    finally:
        database.close()


@click.group()
def roster() -> None:
    """Manage the learners who can take graded assessments, each with a personal code."""


@roster.command("add")
@click.argument("file", type=click.File("r"))
@_room_option
def add(file: TextIO, room: str) -> None:
    """Add the learners of FILE, and print their personal codes as CSV.

    FILE has one name on each line, or is CSV with a column `name`; - is standard input. The codes can't be
    shown again.
    """
    from rolecall.workshop.roster import add_to_roster, read_names  # noqa: PLC0415

    _print_codes(room, lambda it, now: add_to_roster(it.session, it.id, read_names(file.read()), now))


@roster.command("codes")
@click.argument("names", nargs=-1)
@_room_option
def codes(names: tuple[str, ...], room: str) -> None:
    """Create new personal codes for NAMES, or for everyone, and print them as CSV.

    The old codes are no longer valid. A learner who has joined stays the same person.
    """
    from rolecall.workshop.roster import renew_personal_codes  # noqa: PLC0415

    _print_codes(room, lambda it, now: renew_personal_codes(it.session, it.id, names, now))


def _print_codes(room: str, change: Callable[[_OpenRoom, datetime], Any]) -> None:
    from rolecall.workshop.gradebook import codes_csv  # noqa: PLC0415
    from rolecall.workshop.rooms import CannotJoin  # noqa: PLC0415
    from rolecall.workshop.roster import BadRoster  # noqa: PLC0415

    try:
        with _open(room) as it:
            issued = change(it, datetime.now(UTC))
    except (BadRoster, CannotJoin) as error:
        raise Unusable(str(error)) from None
    click.echo(codes_csv(issued), nl=False)


@roster.command("list")
@_room_option
def list_(room: str) -> None:
    """List the roster, and who has joined."""
    from rolecall.workshop.roster import roster as lines_of  # noqa: PLC0415

    with _open(room) as it:
        for line in lines_of(it.session, it.id):
            click.echo(f"{'joined' if line.has_joined else 'not yet'}  {line.name}")


@click.group()
def data() -> None:
    """Export or delete what the service keeps of a learner."""


@data.command("export")
@click.argument("name", required=False)
@click.option("--all", "everyone", is_flag=True, help="Export every learner of the room.")
@_room_option
def export(name: str | None, everyone: bool, room: str) -> None:
    """Print everything that the service keeps of the learner NAME as JSON."""
    from rolecall.workshop.privacy import export_person, learners, person_named  # noqa: PLC0415

    if (name is None) != everyone:
        raise Unusable("give a learner's name, or --all")
    with _open(room) as it, _reporting_unknown():
        people = learners(it.session, it.id) if name is None else [person_named(it.session, it.id, name)]
        exported = [export_person(it.session, one) for one in people]
    json.dump(exported if everyone else exported[0], sys.stdout, indent=2, ensure_ascii=False)
    click.echo()


@data.command("delete")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
@_room_option
def delete(name: str, yes: bool, room: str) -> None:
    """Delete the data of the learner NAME.

    Marks stay for the statistics, without the learner's name and answers. The audit log records this.
    """
    from rolecall.workshop.privacy import delete_person, person_named  # noqa: PLC0415

    if not yes:
        click.confirm(f"Delete the activities and answers of {name}? This can't be undone.", abort=True)
    with _open(room) as it, _reporting_unknown():
        left = delete_person(
            it.session, person_named(it.session, it.id, name), datetime.now(UTC), "administrator"
        )
    click.echo(f"Deleted. The marks stay in the statistics under the name {left}.")


@click.group()
def grades() -> None:
    """Give the grades of a room to other programs."""


@grades.command("push")
@click.option(
    "--nbgrader",
    "gradebook",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file gradebook.db of nbgrader's course; it is created if there is none.",
)
@click.option("--assessment", help="Push the grades of this assessment only.")
@_room_option
def push(gradebook: Path, assessment: str | None, room: str) -> None:
    """Write the grades of all students to the database of nbgrader.

    A student's ID is the user name at JupyterHub or at the learning platform, or the name on the roster.
    Students who submitted nothing get zero.
    """
    try:
        require_extra("nbgrader", "Pushing grades to nbgrader", "nbgrader")
    except MissingExtra as error:
        raise Unusable(str(error)) from None
    from rolecall.workshop.gradebook import student_grades  # noqa: PLC0415
    from rolecall.workshop.nbgrader_grades import push as written  # noqa: PLC0415

    with _open(room) as it:
        found = student_grades(it.session, it.id, assessment)
    if not found:
        raise Unusable(
            "no one has started this assessment" if assessment else "no one has started an assessment"
        )
    click.echo(f"{written(found, gradebook)} grades written to {gradebook}")


@contextmanager
def _reporting_unknown() -> Iterator[None]:
    from rolecall.workshop.privacy import NoSuchPerson  # noqa: PLC0415

    try:
        yield
    except NoSuchPerson as error:
        raise Unusable(str(error)) from None
