"""Write the lists of the page "What the sandbox does and does not do", which come from code and committed tables.

Write them again with ``uv run python tests/sandbox/docs_page.py``, and review what changed with ``git diff``.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path

from rolecall.aws.cloudformation import resource_types
from rolecall.aws.mapping import prefix_of
from rolecall.aws.resource_types import taggable_types
from rolecall.sandbox.moto_gaps import Gap, gap_classes

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "sandbox.md"
TOTALS = ROOT / "tests" / "aws" / "operations" / "_totals.tsv"
_MOST_NAMED = 40


def with_lists(page: str) -> str:
    """Return the text of the page with the current lists in its marked regions."""
    for name, rows in {
        "gaps": gap_rows(),
        "resource types": resource_type_rows(),
        "operations": operation_rows(),
        "tags": tag_rows(),
    }.items():
        begin, end = f"<!-- BEGIN {name} -->", f"<!-- END {name} -->"
        region = re.compile(f"{begin}\n.*?{end}", re.DOTALL)
        text = "\n".join([begin, *rows, end])
        page, found = region.subn(lambda _, text=text: text, page)
        if found != 1:
            raise ValueError(f"{PAGE}: expected one region from {begin} to {end}, found {found}")
    return page


def gap_rows() -> list[str]:
    """Return a table with a row for each gap, sorted by service."""
    gaps = sorted(gap_classes(), key=lambda gap: (sorted(gap.operations)[0].split(".")[0], gap.__name__))
    return ["| AWS and moto | operations | AWS page |", "|---|---|---|", *map(_gap_row, gaps)]


def resource_type_rows() -> list[str]:
    """Return a table of the resource types of each service that a stack can have."""
    by_service: dict[str, list[str]] = defaultdict(list)
    for name in sorted(resource_types()):
        service, _, resource = name.rpartition("::")
        by_service[service].append(resource)
    rows = [f"| `{service}` | {', '.join(some)} |" for service, some in by_service.items()]
    return ["| service | resource types |", "|---|---|", *rows]


def tag_rows() -> list[str]:
    """Return a table of the services with resources whose tags AWS uses in conditions."""
    # As a program, this file isn't in a package.
    sys.path.append(str(ROOT / "tests"))
    from sandbox.moto_state.tagged_resources import RESOURCES, TESTED_ELSEWHERE, WITHOUT_TAGS

    with TOTALS.open(encoding="utf-8", newline="") as file:
        services = [row[0] for row in csv.reader(file, delimiter="\t")][1:-1]
    taggable = [service for service in services if taggable_types(prefix_of(service))]
    tested = {one.service for one in RESOURCES} | TESTED_ELSEWHERE
    lists = {
        "read; a test creates a tagged resource": tested,
        "read as moto keeps them; no test": set(taggable) - tested - WITHOUT_TAGS,
        "not there, because moto doesn't keep them": set(WITHOUT_TAGS),
    }
    rows = [f"| {head} | {', '.join(f'`{one}`' for one in sorted(some))} |" for head, some in lists.items()]
    return ["| tags | services |", "|---|---|", *rows]


def operation_rows() -> list[str]:
    """Return a table of how many operations of each service have which status, the total first."""
    with TOTALS.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, delimiter="\t")
    services, total = rows[:-1], rows[-1]
    lines = [header, ["---", *["---:"] * (len(header) - 1)], [f"**{total[0]}**", *total[1:]]]
    lines += [[f"`{service}`", *counts] for service, *counts in services]
    return ["| " + " | ".join(line) + " |" for line in lines]


def _gap_row(gap: type[Gap]) -> str:
    sentence = (gap.__doc__ or "").partition("\n")[0].replace("``", "`")
    return f"| {sentence} | {_operations(gap.operations)} | [AWS]({gap.rule}) |"


def _operations(names: Iterable[str]) -> str:
    by_service: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names):
        service, _, operation = name.partition(".")
        by_service[service].append("all operations" if operation == "*" else operation)
    return "; ".join(f"`{service}`: {_named(some)}" for service, some in by_service.items())


def _named(operations: Collection[str]) -> str:
    """Return the names of operations, or their number where they would be too long to read."""
    return ", ".join(operations) if len(operations) <= _MOST_NAMED else f"{len(operations)} operations"


def main() -> None:
    PAGE.write_text(with_lists(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
