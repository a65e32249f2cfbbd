"""`rolecall new`: a beginning that passes `rolecall check` at once."""

from __future__ import annotations

from pathlib import Path

import click

from rolecall._yaml import BadFile
from rolecall.cli._course_option import course_option
from rolecall.cli._fail import Unusable
from rolecall.course import NoCourse, find_course
from rolecall.scaffold import KINDS, Exists, new_bank, new_course, new_lesson, new_question, new_world


@click.group("new")
def command() -> None:
    """Begin a course, or something in one; it passes `rolecall check` as it is made."""


def _tell(*paths: Path) -> None:
    for path in paths:
        click.echo(path)


@command.command()
@click.argument("folder", type=click.Path(path_type=Path))
def course(folder: Path) -> None:
    """A course in FOLDER, with one lesson, one bank and one world."""
    name = folder.resolve().name.lower()
    try:
        _tell(*new_course(folder, name))
    except (Exists, BadFile) as error:
        raise Unusable(str(error)) from None


@command.command()
@click.argument("name")
@click.option("--bank", required=True, help="The bank that it asks from.")
@click.option("--world", required=True, help="The world that it takes place in.")
@course_option
def lesson(name: str, bank: str, world: str, course: Path | None) -> None:
    """A lesson NAME, such as 02-reading."""
    try:
        _tell(*new_lesson(find_course(course), name, bank, world))
    except (Exists, NoCourse, BadFile) as error:
        raise Unusable(str(error)) from None


@command.command()
@click.argument("name")
@click.option("--world", required=True, help="The world that its first question is about.")
@course_option
def bank(name: str, world: str, course: Path | None) -> None:
    """A bank NAME with one question."""
    try:
        _tell(new_bank(find_course(course), name, world))
    except (Exists, NoCourse) as error:
        raise Unusable(str(error)) from None


@command.command()
@click.argument("name")
@course_option
def world(name: str, course: Path | None) -> None:
    """A world NAME with a bucket and two users."""
    try:
        _tell(new_world(find_course(course), name))
    except (Exists, NoCourse) as error:
        raise Unusable(str(error)) from None


@command.command()
@click.argument("bank")
@click.argument("identifier", metavar="ID")
@click.option("--kind", type=click.Choice(KINDS), default="choice", show_default=True)
@course_option
def question(bank: str, identifier: str, kind: str, course: Path | None) -> None:
    """A question ID at the end of BANK."""
    try:
        _tell(new_question(find_course(course), bank, identifier, kind))
    except (Exists, NoCourse, BadFile) as error:
        raise Unusable(str(error)) from None
