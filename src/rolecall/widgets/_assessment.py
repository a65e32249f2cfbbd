"""A graded quiz in a notebook: questions come without their key, each answer is saved as it is given."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

import anywidget
import traitlets

from rolecall.progress import default_path
from rolecall.widgets._card import CARD_CSS, CARD_ESM, STATIC
from rolecall.widgets._graded_task import GradedTask
from rolecall.widgets._service import Client, Sender, ServiceError, known_access

_PATIENCE = 10.0
"""Seconds to wait for answers that are on their way before a paper is handed in."""


class AssessmentCard(anywidget.AnyWidget):
    """An attempt at an assessment of a workshop.

    Attributes
    ----------
    receipt
        What shows that the attempt was handed in, once it was; `rolecall workshop verify` checks it.
    """

    _esm = CARD_ESM
    _css: Path | str = CARD_CSS
    view = traitlets.Dict().tag(sync=True)
    saved = traitlets.Unicode("").tag(sync=True)

    def __init__(self, client: Client, name: str) -> None:
        self._client, self._name = client, name
        self._serial, self._place, self._confirming = 0, 0, False
        super().__init__()
        self._sender = Sender(self._say)
        self._take(client.ask("POST", f"/api/assessments/{name}"))
        for place, kept in self._outbox().items():
            # What a kernel that ended did not get through.
            if kept["serial"] > self._serials.get(int(place), 0):
                self._given[int(place)] = kept["given"]
                self._serials[int(place)] = kept["serial"]
                self._send_answer(int(place))
        self.on_msg(self._received)
        self._show()

    @property
    def receipt(self) -> str:
        """The receipt; empty before the attempt is handed in."""
        return str(self._told["receipt"])

    def task(self, name: str) -> GradedTask:
        """Begins a hands-on task of the paper, in a sandbox of its own.

        Examples
        --------
        ``work = quiz.task("let-dana-in")``, then plain boto3 or ``!aws`` in cells, then ``work.hand_in()``.

        Raises
        ------
        ServiceError
            When the paper has no such task.
        """
        places = [one["place"] for one in self._paper if one["kind"] == "task" and one["id"] == name]
        if not places:
            there = ", ".join(one["id"] for one in self._paper if one["kind"] == "task") or "none"
            raise ServiceError(f"this paper has no task {name!r}; there are {there}")
        place = places[0]

        def handed_in(calls: list[dict[str, Any]]) -> None:
            self._save(place, calls)
            self._show()

        told = self._client.ask("GET", f"/api/attempts/{self._told['attempt']}/tasks/{place}")
        return GradedTask(told, handed_in)

    def _take(self, told: dict[str, Any]) -> None:
        self._told = told
        self._begun = monotonic()
        left = datetime.fromisoformat(told["deadline"]) - datetime.fromisoformat(told["now"])
        self._left = left.total_seconds()
        self._paper = [one["view"] for one in told["paper"]]
        self._serials = {one["view"]["place"]: one["serial"] for one in told["paper"]}
        self._given = {one["place"]: one["given"] for one in self._paper if one["given"] is not None}

    @property
    def _file(self) -> Path:
        return default_path().with_name(f"outbox-{self._told['attempt']}.json")

    def _outbox(self) -> dict[str, Any]:
        try:
            kept = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def _keep(self) -> None:
        """On the disk before it is sent, so that neither a lost connection nor a lost kernel loses it."""
        kept = {
            str(place): {"given": given, "serial": self._serials[place]}
            for place, given in self._given.items()
            if self._serials.get(place)
        }
        self._file.parent.mkdir(parents=True, exist_ok=True)
        beside = self._file.with_suffix(".new")
        beside.write_text(json.dumps(kept), encoding="utf-8")
        beside.replace(self._file)

    def _say(self, text: str) -> None:
        self.saved = text or "All answers are saved."

    def _send_answer(self, place: int) -> None:
        path = f"/api/attempts/{self._told['attempt']}/answers/{place}"

        def put() -> None:
            # Always the newest: what was sent in vain before is overtaken.
            body = {"given": self._given[place], "serial": self._serials[place]}
            self._client.ask("PUT", path, body)

        self._sender.send(put)

    def _save(self, place: int, given: Any) -> None:
        if self._given.get(place) == given:
            return
        self._given[place] = given
        self._serials[place] = self._serials.get(place, 0) + 1
        self._keep()
        self._send_answer(place)

    def _received(self, widget: object, content: Any, buffers: object) -> None:
        problem = ""
        match content:
            case {"do": "editor"}:
                self.send({"editor": (STATIC / "editor.js").read_text("utf-8")})
                return
            case {"do": "save", "question": asked, "answer": given}:
                places = [one["place"] for one in self._paper if one["id"] == asked]
                if places:
                    self._save(places[0], given)
                # The learner goes on writing; the form is not drawn anew.
                return
            case {"do": "go", "place": int(place)} if 0 <= place < len(self._paper):
                self._place, self._confirming = place, False
            case {"do": "confirm", "yes": bool(yes)}:
                self._confirming = yes
            case {"do": "submit"} | {"do": "timeout"}:
                problem = self._hand_in()
            case {"do": "look"}:
                problem = self._refresh("GET", "")
        self._show(problem)

    def _hand_in(self) -> str:
        self._confirming = False
        if not self._sender.wait(_PATIENCE):
            return "Not handed in: an answer is still being saved. Try again in a moment."
        done = self._refresh("POST", "/submit")
        if not done:
            self._file.unlink(missing_ok=True)
        return done

    def _refresh(self, method: str, path: str) -> str:
        try:
            self._take(self._client.ask(method, f"/api/attempts/{self._told['attempt']}{path}"))
        except ServiceError as problem:
            return str(problem)
        return ""

    def _show(self, problem: str = "") -> None:
        self._serial += 1
        told: dict[str, Any] = {
            "mode": "assessment",
            "title": self._told["title"],
            "problem": problem,
            "serial": self._serial,
            "standings": [],
        }
        if not self._paper:
            self.view = {**told, "result": self._result()}
            return
        answered = [
            "solved-unseen" if place in self._given else "open" for place in range(len(self._paper))
        ]
        question = {**self._paper[self._place], "given": self._given.get(self._place)}
        self.view = {
            **told,
            "question": question,
            "standings": answered,
            "finished": False,
            "confirming": self._confirming,
            "secondsLeft": max(0.0, self._left - (monotonic() - self._begun)),
            "summary": f"{answered.count('solved-unseen')} of {len(answered)} answered.",
        }

    def _result(self) -> dict[str, Any]:
        feedback = self._told["feedback"]
        told = (
            f"Handed in at {self._told['submitted']}." if self._told["submitted"] else "The time is over."
        )
        if "waits_for" in feedback:
            verdict = f"Marks wait for {feedback['waits_for']}."
        elif "score" in feedback:
            verdict = f"{feedback['score']:g} of {feedback['of']} points."
        else:
            verdict = "Handed in."
        return {
            "sign": "✔",
            "verdict": verdict,
            "told": told,
            "skills": [],
            "next": "",
            "review": feedback.get("review", []),
            "again": "",
            "look": "Look again" if "waits_for" in feedback or not self._told["submitted"] else "",
            "receipt": self._told["receipt"],
        }


def assessment(name: str) -> AssessmentCard:
    """Begins an assessment of the workshop, or goes on with the attempt that is under way.

    Raises
    ------
    ServiceError
        When no workshop was joined, or the assessment may not be taken now.
    """
    known = known_access()
    if known is None:
        raise ServiceError("an assessment belongs to a workshop: join(CODE, ADDRESS) comes first")
    return AssessmentCard(Client(known.url, known.token), name)
