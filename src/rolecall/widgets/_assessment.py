"""The card of a graded assessment: the service has the answer key, and saves each answer immediately."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, Self

from rolecall.progress import default_path
from rolecall.widgets._card import Card
from rolecall.widgets._graded_task import GradedTask
from rolecall.widgets._outbox import Outbox, SavedAnswer
from rolecall.widgets._service import Client, NoAnswerYet, Sender, ServiceError, known_access

_SAVE_TIMEOUT = 10.0
"""How many seconds to wait for answers that are being saved before an attempt is handed in."""


@dataclass(frozen=True, slots=True)
class _Attempt:
    """An attempt, as the service described it.

    Parameters
    ----------
    id
        The attempt's id, a part of its address.
    title
        The assessment's title.
    questions
        The questions as the browser shows them; empty once the attempt is over.
    answers
        The answers that the service has, by place.
    ends_at
        When the time is over, on this process's monotonic clock.
    submitted
        When the attempt was handed in, in ISO 8601; None before.
    receipt
        What proves that it was handed in; empty before.
    feedback
        What the assessment's feedback policy shows now.
    """

    id: str
    title: str
    questions: list[dict[str, Any]]
    answers: dict[int, SavedAnswer]
    ends_at: float
    submitted: str | None
    receipt: str
    feedback: Mapping[str, Any]

    @classmethod
    def from_response(cls, response: Mapping[str, Any]) -> Self:
        """Read the service's response."""
        left = datetime.fromisoformat(response["deadline"]) - datetime.fromisoformat(response["now"])
        return cls(
            id=response["attempt"],
            title=response["title"],
            questions=[item["view"] for item in response["paper"]],
            answers={
                item["view"]["place"]: SavedAnswer(item["view"]["given"], item["serial"])
                for item in response["paper"]
                if item["view"]["given"] is not None
            },
            ends_at=monotonic() + left.total_seconds(),
            submitted=response["submitted"],
            receipt=response["receipt"],
            feedback=response["feedback"],
        )


class AssessmentCard(Card):
    """An attempt at an assessment of a workshop.

    A new attempt starts with the card's button, never because a cell was run.

    Parameters
    ----------
    client
        The connection to the workshop's service.
    name
        The assessment's name.
    """

    def __init__(self, client: Client, name: str) -> None:
        self._client, self._name = client, name
        self._position, self._confirming = 0, False
        self._current: _Attempt | None = None
        self._answers: dict[int, SavedAnswer] = {}
        # Why the service refused the newest answer, by place.
        self._refused: dict[int, str] = {}
        self._before = client.ask("GET", f"/api/assessments/{name}")
        if self._before["attempt"] is not None:
            self._load(client.ask("GET", f"/api/attempts/{self._before['attempt']}"))
        super().__init__()
        self._sender = Sender(self._report_saving)
        # Answers change in the kernel's thread, and in the one that sends them.
        self._changing = threading.Lock()
        self._continue()

    def start(self) -> None:
        """Start the attempt, as the card's button does; an attempt that is started continues.

        Raises
        ------
        ServiceError
            If the assessment isn't open to you now.
        """
        if self._current is None:
            self._load(self._client.ask("POST", f"/api/assessments/{self._name}"))
            self._continue()
            self._show()

    def _continue(self) -> None:
        """Send the answers that an earlier kernel couldn't send."""
        if self._current is None:
            return
        self._outbox = Outbox(default_path().with_name(f"outbox-{self._attempt.id}.json"))
        unsent = self._load_unsent()
        for place in unsent:
            self._send_answer(place)
        if unsent:
            self._show()

    @property
    def _attempt(self) -> _Attempt:
        if self._current is None:
            raise ServiceError("the attempt isn't started; press Start in the card of the assessment")
        return self._current

    @property
    def receipt(self) -> str:
        """The receipt, which `rolecall workshop verify` checks; empty before the attempt is handed in."""
        return self._current.receipt if self._current else ""

    def task(self, name: str) -> GradedTask:
        """Start a hands-on task of the paper, in its own sandbox.

        Parameters
        ----------
        name
            The task's name, which the card shows.

        Raises
        ------
        ServiceError
            If the paper has no such task.

        Examples
        --------
        ``work = quiz.task("let-dana-in")``, then plain boto3 or ``!aws`` in cells, then ``work.hand_in()``.
        """
        places = {one["id"]: one["place"] for one in self._attempt.questions if one["kind"] == "task"}
        if name not in places:
            raise ServiceError(f"this paper has no task {name!r}; there are {', '.join(places) or 'none'}")
        place = places[name]

        def hand_in(work: dict[str, Any]) -> None:
            self._save(place, work)
            self._show()

        task = self._client.ask("GET", f"/api/attempts/{self._attempt.id}/tasks/{place}")
        return GradedTask(task, hand_in)

    def _load(self, response: Mapping[str, Any]) -> None:
        self._current = _Attempt.from_response(response)
        self._answers = dict(self._attempt.answers)

    def _load_unsent(self) -> list[int]:
        """Load the answers that a killed kernel saved on the disk only, and return their places."""
        known = {place: answer.serial for place, answer in self._answers.items()}
        unsent = {
            place: answer
            for place, answer in self._outbox.read().items()
            if answer.serial > known.get(place, 0)
        }
        self._answers |= unsent
        return list(unsent)

    def _report_saving(self, text: str) -> None:
        refused = [f"Question {place + 1} is not saved: {why}." for place, why in self._refused.items()]
        self.saved = text or " ".join(refused) or "All answers are saved."

    def _send_answer(self, place: int) -> None:
        path = f"/api/attempts/{self._attempt.id}/answers/{place}"

        def put() -> None:
            # The newest answer, which may be newer than the one that this request was queued for.
            answer = self._answers[place]
            body = {"given": answer.given, "serial": answer.serial}
            try:
                saved = self._client.ask("PUT", path, body)
            except NoAnswerYet:
                raise
            except ServiceError as problem:
                self._refused[place] = str(problem).rstrip(".")
                raise
            self._refused.pop(place, None)
            if saved["serial"] > answer.serial:
                # The learner answered in another notebook meanwhile; what was done last counts.
                with self._changing:
                    newest = self._answers[place]
                    self._answers[place] = SavedAnswer(newest.given, saved["serial"] + 1)
                put()

        self._sender.send(put)

    def _save(self, place: int, given: Any) -> None:
        with self._changing:
            known = self._answers.get(place)
            if known is not None and known.given == given:
                return
            self._answers[place] = SavedAnswer(given, known.serial + 1 if known else 1)
        self._outbox.write(self._answers)
        self._send_answer(place)

    def _received(self, widget: object, content: Any, buffers: object) -> None:
        match content:
            case {"do": "save", "question": asked, "answer": given} if self._current is not None:
                # The learner continues to write, so the form isn't drawn again; `saved` has the result.
                for question in self._attempt.questions:
                    if question["id"] == asked:
                        self._save(question["place"], given)
            case _:
                super()._received(widget, content, buffers)

    def _handle(self, message: dict[str, Any]) -> None:
        match message:
            case {"do": "start"}:
                self.start()
            case _ if self._current is None:
                # The card has no other button yet.
                pass
            case {"do": "go", "place": int(position)} if 0 <= position < len(self._attempt.questions):
                self._position, self._confirming = position, False
            case {"do": "confirm", "yes": bool(yes)}:
                self._confirming = yes
            case {"do": "submit"} | {"do": "timeout"}:
                self._problem = self._hand_in()
            case {"do": "refresh"}:
                self._problem = self._refresh("GET", "")

    def _hand_in(self) -> str:
        """Hand the attempt in, and return why that failed; empty if it didn't."""
        self._confirming = False
        if not self._sender.wait(_SAVE_TIMEOUT):
            return "Not handed in: an answer is still being saved. Try again in a moment."
        problem = self._refresh("POST", "/submit")
        if not problem:
            self._outbox.delete()
        return problem

    def _refresh(self, method: str, path: str) -> str:
        """Load the attempt again, and return why that failed; empty if it didn't."""
        try:
            self._load(self._client.ask(method, f"/api/attempts/{self._attempt.id}{path}"))
        except ServiceError as problem:
            return str(problem)
        return ""

    def _view(self) -> Mapping[str, Any]:
        if self._current is None:
            title = self._before["title"]
            return {"mode": "assessment", "title": title, "statuses": [], "start": self._rules()}
        attempt = self._current
        common = {"mode": "assessment", "title": attempt.title}
        if not attempt.questions:
            return {**common, "statuses": [], "result": self._result()}
        answered = [
            one["place"] in self._answers and one["place"] not in self._refused for one in attempt.questions
        ]
        question = attempt.questions[self._position]
        answer = self._answers.get(question["place"])
        return {
            **common,
            "question": {
                **question,
                # The place on the paper counts questions that were withdrawn, which the card doesn't show.
                "place": self._position,
                "count": len(attempt.questions),
                "given": answer.given if answer else None,
            },
            "statuses": ["solved-unseen" if one else "open" for one in answered],
            "finished": False,
            "confirming": self._confirming,
            "secondsLeft": max(0.0, attempt.ends_at - monotonic()),
            "summary": f"{sum(answered)} of {len(answered)} answered.",
        }

    def _rules(self) -> str:
        before = self._before
        return (
            f"{before['questions']} questions, {before['minutes']:g} minutes. "
            f"Attempt {before['used'] + 1} of {before['attempts']}. The time starts when you press Start."
        )

    def _result(self) -> dict[str, Any]:
        submitted, feedback = self._attempt.submitted, self._attempt.feedback
        if "waits_for" in feedback:
            verdict = f"Marks wait for {feedback['waits_for']}."
        elif "score" in feedback:
            verdict = f"{feedback['score']:g} of {feedback['of']} points."
        else:
            verdict = "Handed in."
        summary = f"Handed in at {submitted}." if submitted else "The time is over."
        return {
            "sign": "✔",
            "verdict": verdict,
            "summary": " ".join([summary, *feedback.get("notes", [])]),
            "skills": [],
            "next": "",
            "review": feedback.get("review", []),
            "refresh": "Check for marks" if "waits_for" in feedback or not submitted else "",
            "receipt": self.receipt,
        }


def assessment(name: str) -> AssessmentCard:
    """Show an assessment of the workshop: start it with its button, or continue the attempt in progress.

    Parameters
    ----------
    name
        The assessment's name, which the instructor gives you.

    Raises
    ------
    ServiceError
        If you haven't joined a workshop, or the assessment isn't open to you now.
    """
    access = known_access()
    if access is None:
        raise ServiceError("an assessment is part of a workshop; first run join(CODE, ADDRESS)")
    return AssessmentCard(Client(access.url, access.token), name)
