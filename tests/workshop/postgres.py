"""A real PostgreSQL for a test: on loopback, in a folder of its own, by a user that is not root."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    there = shutil.which("initdb")
    return Path(there).parent if there else None


class Postgres:
    """A server that can be stopped and started again."""

    def __init__(self) -> None:
        programs = _programs()
        if programs is None:
            reason = "no PostgreSQL found: install Debian's package postgresql"
            if os.environ.get("ROLECALL_REQUIRE_POSTGRES"):
                pytest.fail(reason)
            pytest.skip(reason)
        # Not below pytest's folder, which is closed to the user that it runs as.
        self._whole = Path(tempfile.mkdtemp(prefix="rolecall-postgres-"))
        self._programs, self._folder = programs, self._whole / "data"
        self._folder.mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        # PostgreSQL does not run as root.
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user:
            who = pwd.getpwnam(self._user)
            self._whole.chmod(0o755)
            os.chown(self._folder, who.pw_uid, who.pw_gid)
        self._run("initdb", "-D", self._folder, "-A", "trust", "-U", "rolecall", "--no-sync")

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self._programs / program), *map(str, arguments)]
        subprocess.run(
            command,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self._user,
            cwd="/",
        )

    def start(self) -> None:
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder} -F"
        )
        self._run("pg_ctl", "-D", self._folder, "-w", "-o", options, "-l", self._folder / "log", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self._folder, "-w", "-m", "immediate", "stop")

    def remove(self) -> None:
        """Ends it for good."""
        self.stop()
        shutil.rmtree(self._whole)

    def url(self, database: str) -> str:
        """The URL of a database, which is made anew."""
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="rolecall", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {database}")
            connection.execute(f"CREATE DATABASE {database}")
        return f"postgresql+psycopg://rolecall@127.0.0.1:{self.port}/{database}"
