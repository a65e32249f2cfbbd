"""`rolecall new`: create files that pass `rolecall check` from the start."""

from __future__ import annotations

from pathlib import Path

import click

from rolecall._yaml import BadFile
from rolecall.cli._course_option import course_option
from rolecall.cli._fail import Unusable
from rolecall.course import NoCourse, find_course
from rolecall.scaffold import KINDS, CannotCreate, new_bank, new_course, new_lesson, new_question, new_world


@click.group("new")
def command() -> None:
    """Create a course, lesson, bank, world, or question that passes `rolecall check`."""


def _print(*paths: Path) -> None:
    for path in paths:
        click.echo(path)


@command.command()
@click.argument("folder", type=click.Path(path_type=Path))
def course(folder: Path) -> None:
    """Create a course in FOLDER, with one lesson, one bank, and one world."""
    name = folder.resolve().name.lower()
    try:
        _print(*new_course(folder, name))
    except (CannotCreate, BadFile) as error:
        raise Unusable(str(error)) from None


@command.command()
@click.argument("name")
@click.option("--bank", required=True, help="The bank that the lesson asks questions from.")
@click.option("--world", required=True, help="The world that the lesson uses.")
@course_option
def lesson(name: str, bank: str, world: str, course: Path | None) -> None:
    """Create the lesson NAME, such as 02-reading."""
    try:
        _print(*new_lesson(find_course(course), name, bank, world))
    except (CannotCreate, NoCourse, BadFile) as error:
        raise Unusable(str(error)) from None


@command.command()
@click.argument("name")
@click.option("--world", required=True, help="The world that the first question is about.")
@course_option
def bank(name: str, world: str, course: Path | None) -> None:
    """Create the bank NAME with one question."""
    try:
        _print(new_bank(find_course(course), name, world))
    except (CannotCreate, NoCourse) as error:
        raise Unusable(str(error)) from None


@command.command()
@click.argument("name")
@course_option
def world(name: str, course: Path | None) -> None:
    """Create the world NAME with a bucket and two users."""
    try:
        _print(new_world(find_course(course), name))
    except (CannotCreate, NoCourse) as error:
        raise Unusable(str(error)) from None


@command.command()
@click.argument("bank")
@click.argument("identifier", metavar="ID")
@click.option("--kind", type=click.Choice(KINDS), default="choice", show_default=True)
@course_option
def question(bank: str, identifier: str, kind: str, course: Path | None) -> None:
    """Add the question ID at the end of BANK."""
    try:
        _print(new_question(find_course(course), bank, identifier, kind))
    except (CannotCreate, NoCourse, BadFile) as error:
        raise Unusable(str(error)) from None
