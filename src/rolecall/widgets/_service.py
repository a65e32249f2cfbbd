"""The connection from a notebook to the workshop's service."""

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

from rolecall._learner_error import LearnerError
from rolecall.lab.pace import place_of_notebook
from rolecall.progress import default_path, on_record
from rolecall.quiz import Entry, EntryKind

URL_VARIABLE = "ROLECALL_WORKSHOP_URL"
"""The environment variable in which the administrator of a JupyterHub sets the service's address."""
_HUB_TOKEN = "JUPYTERHUB_API_TOKEN"
_JSON = {"Content-Type": "application/json"}
_TIMEOUT = 10.0
"""How long the service may take to answer, in seconds."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 5.0
"""How long to wait before a request is sent again, in seconds; the pause doubles each time."""
_NOT_MODIFIED = 304
_RETRY_STATUSES = (408, 429, 500, 502, 503, 504)
"""The HTTP statuses after which the same request may be sent again."""


class ServiceError(LearnerError, RuntimeError):
    """The service refused a request.

    Parameters
    ----------
    text
        Why, for the learner.
    code
        Why, for programs.
    """

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        self.code = code


class NoAnswerYet(ServiceError):
    """The service can't be reached, or can't save, right now; the request may be sent again."""


@dataclass(frozen=True, slots=True)
class Access:
    """The access to a service.

    Parameters
    ----------
    url
        The service's address.
    token
        The token that identifies the learner.
    """

    url: str
    token: str


def access_file() -> Path:
    """Return the file that keeps the access for other notebooks and restarted kernels."""
    return default_path().with_name("workshop.json")


def known_access() -> Access | None:
    """Return the access that JupyterHub or the last `join` gave this learner; None if there is none."""
    url, token = os.environ.get(URL_VARIABLE), os.environ.get(_HUB_TOKEN)
    if url and token:
        return Access(url, token)
    try:
        return Access(**json.loads(access_file().read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def keep_access(access: Access) -> None:
    """Save the access in a file that only this user can read."""
    file = access_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps({"url": access.url, "token": access.token}), encoding="utf-8")


class Client:
    """A client of the service's API.

    Parameters
    ----------
    url
        The service's address.
    token
        The token that identifies the learner; empty before joining.
    """

    def __init__(self, url: str, token: str = "") -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # Imported here, because a card outside a workshop doesn't need it.
        import httpx  # noqa: PLC0415

        self._http_error = httpx.HTTPError
        self._http = httpx.Client(base_url=url, headers=headers, timeout=_TIMEOUT)
        self._tags: dict[str, str] = {}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Send one request.

        Parameters
        ----------
        method, path
            Such as "PUT" and "/api/room".
        body
            The body, which is sent as JSON; None for none.

        Returns
        -------
        Any
            The body of the response, read as JSON.

        Raises
        ------
        NoAnswerYet
            If the request may be sent again.
        ServiceError
            If the service refused it.
        """
        try:
            # Half an emoji, which a browser can send, has no UTF-8; NaN has no JSON.
            content = (
                None if body is None else json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
            )
        except ValueError:
            raise ServiceError(
                "the answer has a character that can't be saved; remove it", "bad-input"
            ) from None
        try:
            answer = self._http.request(method, path, content=content, headers=_JSON if content else None)
        except self._http_error as error:
            raise NoAnswerYet(f"the workshop's service doesn't answer: {error}") from None
        return self._content_of(answer)

    def _content_of(self, answer: Any) -> Any:
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
        if answer.status_code in _RETRY_STATUSES:
            raise NoAnswerYet(text, code)
        raise ServiceError(text, code)

    def wait_for_change(self, path: str, seconds: int) -> Any:
        """Return the body of a page when it has changed since the last call; None if it doesn't.

        Parameters
        ----------
        seconds
            How long the service may wait for a change.

        Raises
        ------
        NoAnswerYet
            If the request may be sent again.
        ServiceError
            If the service refused it.
        """
        headers = {"Prefer": f"wait={seconds}"}
        if path in self._tags:
            headers["If-None-Match"] = self._tags[path]
        try:
            answer = self._http.get(path, headers=headers, timeout=seconds + _TIMEOUT)
        except self._http_error as error:
            raise NoAnswerYet(f"the workshop's service doesn't answer: {error}") from None
        if answer.status_code == _NOT_MODIFIED:
            return None
        content = self._content_of(answer)
        self._tags[path] = answer.headers.get("ETag", "")
        return content


class Sender:
    """Sends requests in order from its own thread, each one until the service takes or refuses it.

    Parameters
    ----------
    on_progress
        Receives what happens: ``saving…``, why it takes longer, or an empty text once all is saved.
    """

    def __init__(self, on_progress: Callable[[str], None] = lambda _: None) -> None:
        self._on_progress = on_progress
        self._waiting: queue.Queue[Callable[[], None]] = queue.Queue()
        self._pause = threading.Event()
        threading.Thread(target=self._run, name="rolecall-sender", daemon=True).start()

    def send(self, job: Callable[[], None]) -> None:
        """Queue a request. The job sends it, and raises `NoAnswerYet` to be called again."""
        self._waiting.put(job)

    def wait(self, seconds: float) -> bool:
        """Wait until every request is done, and return whether that took no longer than these seconds."""
        with self._waiting.all_tasks_done:
            return bool(
                self._waiting.all_tasks_done.wait_for(lambda: not self._waiting.unfinished_tasks, seconds)
            )

    def _run(self) -> None:
        while True:
            self._send_one(self._waiting.get())
            self._waiting.task_done()
            if self._waiting.empty():
                self._on_progress("")

    def _send_one(self, job: Callable[[], None]) -> None:
        seconds = _FIRST_PAUSE
        self._on_progress("saving…")
        while True:
            try:
                job()
            except NoAnswerYet as problem:
                self._on_progress(f"saving… {problem} It is saved here and sent again.")
                self._pause.wait(seconds)
                seconds = min(2 * seconds, _LONGEST_PAUSE)
                continue
            except ServiceError as problem:
                self._on_progress(f"not saved: {problem}")
            return


class Reporter:
    """Reports each answer in this notebook to the service, as soon as it is given.

    Parameters
    ----------
    client
        The connection to the service.
    """

    def __init__(self, client: Client) -> None:
        self._client, self._sender = client, Sender()
        self._place = place_of_notebook()
        on_record(self._recorded)
        self._sender.send(lambda: self._report([]))

    def _recorded(self, deck: str, entry: Entry) -> None:
        if entry.kind is not EntryKind.ANSWERED:
            return
        activity = {
            "key": uuid.uuid4().hex,
            "deck": deck[:200],
            "question": entry.question[:200],
            "answer": entry.answer[:8_000],
            "correct": entry.correct,
            "score": entry.score,
            "misconception": entry.misconception[:200],
        }
        self._sender.send(lambda: self._report([activity]))

    def _report(self, activities: list[dict[str, Any]]) -> None:
        self._client.ask("POST", "/api/done", {**self._place, "activities": activities})
