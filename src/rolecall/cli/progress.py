"""`rolecall progress`: show a learner's progress in the terminal; export and import it."""

from __future__ import annotations

import csv
import dataclasses
import json
import re
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from rolecall._yaml import BadFile
from rolecall.cli._fail import Unusable
from rolecall.course import NoCourse, find_course
from rolecall.presentation.certificate import certificate_html
from rolecall.presentation.due_cards import due_by_bank
from rolecall.presentation.outline import course_outline
from rolecall.progress import Store, StoredEntry, StoreError, report
from rolecall.progress.credential import (
    FinishedCourse,
    InvalidCredential,
    InvalidKey,
    sign,
    signing_key,
)
from rolecall.progress.credential import verify as verify_credential
from rolecall.quiz import Entry, EntryKind, Mastery

_SIGNS = {Mastery.STRONG: "✔ strong", Mastery.NEARLY: "◐ nearly", Mastery.NOT_YET: "○ not yet"}
_FIELDS = ("at", "deck", "kind", "question", "answer", "correct", "score", "skill", "misconception")


@click.group("progress", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Show your progress: mastery by skill, streak, due cards, misconceptions."""
    if context.invoked_subcommand is None:
        _show()


def _cards_due(store: Store, now: datetime) -> int:
    try:
        return sum(due_by_bank(find_course(), store, now).values())
    except (BadFile, NoCourse):
        # The course can't be read, but the cards that were seen before are known.
        return sum(store.due(now).values())


def _show() -> None:
    store, now = Store(), datetime.now().astimezone()
    try:
        summary = report(store.all_entries(), now, _cards_due(store, now.astimezone(UTC)))
    except StoreError as error:
        raise Unusable(str(error)) from None
    console = Console()
    if not summary.answered:
        console.print("You haven't answered any questions yet. To open the course: rolecall lab")
        return
    days = f"{summary.streak} day{'' if summary.streak == 1 else 's'}"
    console.print(
        f"{summary.answered} answer{'' if summary.answered == 1 else 's'}, {summary.right} right. "
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


@command.command("certificate")
@click.option("--name", required=True, help="Your name, as the certificate shows it.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path("rolecall-course"),
    show_default="./rolecall-course",
    help="Your working folder, which `rolecall lab` created.",
)
@click.option("--title", help="The title of the course; by default, that of its lessons.")
@click.option("--issuer", help="Who signs; by default, you do.")
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The issuer's private key, such as a workshop's receipts.jwk; it's created if it doesn't exist. "
    "By default, your own.",
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def certificate(
    name: str, folder: Path, title: str | None, issuer: str | None, key_file: Path | None, file: Path
) -> None:
    """Write the certificate of a finished course to FILE, a page to print.

    Beside it, the credential is written as an Open Badge, with the suffix .jwt. Both can be verified.
    """
    store = Store()
    try:
        key = signing_key(key_file)
        course = find_course(near=folder)
        outline = course_outline(course, folder, store)
    except (BadFile, InvalidKey, NoCourse, StoreError) as error:
        raise Unusable(str(error)) from None
    if outline.following is not None:
        lesson, activity = outline.following
        left = sum(one.state != "done" for each in outline.lessons for one in each.activities)
        raise Unusable(
            f"the course isn't finished: {left} notebook{'' if left == 1 else 's'} left. "
            f"Next: {lesson.title}, {activity.title} ({folder / activity.path})"
        )
    lessons = tuple(one.title for one in outline.lessons)
    finished = FinishedCourse(name, title or " / ".join(lessons), lessons, datetime.now(UTC))
    token = sign(finished, issuer or name, key)
    file.write_text(certificate_html(verify_credential(token), token), encoding="utf-8")
    badge = file.with_suffix(".jwt")
    badge.write_text(token, encoding="utf-8")
    click.echo(f"{file}: open it in a browser, and print it. {badge}: the Open Badge.")


@command.command("verify")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def verify_command(file: Path) -> None:
    """Verify a certificate or an Open Badge of a course, and show what it says."""
    text = file.read_text("utf-8", errors="replace")
    page = re.search(r'<script type="application/vc\+jwt"[^>]*>([\w.-]+)</script>', text)
    try:
        verified = verify_credential(page[1] if page else text)
    except InvalidCredential as error:
        raise Unusable(f"{file} isn't a valid certificate: {error}") from None
    course = verified.course
    click.echo(f"{course.learner} finished {course.title} on {course.finished:%Y-%m-%d}.")
    click.echo(
        f"Signed by {verified.issuer}, with the key {verified.fingerprint}. Nothing was changed since."
    )
    click.echo(
        "Ask the issuer for the key's fingerprint: the signature proves nothing about who owns the key."
    )


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
