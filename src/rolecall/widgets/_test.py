"""The test card: questions one after the other, and what they come to at the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rolecall.presentation.question_card import asked_view, review_view
from rolecall.progress import Store
from rolecall.quiz import (
    Bank,
    Entry,
    EntryKind,
    Judges,
    Mastery,
    MasteryTest,
)
from rolecall.widgets._card import Card, bank_of_open_lesson

_SIGNS = {Mastery.STRONG: "✔", Mastery.NEARLY: "◐", Mastery.NOT_YET: "○"}
_WORDS = {Mastery.STRONG: "Strong", Mastery.NEARLY: "Nearly", Mastery.NOT_YET: "Not yet"}


class TestCard(Card):
    """Ten questions across easy, medium and hard, without hints; feedback and a verdict at the end.

    Parameters
    ----------
    count
        How many questions it has.
    """

    __test__ = False

    def __init__(
        self, bank: Bank, *, count: int = 10, store: Store | None = None, judges: Judges | None = None
    ) -> None:
        self._count = count
        super().__init__(bank, f"test/{bank.name}/{count}", store, judges)

    def _begin(self, entries: list[Entry]) -> None:
        self._test = MasteryTest(self.bank, self._count, entries, self._judges)

    def _look(self) -> Mapping[str, Any]:
        test = self._test
        question = test.current
        standings = ["solved-unseen"] * test.answered + ["open"] * (test.count - test.answered)
        summary = f"{test.answered} of {test.count} answered."
        if question is not None:
            return {
                "mode": "test",
                "title": self.bank.title,
                "question": asked_view(self.bank, question, test.answered, test.count),
                "standings": standings,
                "summary": summary,
            }
        return {"mode": "test", "title": self.bank.title, "standings": [], "result": self._result()}

    def _result(self) -> dict[str, Any]:
        verdict = self._test.verdict()
        mastery = verdict.estimate.mastery
        return {
            "sign": _SIGNS[mastery],
            "verdict": _WORDS[mastery],
            "told": f"That is {verdict.estimate.confidence:.0%} sure after {self._test.count} questions.",
            "skills": [
                {
                    "skill": self.bank.skills[one.skill],
                    "verdict": f"{_SIGNS[one.estimate.mastery]} {_WORDS[one.estimate.mastery]}",
                    "told": f"{one.estimate.confidence:.0%} sure, {one.answered} asked",
                }
                for one in verdict.skills
            ],
            "next": verdict.next_step,
            "review": review_view(self._test.review(), self._judges),
            "again": "Take the test again",
        }

    def _do(self, message: dict[str, Any]) -> None:
        question = self._test.current
        match message:
            case {"do": "answer", "question": asked, "answer": given} if question and asked == question.id:
                entry = self._test.answer(question.answer_from_input(given))
            case {"do": "restart"} if question is None:
                entry = Entry(EntryKind.RESTARTED)
            case _:
                return
        self._store.record(self._deck, entry)
        self._test.note(entry)


def test(bank: str, count: int = 10) -> TestCard:  # noqa: PT028 - what a learner calls, no test of ours
    """The test of one of the course's banks."""
    return TestCard(bank_of_open_lesson(bank), count=count)


test.__test__ = False  # type: ignore[attr-defined]
