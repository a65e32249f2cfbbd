"""The option `--course`, which has the same meaning for every command."""

from __future__ import annotations

from pathlib import Path

import click

course_option = click.option(
    "--course",
    type=click.Path(path_type=Path),
    help="The folder of the course. By default, the nearest course upward from the current folder, "
    "or else the course that comes with Rolecall.",
)
