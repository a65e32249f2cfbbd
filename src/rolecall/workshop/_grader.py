"""Grade one answer after another in a separate process, within limits; started by `graders`.

Each line of standard input is an answer to grade, each line of standard output its grade. This process
can't access the service's database, and, where the system allows it, its network is loopback only.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import socket
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any

from rolecall._processes import call_when_parent_ends, kill_when_parent_thread_ends

_MEMORY = 2 * 1024**3
_FILE_SIZE = 64 * 1024**2
_LONGEST_JOB = 120
"""Seconds, twice as long as the service waits for one answer."""
_NEWUSER, _NEWNET = 0x10000000, 0x40000000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1


def _limit() -> None:
    """Limit memory and file sizes: https://docs.python.org/3/library/resource.html ."""
    import resource  # noqa: PLC0415 - POSIX only

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_SIZE, _FILE_SIZE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _leave_the_network() -> bool:
    """Move this process into a new network with loopback only; return False if that isn't allowed.

    https://man7.org/linux/man-pages/man2/unshare.2.html
    """
    import fcntl  # noqa: PLC0415 - POSIX only

    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None, use_errno=True)
        flags = _NEWNET if os.geteuid() == 0 else _NEWUSER | _NEWNET
        if libc.unshare(flags) != 0 and libc.unshare(_NEWUSER | _NEWNET) != 0:
            return False
        with socket.socket() as probe:
            named = struct.pack("16sh", b"lo", 0)
            _, now = struct.unpack("16sh", fcntl.ioctl(probe, _SIOCGIFFLAGS, named)[:18])
            fcntl.ioctl(probe, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", now | _IFF_UP))
        return True
    return False


def _only_loopback(event: str, arguments: tuple[Any, ...]) -> None:
    """Deny connections to other machines, for systems that don't allow a separate network."""
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo"):
        address = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
        host = address[0] if isinstance(address, tuple) else address
        if isinstance(host, str) and host not in ("127.0.0.1", "localhost", "::1", "") and "/" not in host:
            raise PermissionError("grading connects to loopback only")


def _grade_task(version: Any, work: Any, note: str) -> dict[str, Any]:
    """Grade a hands-on task: make the learner's calls again in a new sandbox."""
    from rolecall.lab import grade_calls  # noqa: PLC0415
    from rolecall.sandbox.client import Sandbox  # noqa: PLC0415

    task = version.task
    # Answers of earlier versions of the service are lists of calls, without times.
    work = work if isinstance(work, dict) else {"calls": work, "started": ""}
    calls = work["calls"]
    with tempfile.TemporaryDirectory(prefix="rolecall-grader-") as folder:
        world = Path(folder) / f"{task.world}.yaml"
        world.write_text(version.world, encoding="utf-8")
        with Sandbox(world) as sandbox:
            grade = grade_calls(task, sandbox, calls, work["started"])
    if grade.failed_calls:
        failed = f"{len(grade.failed_calls)} of {len(calls)} calls failed when they were made again."
        note = f"{note} {failed} {grade.failed_calls[0]}".strip()
    return {
        "note": note,
        "score": grade.score,
        "misconception": grade.mistakes[0].misconception if grade.mistakes else "",
        "remarks": [
            *({"part": one.says, "right": one.passed, "why": one.error} for one in grade.probes),
            *({"part": "Common mistake", "right": False, "why": one.why} for one in grade.mistakes),
            *({"part": "Not graded", "right": False, "why": one} for one in grade.failed_calls),
        ],
    }


def _grade(job: dict[str, Any], assessments: Any, judges: Any) -> dict[str, Any]:
    from rolecall.assessment import PaperItem  # noqa: PLC0415
    from rolecall.quiz import grade  # noqa: PLC0415 - imported within the limits

    item = PaperItem(job["bank"], job["question"], job["seed"], job["version"])
    if item.is_task:
        version, note = assessments.gradable_task(item, job["document"])
        return _grade_task(version, json.loads(job["answer"]), note)
    asked = assessments.gradable_answer(item, job["document"], job["answer"], judges)
    given = grade(asked.bank, asked.question, asked.answer, judges)
    return {
        "note": asked.note,
        "score": given.score,
        "misconception": given.misconception_name or "",
        "remarks": [{"part": one.part, "right": one.right, "why": one.why} for one in given.remarks],
    }


def main(folder: str) -> None:
    """Grade until standard input or the service ends."""
    kill_when_parent_thread_ends()
    call_when_parent_ends(lambda: os.killpg(0, signal.SIGKILL))
    # Saving answers goes first; grading takes the processor time that is left.
    os.nice(10)
    if not _leave_the_network():
        sys.addaudithook(_only_loopback)
    _limit()
    from pydantic import ValidationError  # noqa: PLC0415

    from rolecall._yaml import BadFile  # noqa: PLC0415
    from rolecall.assessment import Assessments  # noqa: PLC0415
    from rolecall.course import find_course  # noqa: PLC0415
    from rolecall.lab.server_judges import ServerJudges  # noqa: PLC0415

    course = find_course(folder)
    # Without a cache, a question that was just fixed is graded in its new version.
    assessments, judges = Assessments(course, look_every=0), ServerJudges(course.folder)
    results = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # What a library prints goes to standard error, not among the grades.
    os.dup2(2, 1)
    print("ready", file=results, flush=True)
    try:
        for line in sys.stdin:
            # Where the system doesn't kill this process with the service, the alarm does, even while a
            # library holds the interpreter's lock.
            signal.alarm(_LONGEST_JOB)
            try:
                result = _grade(json.loads(line), assessments, judges)
            except (BadFile, ValidationError) as error:
                # The text would quote the question's file, and a learner sees the problem.
                print(error, file=sys.stderr)
                result = {"problem": "the question's file has faults"}
            except (ValueError, RecursionError, MemoryError) as error:
                result = {"problem": f"{type(error).__name__}: {error}"[:500]}
            signal.alarm(0)
            print(json.dumps(result), file=results, flush=True)
    finally:
        judges.close()


if __name__ == "__main__":
    main(sys.argv[1])
