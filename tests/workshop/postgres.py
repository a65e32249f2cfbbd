"""A real PostgreSQL for a test: on loopback, in a temporary folder, run by a user other than root."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

import psycopg

from programs import find_postgres
from rolecall._ports import unused_port
from rolecall._processes import supervised


class Postgres:
    """A server that can be stopped and started again; it ends with the `with` block, and with this process."""

    def __init__(self) -> None:
        initdb = find_postgres()
        assert initdb is not None, "a test that uses this server carries the marker postgres"
        # Not below pytest's folder, which is closed to the user that it runs as.
        self._whole = Path(tempfile.mkdtemp(prefix="rolecall-postgres-"))
        self._programs, self._folder = initdb.parent, self._whole / "data"
        self._folder.mkdir()
        self.port = unused_port()
        # PostgreSQL does not run as root.
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user:
            who = pwd.getpwnam(self._user)
            self._whole.chmod(0o755)
            os.chown(self._folder, who.pw_uid, who.pw_gid)
        self._server: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", self._folder, "-A", "trust", "-U", "rolecall", "--no-sync")

    def _as_user(self, program: str, *arguments: object) -> list[str]:
        become = (
            ["setpriv", "--reuid", self._user, "--regid", self._user, "--clear-groups"]
            if self._user
            else []
        )
        return [*become, str(self._programs / program), *map(str, arguments)]

    def _run(self, program: str, *arguments: object) -> None:
        subprocess.run(self._as_user(program, *arguments), check=True, capture_output=True, cwd="/")

    def start(self) -> None:
        """Start the server, which ends with this process, and wait until it takes connections."""
        options = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self._folder,
            "fsync": "off",
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self._server = subprocess.Popen(
            supervised(self._as_user("postgres", "-D", self._folder, *settings)),
            stdout=subprocess.DEVNULL,
            stderr=(self._whole / "log").open("a"),
            cwd="/",
        )
        until = time.monotonic() + 60
        while not self._takes_connections():
            assert self._server.poll() is None, (self._whole / "log").read_text()
            assert time.monotonic() < until, "PostgreSQL did not start"

    def _takes_connections(self) -> bool:
        command = self._as_user("pg_isready", "-h", "127.0.0.1", "-p", self.port)
        return subprocess.run(command, check=False, capture_output=True, cwd="/").returncode == 0

    def stop(self) -> None:
        """Stop the server as a crash does."""
        self._run("pg_ctl", "-D", self._folder, "-w", "-m", "immediate", "stop")
        self._server.wait(timeout=60)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the server if it runs, and delete its data."""
        if self._server is not None and self._server.poll() is None:
            self.stop()
        shutil.rmtree(self._whole)

    def url(self, database: str) -> str:
        """Create a database, and return its URL."""
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="rolecall", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {database}")
            connection.execute(f"CREATE DATABASE {database}")
        return f"postgresql+psycopg://rolecall@127.0.0.1:{self.port}/{database}"
