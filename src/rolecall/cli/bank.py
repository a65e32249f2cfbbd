"""`rolecall bank`: banks in the formats of other quiz programs."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click
import yaml

from rolecall._yaml import BadFile
from rolecall.cli._course_option import course_option
from rolecall.cli._fail import Unusable
from rolecall.course import NoCourse, find_course
from rolecall.quiz import Bank, load_bank
from rolecall.quiz.interchange import FORMATS, Loss, Unreadable, export_bank, import_bank

_FORMAT = click.Choice(list(FORMATS))
_SCHEMA = "# yaml-language-server: $schema=../src/rolecall/schemas/bank.schema.json\n"


@click.group("bank")
def command() -> None:
    """Take banks to other quiz programs, and bring theirs here.

    What a format cannot carry is listed on standard error, a line each.
    """


@command.command("export")
@click.argument("bank")
@click.option("--to", "form", type=_FORMAT, required=True)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@course_option
def export(bank: str, form: str, file: Path | None, course: Path | None) -> None:
    """Write BANK, a name in the course or a file, to FILE or to standard output."""
    try:
        loaded = load_bank(
            Path(bank) if bank.endswith((".yaml", ".yml")) else find_course(course).bank(bank)
        )
    except (NoCourse, BadFile) as error:
        raise Unusable(str(error)) from None
    content, losses = export_bank(loaded, form)
    if file is None:
        sys.stdout.buffer.write(content)
    else:
        file.write_bytes(content)
    _tell(losses)


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--from", "form", type=_FORMAT, help="By default what FILE ends in.")
@click.option("--name", help="The bank's name; by default FILE's.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="By default NAME.yaml."
)
def bring_in(file: Path, form: str | None, name: str | None, output: Path | None) -> None:
    """Make a bank of FILE. What its format does not have stands as TODO in it."""
    found = form or next((one.name for one in FORMATS.values() if one.suffix == file.suffix), None)
    if found is None:
        raise Unusable(
            f"{file} ends in no format's suffix; name it with --from, one of {', '.join(FORMATS)}"
        )
    slug = name or re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-") or "imported"
    target = output or Path(f"{slug}.yaml")
    if target.exists():
        raise Unusable(f"{target} is there already; name another with -o")
    try:
        imported = import_bank(file.read_bytes(), found, slug)
    except Unreadable as error:
        raise Unusable(f"{file} cannot be read as {FORMATS[found].of}: {error}") from None
    target.write_text(_SCHEMA + to_yaml(imported.bank), encoding="utf-8")
    _tell(imported.losses)
    number = len(imported.bank.questions)
    click.echo(f"{target}: {number} question{'' if number == 1 else 's'}.")


def to_yaml(bank: Bank) -> str:
    """A bank's file."""
    fields = bank.model_dump(by_alias=True, exclude_unset=True)
    return yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=110)


def _tell(losses: tuple[Loss, ...]) -> None:
    for loss in losses:
        click.echo(f"not carried: {loss}", err=True)
