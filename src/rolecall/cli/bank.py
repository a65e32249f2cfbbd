"""`rolecall bank`: export banks to the formats of other quiz programs, and import from them."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

import click
import yaml

from rolecall._extras import MissingExtra
from rolecall._yaml import BadFile
from rolecall.cli._course_option import course_option
from rolecall.cli._fail import Unusable
from rolecall.course import NoCourse, find_course
from rolecall.quiz import Bank, load_bank
from rolecall.quiz.interchange import (
    FORMATS,
    Loss,
    Unreadable,
    detect_format,
    export_bank,
    foreign_format,
    import_bank,
)

_WRITTEN = click.Choice([name for name, one in FORMATS.items() if one.write is not None])
_READ = click.Choice([name for name, one in FORMATS.items() if one.read is not None])
_FEW = 3
"""How many questions with the same loss are listed one by one."""
_SCHEMA = "# yaml-language-server: $schema=../src/rolecall/schemas/bank.schema.json\n"


@click.group("bank")
def command() -> None:
    """Export banks to other quiz programs, or import theirs.

    What the other format doesn't support is listed on standard error, one line each.
    """


@command.command("export")
@click.argument("bank")
@click.option("--to", "form", type=_WRITTEN, required=True)
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
@click.option(
    "--from", "form", type=_READ, help="The format; by default, the suffix and the content of FILE decide."
)
@click.option("--name", help="The bank's name; by default, the name of FILE.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The new file; by default, NAME.yaml.",
)
def import_command(file: Path, form: str | None, name: str | None, output: Path | None) -> None:
    """Create a bank from FILE. Fields that its format doesn't have are filled with TODO."""
    found = form or detect_format(file.name, file.read_bytes())
    if found is None and (what := foreign_format(file.read_bytes())):
        raise Unusable(f"{file} can't be imported: this is {what}")
    if found is None:
        raise Unusable(
            f"the suffix of {file} is not a known format; add --from with one of {', '.join(_READ.choices)}"
        )
    # A course requires that a bank has the name of its file.
    stem = (output or file).stem
    slug = name or re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-") or "imported"
    target = output or Path(f"{slug}.yaml")
    if target.exists():
        raise Unusable(f"{target} already exists; name another file with -o")
    if not target.parent.is_dir():
        raise Unusable(f"the folder {target.parent} doesn't exist; create it, or name another file with -o")
    try:
        imported = import_bank(file.read_bytes(), found, slug)
    except Unreadable as error:
        raise Unusable(f"{file} can't be read as {FORMATS[found].title}: {error}") from None
    except MissingExtra as error:
        raise Unusable(str(error)) from None
    target.write_text(_SCHEMA + to_yaml(imported.bank), encoding="utf-8")
    _report_losses(imported.losses)
    number = len(imported.bank.questions)
    click.echo(f"{target}: {number} question{'' if number == 1 else 's'}.")


def to_yaml(bank: Bank) -> str:
    """Write a bank as an author would: the kind after the id, and texts of several lines as blocks."""
    fields = bank.model_dump(by_alias=True, exclude_unset=True, exclude_defaults=True)
    fields["questions"] = [
        {"id": one["id"], "kind": question.kind, **one}
        for question, one in zip(bank.questions, fields["questions"], strict=True)
    ]
    return yaml.dump(fields, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


class _Dumper(yaml.SafeDumper):
    """Indent lists below their field, and write texts of several lines as blocks."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Never leave out the indentation of a list."""
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def _report_losses(losses: tuple[Loss, ...]) -> None:
    """List what was lost; the same loss of many questions is one line."""
    questions = Counter(loss.what for loss in losses if loss.line is None and loss.question)
    reported = set()
    for loss in losses:
        many = questions[loss.what]
        if many <= _FEW or loss.line is not None or not loss.question:
            click.echo(f"not carried: {loss}", err=True)
        elif loss.what not in reported:
            reported.add(loss.what)
            click.echo(f"not carried: in {many} questions: {loss.what}", err=True)
