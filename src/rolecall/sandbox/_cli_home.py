"""An AWS CLI that keeps its files in the sandbox's folder, and that reaches this machine only.

The CLI caches the sessions of profiles with a ``role_arn`` under ``~/.aws/cli/cache``, and uses them again
for any endpoint. A session of one sandbox isn't valid in another, so each sandbox has its own home folder.
https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-role.html#cli-configure-role-cache

A profile or an option can name an endpoint outside the sandbox. The CLI would send that request through a
proxy, so a proxy that doesn't exist stops it before its name is resolved.
https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-proxy.html
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
from datetime import datetime
from pathlib import Path

_FOLDER = "rolecall-aws-cli"
# No program listens on port 9. The CLI prints the URL, so the path is its error message.
_NO_PROXY_THERE = "http://127.0.0.1:9/nothing-leaves-the-sandbox"
_LOOPBACK = "127.0.0.1,localhost"


def path_with_cli(files: Path) -> dict[str, str]:
    """Return the variable ``PATH`` with a folder first whose ``aws`` calls the AWS CLI found on ``PATH``.

    Without an AWS CLI, and on Windows, ``PATH`` has no such folder.

    Parameters
    ----------
    files
        A folder that is deleted with the sandbox.
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
        script.write_text(_script(found, home), "utf-8")
        script.chmod(0o700)
    return {"PATH": f"{folder}{os.pathsep}{path}"}


def forget_sessions(files: Path, now: datetime | None = None) -> None:
    """Delete the sessions that the CLI has cached; it then assumes the roles of its profiles again.

    The CLI compares their expiration with this machine's clock, which can be behind the sandbox's.

    Parameters
    ----------
    files
        The folder that was passed to `path_with_cli`.
    now
        The time of the sandbox: only sessions that have expired are deleted. None deletes all of them.
    """
    for file in (files / _FOLDER / "home" / ".aws" / "cli" / "cache").glob("*.json"):
        expiration = json.loads(file.read_text("utf-8"))["Credentials"]["Expiration"]
        if now is None or datetime.fromisoformat(expiration) <= now:
            file.unlink()


def _script(command: str, home: Path) -> str:
    variables = {"HOME": str(home)}
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        variables |= {name: _NO_PROXY_THERE, name.upper(): _NO_PROXY_THERE}
    variables |= {"no_proxy": _LOOPBACK, "NO_PROXY": _LOOPBACK}
    settings = " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
    # With the default of 5 attempts, the CLI would take 15 s to report that there is no such proxy.
    attempts = 'AWS_MAX_ATTEMPTS="${AWS_MAX_ATTEMPTS:-2}"'
    # Versions before 1.29 and 2.13 don't read the variable; Debian 12 has such a version.
    endpoint = '${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"}'
    return f'#!/bin/sh\n{settings} {attempts} exec {shlex.quote(command)} {endpoint} "$@"\n'
