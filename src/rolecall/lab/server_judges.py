"""Judge answers on the server: a learner's command is parsed but never run, and opens nothing."""

from __future__ import annotations

import os
import sys
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rolecall.lab.judges import CourseJudges
from rolecall.quiz import Command, InvalidCommand

_LONGEST = 4 * 1024
_READS_FILES = ("--cli-input-json", "--cli-input-yaml", "--generate-cli-skeleton")
# https://docs.python.org/3/library/audit_events.html
_DENIED = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.system",
        "pty.spawn",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.sendto",
        "subprocess.Popen",
    }
)


class ServerJudges(CourseJudges):
    """Judges that use nothing of a submission but its text."""

    def __init__(self, course: str | Path | None = None) -> None:
        super().__init__(course)

    def read_command(self, text: str) -> Command:
        """Parse a command as the AWS CLI does, in a process that can't open files for it meanwhile.

        The AWS CLI reads files for ``--cli-input-json`` and for parameters such as ``--body``, and starts a
        pager for ``help``. A graded answer needs none of them.
        """
        from rolecall.lab._cli_commands import words_of  # noqa: PLC0415 - imports the AWS CLI

        if len(text) > _LONGEST:
            raise InvalidCommand(f"the command is too long: a graded quiz allows {_LONGEST} characters")
        # Words as the CLI gets them: without quotation marks, `--cli-in''put-json` is one of them.
        for word in words_of(text)[1:]:
            option = word.partition("=")[0]
            if word == "help":
                raise InvalidCommand("help is not an answer in a graded quiz")
            if option in _READS_FILES:
                raise InvalidCommand(f"write the parameters out; a graded quiz doesn't allow {option}")
        # The CLI itself is read from its files before any text of a learner's is.
        super().read_command("aws sts get-caller-identity")
        with _SEAL.closed():
            return super().read_command(text)

    def run_command(self, text: str, world: str, actor: str) -> str:
        """Return a note: a graded command is compared with the key, not run."""
        return "(not run in a graded quiz)"


def _folders_of_modules() -> tuple[str, ...]:
    """List the folders of the standard library, of installed packages, and of Rolecall."""
    paths = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    installed = [one for one in sys.path if Path(one).name in ("site-packages", "dist-packages")]
    here = str(Path(__file__).parents[1])
    return tuple(f"{os.path.realpath(one)}{os.sep}" for one in (*paths, *installed, here) if one)


class _Seal:
    """Deny this process files, connections, and programs for a while.

    Python's audit hooks see what any library does, however it was asked to. Modules can still be imported.
    """

    def __init__(self) -> None:
        self._installed = False
        self._sealed = threading.local()
        self._modules: tuple[str, ...] = ()

    @contextmanager
    def closed(self) -> Iterator[None]:
        if not self._installed:
            self._modules = _folders_of_modules()
            sys.addaudithook(self._audit)
            self._installed = True
        self._sealed.on = True
        try:
            yield
        finally:
            self._sealed.on = False

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not getattr(self._sealed, "on", False):
            return
        if event in _DENIED or (event == "open" and not self._is_module(arguments)):
            raise PermissionError(
                "a graded command doesn't open files or connections, and starts no programs"
            )

    def _is_module(self, arguments: tuple[Any, ...]) -> bool:
        path, _, flags = arguments
        if not isinstance(path, str | bytes) or flags & (os.O_WRONLY | os.O_RDWR):
            return False
        return os.path.realpath(os.fsdecode(path)).startswith(self._modules)


_SEAL = _Seal()
