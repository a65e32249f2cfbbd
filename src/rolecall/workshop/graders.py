"""Grade in separate processes, so that a submission that hangs or crashes one costs only itself."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from rolecall.assessment import PaperItem
from rolecall.sandbox.lambda_runtime import FUNCTIONS_VARIABLE

_LONGEST_LINE = 256 * 1024
_START = 60.0
# A process that reads learners' texts gets none of the service's passwords and keys.
_KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV")
# The AWS CLI finds no configuration, and with it no alias, plugin, or pager of the server's.
_FIXED = {
    "HOME": os.devnull,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    # A learner's calls are made again, and a function's code would run as the service's user.
    FUNCTIONS_VARIABLE: "off",
}


class GradingError(RuntimeError):
    """A submission could not be graded; the message says why."""


@dataclass(frozen=True, slots=True)
class AnswerGrade:
    """The grade of one answer.

    Parameters
    ----------
    score
        From 0 to 1.
    misconception
        The ID of the misconception that the answer shows, or empty.
    remarks
        One for each part of the answer, with the fields of `rolecall.quiz.Remark`.
    note
        What the learner and the instructor must know about the grading; empty if nothing was unusual.
    """

    score: float
    misconception: str
    remarks: list[dict[str, Any]]
    note: str = ""


class Graders:
    """A pool of processes, each grading one submission at a time.

    Parameters
    ----------
    course
        The course's folder.
    patience
        Seconds that grading one answer may take; a hands-on task gets three times as long.
    """

    def __init__(self, course: Path, count: int = 2, patience: float = 20.0) -> None:
        self._course, self._patience = course, patience
        # A grader ends with the thread that starts it, so that thread has to live as long as this object.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="graders")
        self._free: queue.LifoQueue[_Process | None] = queue.LifoQueue()
        for _ in range(count):
            self._free.put(None)

    def grade(self, item: PaperItem, answer: str, version: str = "") -> AnswerGrade:
        """Grade an answer.

        Parameters
        ----------
        version
            The version of the question that was asked, as a document; empty for the current one.

        Raises
        ------
        GradingError
            If grading takes too long or ends its process, or the answer can't be read.
        """
        process = self._free.get()
        try:
            if process is None or not process.alive:
                process = self._starter.submit(_Process, self._course).result()
            # Grading a task starts a sandbox.
            patience = self._patience * (3 if item.is_task else 1)
            result = process.ask(item.document() | {"answer": answer, "document": version}, patience)
        except BaseException:
            # Whatever it was, the next answer gets a process whose state is known.
            if process is not None:
                process.end()
            process = None
            raise
        finally:
            self._free.put(process)
        if "problem" in result:
            raise GradingError(result["problem"])
        return AnswerGrade(
            float(result["score"]),
            str(result["misconception"]),
            list(result["remarks"]),
            str(result["note"]),
        )

    def close(self) -> None:
        """End the processes; a process that is grading finishes first."""
        for _ in range(self._free.qsize()):
            process = self._free.get()
            if process is not None:
                process.end()
        self._starter.shutdown()


class _Process:
    def __init__(self, course: Path) -> None:
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ} | _FIXED
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rolecall.workshop._grader", str(course)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
            # A new process group: what the process starts is killed with it.
            start_new_session=True,
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        assert self._process.stdout is not None
        threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True).start()
        if self._line(_START) != "ready\n":
            self.end()
            raise GradingError("the grading process did not start")

    def _read(self, stream: IO[str]) -> None:
        while line := stream.readline(_LONGEST_LINE):
            self._lines.put(line)
        self._lines.put("")

    def _line(self, patience: float) -> str:
        try:
            return self._lines.get(timeout=patience)
        except queue.Empty:
            raise GradingError(f"grading took longer than {patience:g} seconds") from None

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, job: dict[str, Any], patience: float) -> dict[str, Any]:
        assert self._process.stdin is not None
        try:
            print(json.dumps(job), file=self._process.stdin, flush=True)
        except OSError:
            raise GradingError("the grading process was gone") from None
        line = self._line(patience)
        if not line.endswith("\n"):
            raise GradingError("it ended the grading process, or made it print too much")
        result = json.loads(line)
        assert isinstance(result, dict)
        return result

    def end(self) -> None:
        if self.alive:
            os.killpg(self._process.pid, 9)
        self._process.wait()
