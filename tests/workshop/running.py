"""`rolecall workshop serve`, started for a test, and what its users ask of it."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil
import pytest

from rolecall._processes import supervised

T = TypeVar("T")


@dataclass
class Running:
    """A running service."""

    process: subprocess.Popen[str]
    url: str
    code: str
    token: str
    data: Path
    learners: int = field(default=0)

    def learner(self, name: str = "Ana") -> httpx.Client:
        """Somebody who joined."""
        answer = httpx.post(
            f"{self.url}/api/join", json={"code": self.code, "name": name}
        ).raise_for_status()
        headers = {"Authorization": f"Bearer {answer.json()['token']}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)

    def instructor(self) -> httpx.Client:
        """A browser that is signed in, with its form's token."""
        browser = httpx.Client(base_url=self.url, follow_redirects=True, timeout=30)
        page = browser.post("/login", data={"token": self.token}).raise_for_status()
        browser.headers["X-Form-Token"] = re.search(r'data-form-token="([^"]+)"', page.text)[1]
        return browser

    def service(self) -> psutil.Process:
        """The process that answers; the processes that grade are its children."""
        (found,) = psutil.Process(self.process.pid).children()
        return found

    def stop(self, how: int = signal.SIGINT) -> None:
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(timeout=30)


def start_workshop(data: Path, *options: str, open_assessments: bool = True, **environment: str) -> Running:
    """Start the service on a free port, and wait until it prints its address."""
    if open_assessments:
        options = ("--open", *options)
    process = subprocess.Popen(
        # The last of two --port counts.
        supervised([sys.executable, "-m", "rolecall", "workshop", "serve", "--port", "0", *options]),
        stdout=subprocess.PIPE,
        stderr=(data / "stderr").open("a"),
        text=True,
        env=os.environ | {"ROLECALL_WORKSHOP_DATA": str(data)} | environment,
    )
    answer = "".join(process.stdout.readline() for _ in range(3))
    found = re.search(r'join\("(\w+)", "([^"]+)"\)', answer)
    if found is None:
        process.wait(timeout=30)
        pytest.fail(f"the workshop did not start: {answer}{(data / 'stderr').read_text()}")
    token = re.search(r"/login#(\S+)", answer)
    with httpx.Client(transport=httpx.HTTPTransport(retries=5)) as client:
        client.get(f"{found[2]}/api/key").raise_for_status()
    return Running(process, found[2], found[1], token[1] if token else "", data)


def poll(look: Callable[[], T], until: Callable[[T], object] = bool, seconds: float = 60) -> T:
    """Look until what is seen is as expected, and return it.

    The pauses get longer, because a service rejects more than 600 requests of a learner in a minute.
    """
    ends, pause, pauses = time.monotonic() + seconds, 0.02, threading.Event()
    while not until(seen := look()):
        assert time.monotonic() < ends, f"after {seconds} s: {seen}"
        pauses.wait(pause)
        pause = min(pause * 1.2, 0.5)
    return seen


def cpu_seconds(process: psutil.Process) -> float:
    """The processor time that a process has used, without its children."""
    times = process.cpu_times()
    return times.user + times.system


def answers_of(attempt: dict[str, Any]) -> dict[int, Any]:
    """Some answer to each question of a paper that the form could give."""
    return {
        one["view"]["place"]: _answer(one["view"]["kind"], one["view"]["content"])
        for one in attempt["paper"]
    }


def _answer(kind: str, face: dict[str, Any]) -> Any:
    match kind:
        case "choice":
            return 0
        case "multi":
            return [0]
        case "order":
            return list(range(len(face["items"])))
        case "match":
            return [0] * len(face["lefts"])
        case "blanks":
            return {piece["blank"]: "x" for piece in face["pieces"] if piece["blank"]}
        case "decide":
            return {"outcome": "Allowed"}
        case "policy":
            return face["starter"]
        case "cli":
            return "aws sts get-caller-identity"
    return "1"
