"""`rolecall iam`: decisions from the command line."""

from __future__ import annotations

import json
import sys
from typing import TextIO

import click

from rolecall.iam import because, decide_lines


@click.group()
def command() -> None:
    """Decide authorisation as IAM does."""


@command.command()
@click.argument("file", type=click.File("r", encoding="utf-8", errors="surrogateescape"))
def decide(file: TextIO) -> None:
    """Decide the cases in FILE (JSON Lines; - for standard input), one answer a line.

    A bad line is reported with its number on standard error and makes the exit status 2; the others are
    still decided.
    """
    bad = False
    for number, decision, told in decide_lines(file):
        if decision is None:
            bad = True
            click.echo(f"{file.name}:{number}: {told}", err=True)
            continue
        answer = {
            "id": json.loads(told),
            "decision": decision.outcome.value,
            "because": list(because(decision)),
        }
        click.echo(json.dumps(answer))
    if bad:
        sys.exit(2)
