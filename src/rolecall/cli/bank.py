"""`rolecall bank`: export banks to the formats of other quiz programs, and import from them."""

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
from rolecall.quiz.interchange import FORMATS, Loss, Unreadable, export_bank, foreign_format, import_bank

_FORMAT = click.Choice(list(FORMATS))
_SCHEMA = "# yaml-language-server: $schema=../src/rolecall/schemas/bank.schema.json\n"


@click.group("bank")
def command() -> None:
    """Export banks to other quiz programs, or import theirs.

    What the other format doesn't support is listed on standard error, one line each.
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
    _report_losses(losses)


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--from", "form", type=_FORMAT, help="The format; by default, the suffix of FILE decides.")
@click.option("--name", help="The bank's name; by default, the name of FILE.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The new file; by default, NAME.yaml.",
)
def import_command(file: Path, form: str | None, name: str | None, output: Path | None) -> None:
    """Create a bank from FILE. Fields that its format doesn't have are filled with TODO."""
    found = form or next((one.name for one in FORMATS.values() if one.suffix == file.suffix), None)
    if found is None and (what := foreign_format(file.read_bytes())):
        raise Unusable(f"{file} can't be imported: this is {what}")
    if found is None:
        raise Unusable(
            f"the suffix of {file} is not a known format; add --from with one of {', '.join(FORMATS)}"
        )
    slug = name or re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-") or "imported"
    target = output or Path(f"{slug}.yaml")
    if target.exists():
        raise Unusable(f"{target} already exists; name another file with -o")
    try:
        imported = import_bank(file.read_bytes(), found, slug)
    except Unreadable as error:
        raise Unusable(f"{file} can't be read as {FORMATS[found].title}: {error}") from None
    target.write_text(_SCHEMA + to_yaml(imported.bank), encoding="utf-8")
    _report_losses(imported.losses)
    number = len(imported.bank.questions)
    click.echo(f"{target}: {number} question{'' if number == 1 else 's'}.")


def to_yaml(bank: Bank) -> str:
    """Write a bank as YAML."""
    fields = bank.model_dump(by_alias=True, exclude_unset=True)
    return yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=110)


def _report_losses(losses: tuple[Loss, ...]) -> None:
    for loss in losses:
        click.echo(f"not carried: {loss}", err=True)
