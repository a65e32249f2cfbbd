"""Programs of the operating system that some tests require, and what installs them.

A test that requires one carries its marker, such as ``@pytest.mark.postgres``. Where the program is missing,
the test is skipped with a reason that says what to install; with ROLECALL_REQUIRE_PROGRAMS set, it fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from rolecall.check import NoBrowser, chromium

REQUIRE_VARIABLE = "ROLECALL_REQUIRE_PROGRAMS"
POSTGRES_VARIABLE = "ROLECALL_POSTGRES_FOLDERS"
"""Where PostgreSQL is looked for besides PATH; the default is where Debian's package puts it."""

JAVASCRIPT = Path(__file__).parent / "javascript"
FRONTEND = Path(__file__).parents[1] / "frontend"


@dataclass(frozen=True, slots=True)
class Requirement:
    """A program that tests require.

    Parameters
    ----------
    find
        Returns the program's path, or None if it isn't installed.
    install
        What installs it, for the reason of a skip.
    """

    find: Callable[[], Path | None]
    install: str


def find_chromium() -> Path | None:
    """Return Chromium, or None."""
    try:
        return Path(chromium())
    except NoBrowser:
        return None


def find_npm(folder: Path) -> Path | None:
    """Return npm if the packages of a folder are installed too, or None."""
    npm = shutil.which("npm")
    return Path(npm) if npm and (folder / "node_modules").is_dir() else None


def find_aws_cli_2() -> Path | None:
    """Return version 2 of the AWS CLI, or None; PyPI has version 1 only."""
    return next((one for one in _all_named("aws") if _version(one).startswith("aws-cli/2")), None)


def find_postgres() -> Path | None:
    """Return PostgreSQL's ``initdb``, whose folder has the other programs of the server, or None."""
    beside = os.environ.get(POSTGRES_VARIABLE, "/usr/lib/postgresql/*/bin")
    folder = Path("/")
    installed = sorted(folder.glob(f"{beside.lstrip('/')}/initdb")) if beside else []
    named = shutil.which("initdb")
    return installed[-1] if installed else Path(named) if named else None


def _all_named(name: str) -> Iterator[Path]:
    for folder in os.environ["PATH"].split(os.pathsep):
        if found := shutil.which(name, path=folder):
            yield Path(found)


@cache
def _version(program: Path) -> str:
    ran = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=60)
    return ran.stdout


_NPM = "Node.js and the packages of {0}: install Debian's packages nodejs and npm, then run `npm ci --prefix {0}`"
REQUIREMENTS = {
    "browser": Requirement(find_chromium, "Chromium: install Debian's package chromium"),
    "frontend": Requirement(partial(find_npm, FRONTEND), _NPM.format("frontend")),
    "javascript": Requirement(partial(find_npm, JAVASCRIPT), _NPM.format("tests/javascript")),
    "postgres": Requirement(find_postgres, "PostgreSQL: install Debian's package postgresql"),
    "aws_cli_v2": Requirement(find_aws_cli_2, "version 2 of the AWS CLI: install Debian's package awscli"),
}
"""By the name of the marker."""
