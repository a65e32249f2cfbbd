"""End processes together with the process that started them, even if that one is killed.

A program of our own calls `call_when_parent_ends` or `call_when_unattended`. Any other program is started
through `supervised`: this file then runs as a small supervisor between the two, because only another
process can outlive a SIGKILL.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

_GRACE = 10.0
"""Seconds that a program has to end in order before it is killed."""
_POLL = 0.5
_FORWARDED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGABRT", "SIGUSR1", "SIGUSR2")
# https://man7.org/linux/man-pages/man2/prctl.2.html
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


def call_when_unattended(action: Callable[[], object]) -> None:
    """Call ``action`` in a thread when the parent process has ended and nothing reads standard output.

    A program that starts this one to use it reads its output through a pipe, so the end of both means that
    no one is left to use it. A process whose output goes to a file or a terminal, or that ``nohup``
    started, was meant to stay, so this function does nothing.
    """
    if not _output_is_piped() or _was_started_with_nohup():
        return

    def wait_for_readers() -> None:
        output = select.poll()
        # Without events to wait for, poll reports only that the last reader has closed the pipe.
        output.register(1, 0)
        output.poll()
        action()

    call_when_parent_ends(wait_for_readers)


def _output_is_piped() -> bool:
    try:
        mode = os.fstat(1).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _was_started_with_nohup() -> bool:
    return hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) == signal.SIG_IGN


def call_when_parent_ends(action: Callable[[], object]) -> None:
    """Call ``action`` in a thread when the process that started this one has ended.

    Does nothing if that process is init, which has either adopted this one or runs it as a container's
    command, and nothing on Windows, where the end of standard input has to serve.
    """
    parent = os.getppid()
    if sys.platform == "win32" or parent <= 1:
        return

    def watch() -> None:
        _wait_until_ended(parent)
        action()

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def kill_when_parent_thread_ends() -> None:
    """Have the system kill this process when the thread that started it ends (Linux; nothing elsewhere).

    This works also while no thread of this process can run. For the system, the parent is the thread: call
    this only if that thread lives as long as its process.
    """
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _wait_until_ended(parent: int) -> None:
    # Linux reports the end; elsewhere, and in containers that forbid this call, the parent's ID changes.
    with contextlib.suppress(AttributeError, OSError):
        descriptor = os.pidfd_open(parent)
        try:
            if os.getppid() == parent:
                end = select.poll()
                end.register(descriptor, select.POLLIN)
                end.poll()
        finally:
            os.close(descriptor)
        return
    while os.getppid() == parent:
        time.sleep(_POLL)


def supervised(command: Sequence[str]) -> list[str]:
    """Return the command line that runs ``command`` so that it ends when this process ends.

    Signals sent to the supervisor reach the program, and the program's exit status is the supervisor's.
    When the program ends, whatever it started is killed. On Windows the command is returned as it is.

    Examples
    --------
    >>> import subprocess
    >>> subprocess.run(supervised(["true"])).returncode
    0
    """
    if sys.platform == "win32":
        return list(command)
    # -P: this file's folder has modules whose names hide others.
    return [sys.executable, "-P", str(Path(__file__)), str(os.getpid()), *command]


def _supervise(parent: int, command: Sequence[str]) -> int:
    """Run a command until it or the parent ends; return its status as `subprocess` does."""
    _adopt_orphans()
    child = subprocess.Popen(
        # This process has no other thread yet, which is what makes preexec_fn safe.
        command,
        start_new_session=True,
        preexec_fn=kill_when_parent_thread_ends,  # noqa: PLW1509
    )
    ended = threading.Event()

    def end() -> None:
        child.terminate()
        if not ended.wait(_GRACE):
            child.kill()

    def forward(number: int, frame: FrameType | None) -> None:
        child.send_signal(number)

    for name in _FORWARDED:
        signal.signal(getattr(signal, name), forward)
    if os.getppid() == parent:
        call_when_parent_ends(end)
    else:
        # It ended before this process could look.
        threading.Thread(target=end, daemon=True).start()
    status = child.wait()
    ended.set()
    _kill_descendants(child.pid)
    return status


def _adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends (Linux)."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _kill_descendants(group: int) -> None:
    import psutil  # noqa: PLC0415 - only the supervisor needs it

    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
    until = time.monotonic() + _GRACE
    # A process may start another while its siblings are killed.
    while (left := psutil.Process().children(recursive=True)) and time.monotonic() < until:
        for one in left:
            with contextlib.suppress(psutil.Error):
                one.kill()
        psutil.wait_procs(left, timeout=1)


def _main(arguments: Sequence[str]) -> None:
    status = _supervise(int(arguments[0]), arguments[1:])
    if status < 0:
        # End by the same signal, so that the waiting process sees how the program ended.
        with contextlib.suppress(OSError):
            # SIGKILL has no handler to reset.
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    sys.exit(status)


if __name__ == "__main__":
    _main(sys.argv[1:])
