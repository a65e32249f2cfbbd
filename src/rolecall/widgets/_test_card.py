"""The test card: questions without hints, and a verdict at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from rolecall.presentation.dashboard import LEAST_ANSWERS, WORDS
from rolecall.presentation.question_card import asked_view, review_view
from rolecall.progress import Store
from rolecall.quiz import (
    Bank,
    Entry,
    EntryKind,
    Judges,
    MasteryTest,
    SkillVerdict,
)
from rolecall.widgets._bank_card import BankCard, open_bank


class TestCard(BankCard):
    """Questions from easy to hard, without hints; feedback and a verdict at the end.

    Parameters
    ----------
    bank
        The bank that the questions come from.
    count
        How many questions the test has.
    store
        The store; by default the learner's.
    judges
        What answers the questions that a bank asks of AWS; by default the course's sandbox.
    """

    __test__ = False

    def __init__(
        self, bank: Bank, *, count: int = 10, store: Store | None = None, judges: Judges | None = None
    ) -> None:
        self._count = count
        super().__init__(bank, f"test/{bank.name}/{count}", store, judges)

    def _resume(self, entries: list[Entry]) -> None:
        self._test = MasteryTest(self.bank, self._count, entries, self._judges, learner=self._store.learner)

    def _view(self) -> Mapping[str, Any]:
        test = self._test
        question = test.current
        if question is None:
            return {"mode": "test", "title": self.bank.title, "statuses": [], "result": self._result()}
        return {
            "mode": "test",
            "title": self.bank.title,
            "question": asked_view(self.bank, question, test.answered, test.count),
            "statuses": ["solved-unseen"] * test.answered + ["open"] * (test.count - test.answered),
            "summary": f"{test.answered} of {test.count} answered.",
        }

    def _result(self) -> dict[str, Any]:
        verdict = self._test.verdict()
        estimate = verdict.estimate
        sign, _, words = WORDS[estimate.mastery].partition(" ")
        reviewed = list(self._test.review())
        right = Counter(question.skill for question, last in reviewed if last is not None and last.correct)
        return {
            "sign": sign,
            "verdict": f"{right.total()} of {len(reviewed)}: {words}",
            "certainty": f"This verdict is {estimate.confidence:.0%} certain.",
            "summary": "",
            "skills": [
                {
                    "skill": self.bank.skills[one.skill],
                    "verdict": _in_words(one),
                    "right": right[one.skill],
                    "answered": one.answered,
                }
                for one in verdict.skills
            ],
            "next": verdict.next_step,
            "review": review_view(self._test.review(), self._judges),
            "restart": "Take the test again",
        }

    def _handle(self, message: dict[str, Any]) -> None:
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


def _in_words(skill: SkillVerdict) -> str:
    if skill.answered < LEAST_ANSWERS:
        return "too few answers yet"
    return WORDS[skill.estimate.mastery]


def test(bank: str, count: int = 10) -> TestCard:  # noqa: PT028 - a learner calls this; pytest doesn't
    """Take the test of one of the course's banks.

    Parameters
    ----------
    bank
        The bank's name.
    count
        How many questions the test has.

    Raises
    ------
    NoCourse
        If the course has no such bank.
    """
    return TestCard(open_bank(bank), count=count)


test.__test__ = False  # type: ignore[attr-defined]
