"""Read a world file."""

from __future__ import annotations

from pathlib import Path

from rolecall._validation import validate
from rolecall._yaml import BadFile, read_yaml
from rolecall.sandbox._world_checks import check_world
from rolecall.sandbox.world import World


def load_world(path: Path) -> World:
    """Read and check a world file.

    Raises
    ------
    BadFile
        With every fault: its file, line, column and what would be right.
    """
    document = read_yaml(path)
    world = validate(document, World)
    faults = list(check_world(document, world))
    if faults:
        raise BadFile(faults)
    return world
