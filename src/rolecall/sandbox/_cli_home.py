"""A home of its own for the AWS CLI of a sandbox.

The CLI keeps the sessions of profiles with a ``role_arn`` under ``~/.aws/cli/cache`` and takes them up
again whatever endpoint gave them out; a session of another sandbox means nothing in this one.
https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-role.html#cli-configure-role-cache
"""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

_FOLDER = "rolecall-aws-cli"


def path_with_cli(files: Path) -> dict[str, str]:
    """Return ``PATH`` with an ``aws`` before all others, which runs the CLI with its own home.

    Parameters
    ----------
    files
        A folder that ends with the sandbox.
    """
    parts = [one for one in os.environ.get("PATH", "").split(os.pathsep) if _FOLDER not in one]
    path = os.pathsep.join(parts)
    found = shutil.which("aws", path=path)
    if found is None or os.name != "posix":
        return {"PATH": path}
    folder = files / _FOLDER
    script = folder / "aws"
    if not script.exists():
        home = folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        script.write_text(
            f'#!/bin/sh\nHOME={shlex.quote(str(home))} exec {shlex.quote(found)} "$@"\n', "utf-8"
        )
        script.chmod(0o700)
    return {"PATH": f"{folder}{os.pathsep}{path}"}
