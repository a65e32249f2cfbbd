"""The workshop's service as a notebook speaks to it."""

from __future__ import annotations

import json
import os
import queue
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rolecall.lab.pace import place_of_notebook
from rolecall.progress import default_path, on_record
from rolecall.quiz import Entry, EntryKind

URL_VARIABLE = "ROLECALL_WORKSHOP_URL"
"""Where JupyterHub's administrator tells notebooks of the service."""
_HUB_TOKEN = "JUPYTERHUB_API_TOKEN"
_PATIENCE = 10.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 5.0
_GONE = (408, 429, 500, 502, 503, 504)
"""Answers after which the same may be sent again."""


class ServiceError(RuntimeError):
    """What the service does not do; the text says why, `code` is for programs."""

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        self.code = code


class NoAnswerYet(ServiceError):
    """The service cannot be reached, or cannot save, now."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where the service is, and by which token one is known there."""

    url: str
    token: str


def access_file() -> Path:
    """Where a notebook keeps how it is known, so that another or a restarted one need not join again."""
    return default_path().with_name("workshop.json")


def known_access() -> Access | None:
    """How this learner is known: by what was joined, or by JupyterHub."""
    url, token = os.environ.get(URL_VARIABLE), os.environ.get(_HUB_TOKEN)
    if url and token:
        return Access(url, token)
    try:
        return Access(**json.loads(access_file().read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def keep_access(access: Access) -> None:
    """Keeps how this learner is known, readable for nobody else."""
    file = access_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps({"url": access.url, "token": access.token}), encoding="utf-8")


class Client:
    """Asks the service.

    Parameters
    ----------
    access
        None for whoever has yet to join.
    """

    def __init__(self, url: str, token: str = "") -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # A card outside a workshop does not pay for it.
        import httpx  # noqa: PLC0415

        self._gone = httpx.HTTPError
        self._http = httpx.Client(base_url=url, headers=headers, timeout=_PATIENCE)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One request.

        Raises
        ------
        NoAnswerYet
            When it may be sent again.
        ServiceError
            When it may not.
        """
        try:
            answer = self._http.request(method, path, json=body)
        except self._gone as error:
            raise NoAnswerYet(f"the workshop's service does not answer: {error}") from None
        if answer.is_success:
            return answer.json()
        code, text = "", answer.reason_phrase
        try:
            detail = answer.json()["detail"]
        except (ValueError, KeyError, TypeError):
            detail = text
        if isinstance(detail, dict):
            code, text = str(detail.get("code", "")), str(detail.get("text", ""))
        else:
            text = str(detail)
        if answer.status_code in _GONE:
            raise NoAnswerYet(text, code)
        raise ServiceError(text, code)


class Sender:
    """Sends one thing after another from a thread of its own, each again and again until it is taken.

    Parameters
    ----------
    said
        Is told how it stands: ``saving…``, ``saved``, or why it takes longer.
    """

    def __init__(self, said: Callable[[str], None] = lambda _: None) -> None:
        self._said = said
        self._waiting: queue.Queue[Callable[[], None]] = queue.Queue()
        self._pause = threading.Event()
        threading.Thread(target=self._run, name="rolecall-sender", daemon=True).start()

    def send(self, job: Callable[[], None]) -> None:
        """Has something sent; a job raises `NoAnswerYet` to be called again."""
        self._waiting.put(job)

    def wait(self, seconds: float) -> bool:
        """Waits until everything is taken; False when that takes too long."""
        with self._waiting.all_tasks_done:
            return bool(
                self._waiting.all_tasks_done.wait_for(lambda: not self._waiting.unfinished_tasks, seconds)
            )

    def _run(self) -> None:
        while True:
            self._send_one(self._waiting.get())
            self._waiting.task_done()
            if self._waiting.empty():
                self._said("")

    def _send_one(self, job: Callable[[], None]) -> None:
        seconds = _FIRST_PAUSE
        self._said("saving…")
        while True:
            try:
                job()
            except NoAnswerYet as problem:
                self._said(f"saving… {problem} It is kept here and sent again.")
                self._pause.wait(seconds)
                seconds = min(2 * seconds, _LONGEST_PAUSE)
                continue
            except ServiceError as problem:
                self._said(f"not saved: {problem}")
            return


class Reporter:
    """Tells the service what is done in this notebook, as it is done."""

    def __init__(self, client: Client) -> None:
        self._client, self._sender = client, Sender()
        self._where = place_of_notebook()
        on_record(self._recorded)
        self._sender.send(lambda: self._tell([]))

    def _recorded(self, deck: str, entry: Entry) -> None:
        if entry.kind is not EntryKind.ANSWERED:
            return
        deed = {
            "key": uuid.uuid4().hex,
            "deck": deck[:200],
            "question": entry.question[:200],
            "answer": entry.answer[:8_000],
            "correct": entry.correct,
            "score": entry.score,
            "misconception": entry.misconception[:200],
        }
        self._sender.send(lambda: self._tell([deed]))

    def _tell(self, deeds: list[dict[str, Any]]) -> None:
        self._client.ask("POST", "/api/done", {**self._where, "deeds": deeds})
