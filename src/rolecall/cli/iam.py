"""`rolecall iam`: evaluate policies from the command line."""

from __future__ import annotations

import json
import sys
from typing import TextIO

import click
from rich.console import Console

from rolecall.cli._explanation import show
from rolecall.cli._fail import Unusable
from rolecall.iam import BadCase, because, decide_lines, explain, parse_case


@click.group()
def command() -> None:
    """Evaluate IAM policies, or explain a decision."""


@command.command()
@click.argument("file", type=click.File("r", encoding="utf-8", errors="surrogateescape"))
def decide(file: TextIO) -> None:
    """Decide the cases in FILE (JSON Lines; - for standard input), one decision on each line.

    A line that can't be decided is reported with its number on standard error, and the exit status is 2.
    The other lines are still decided.
    """
    bad = False
    for number, decision, text in decide_lines(file):
        if decision is None:
            bad = True
            click.echo(f"{file.name}:{number}: {text}", err=True)
            continue
        answer = {
            "id": json.loads(text),
            "decision": decision.outcome.value,
            "because": list(because(decision)),
        }
        click.echo(json.dumps(answer))
    if bad:
        sys.exit(2)


@command.command("explain")
@click.argument("file", type=click.File("r", encoding="utf-8", errors="surrogateescape"))
def explain_command(file: TextIO) -> None:
    """Explain the decision of the one case in FILE (JSON; - for standard input).

    Shows the policy types in evaluation order, the statement that decided or nearly applied, and the
    smallest change that would allow a denied request.
    """
    try:
        case = parse_case(json.loads(file.read()))
    except (ValueError, RecursionError) as error:
        what = str(error) if isinstance(error, BadCase) else f"this is not one case in JSON: {error}"
        raise Unusable(f"{file.name}: {what}") from None
    show(explain(case.decide()), Console())
