"""`rolecall progress`: show a learner's progress in the terminal; export and import it."""

from __future__ import annotations

import csv
import dataclasses
import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from rolecall.cli._fail import Unusable
from rolecall.progress import Store, StoredEntry, StoreError, report
from rolecall.quiz import Entry, EntryKind, Mastery

_SIGNS = {Mastery.STRONG: "✔ strong", Mastery.NEARLY: "◐ nearly", Mastery.NOT_YET: "○ not yet"}
_FIELDS = ("at", "deck", "kind", "question", "answer", "correct", "score", "skill", "misconception")


@click.group("progress", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Show your progress: mastery by skill, streak, due cards, misconceptions."""
    if context.invoked_subcommand is None:
        _show()


def _show() -> None:
    store, now = Store(), datetime.now().astimezone()
    try:
        summary = report(store.all_entries(), now, sum(store.due(now.astimezone(UTC)).values()))
    except StoreError as error:
        raise Unusable(str(error)) from None
    console = Console()
    if not summary.answered:
        console.print("You haven't answered any questions yet. To open the course: rolecall lab")
        return
    days = f"{summary.streak} day{'' if summary.streak == 1 else 's'}"
    console.print(
        f"{summary.answered} answers, {summary.right} right. "
        f"Streak: {days}. Flash cards due: {summary.due}."
    )
    table = Table("Skill", "Verdict", "Confidence", "Answered", "Right")
    for skill in summary.skills:
        table.add_row(
            skill.skill,
            _SIGNS[skill.mastery],
            f"{skill.confidence:.0%}",
            str(skill.answered),
            str(skill.right),
        )
    console.print(table)
    for name, times in summary.misconceptions[:5]:
        console.print(f"Common mistake, made {times} time{'' if times == 1 else 's'}: {name}")


@command.command("export")
@click.option(
    "--format", "form", type=click.Choice(["json", "csv", "xapi"]), default="json", show_default=True
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
def export(form: str, file: Path | None) -> None:
    """Write every answer to FILE, or to standard output."""
    try:
        entries = Store().all_entries()
    except StoreError as error:
        raise Unusable(str(error)) from None
    stream = file.open("w", encoding="utf-8", newline="") if file else sys.stdout
    with stream if file else nullcontext():
        if form == "csv":
            writer = csv.DictWriter(stream, _FIELDS)
            writer.writeheader()
            writer.writerows(map(_fields, entries))
        else:
            rows = map(_statement, entries) if form == "xapi" else map(_fields, entries)
            json.dump(list(rows), stream, indent=1)
            stream.write("\n")


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def import_command(file: Path) -> None:
    """Add the answers in FILE, which `export` wrote as JSON or CSV; none is added twice."""
    try:
        number = Store().import_entries(list(_read(file)))
    except StoreError as error:
        raise Unusable(str(error)) from None
    click.echo(f"{number} new answer{'' if number == 1 else 's'}.")


def _fields(stored: StoredEntry) -> dict[str, Any]:
    fields = dataclasses.asdict(stored.entry) | {"kind": stored.entry.kind.value}
    return {"at": stored.at.isoformat(), "deck": stored.deck, **fields}


def _read(file: Path) -> Iterator[StoredEntry]:
    with file.open(encoding="utf-8", newline="") as stream:
        try:
            rows = list(csv.DictReader(stream)) if file.suffix == ".csv" else json.load(stream)
        except ValueError as error:
            raise Unusable(f"{file} is not JSON: {error}") from None
    for number, row in enumerate(rows, start=1):
        try:
            yield StoredEntry(
                datetime.fromisoformat(row["at"]),
                row["deck"],
                Entry(
                    EntryKind(row["kind"]),
                    row["question"],
                    row["answer"],
                    row["correct"] in (True, "True"),
                    float(row["score"]),
                    row["skill"],
                    row["misconception"],
                ),
            )
        except (KeyError, ValueError, TypeError) as error:
            what = f"{file}, entry {number}: {type(error).__name__}: {error}"
            raise Unusable(f"{what}; the fields are {', '.join(_FIELDS)}") from None


def _statement(stored: StoredEntry) -> dict[str, Any]:
    """Create an xAPI statement.

    https://github.com/adlnet/xAPI-Spec/blob/master/xAPI-Data.md
    """
    answered = stored.entry.kind is EntryKind.ANSWERED
    verb = "answered" if answered else "interacted"
    statement: dict[str, Any] = {
        "actor": {"account": {"homePage": "https://rolecall.invalid", "name": "learner"}},
        "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}", "display": {"en": verb}},
        "object": {"id": f"https://rolecall.invalid/{stored.deck}/{stored.entry.question}"},
        "timestamp": stored.at.isoformat(),
    }
    if answered:
        statement["result"] = {
            "success": stored.entry.correct,
            "score": {"scaled": stored.entry.score},
            "response": stored.entry.answer,
        }
    return statement
