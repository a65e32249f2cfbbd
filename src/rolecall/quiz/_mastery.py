"""The mastery test: ten questions of all difficulties, each chosen by what the answers so far show."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from rolecall.quiz._ability import DIFFICULTY, Estimate, Mastery, chance_of_right, estimate
from rolecall.quiz._bank import Bank
from rolecall.quiz._entries import Entry, EntryKind
from rolecall.quiz._grading import GradedAnswer
from rolecall.quiz._judges import Judges
from rolecall.quiz._session import Session
from rolecall.quiz.fields import DIFFICULTIES, Difficulty
from rolecall.quiz.kinds import Question

_AT_LEAST = 2
"""How many questions of each difficulty a test has, if the bank has them."""


@dataclass(frozen=True, slots=True)
class SkillVerdict:
    """What a test shows about one skill."""

    skill: str
    estimate: Estimate
    answered: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a test shows, and what to do next."""

    estimate: Estimate
    skills: tuple[SkillVerdict, ...]
    next_step: str


class MasteryTest(Session):
    """A test of a bank; see `Session` for the parameters. A small bank makes it shorter."""

    def __init__(
        self,
        bank: Bank,
        count: int = 10,
        entries: Iterable[Entry] = (),
        judges: Judges | None = None,
        learner: str = "",
    ) -> None:
        super().__init__(bank, min(count, len(bank.questions)), entries, judges, learner)

    def _counts(self, entry: Entry) -> bool:
        # A question may have been removed from the bank since it was answered.
        return entry.kind is EntryKind.ANSWERED and self.bank.question(entry.question) is not None

    @property
    def answered(self) -> int:
        """How many questions are answered."""
        return len(self._entries)

    @property
    def finished(self) -> bool:
        """Whether the verdict is due."""
        return self.answered >= self.count

    @property
    def current(self) -> Question | None:
        """The question to ask now; None if the test is over. The same history gives the same question."""
        if self.finished:
            return None
        asked = {entry.question for entry in self._entries}
        waiting = [question for question in self.bank.questions if question.id not in asked]
        waiting = self._fitting(waiting)
        ability = estimate(self._scored(self._entries)).ability
        chance = random.Random(f"{self.bank.name}/{self._round}/{self.answered}")
        chance.shuffle(waiting)
        skills = Counter(entry.skill for entry in self._entries)

        def worth(question: Question) -> tuple[float, int]:
            right = chance_of_right(ability, DIFFICULTY[question.difficulty])
            # An answer says most about the ability (Fisher information) if right and wrong are equally
            # likely; among such questions, the skill that was asked least comes first.
            return round(right * (1 - right), 3), -skills[question.skill]

        return self._variant(max(waiting, key=worth))

    def _fitting(self, waiting: list[Question]) -> list[Question]:
        """Leave out questions that would leave no room for two of each difficulty."""
        asked = Counter(self._difficulty(entry) for entry in self._entries)
        available = Counter(question.difficulty for question in waiting)
        missing = {one: min(max(0, _AT_LEAST - asked[one]), available[one]) for one in DIFFICULTIES}
        if sum(missing.values()) < self.count - self.answered:
            return waiting
        return [question for question in waiting if missing[question.difficulty] > 0]

    def _difficulty(self, entry: Entry) -> Difficulty:
        question = self.bank.question(entry.question)
        return question.difficulty if question else "medium"

    def _scored(self, entries: Iterable[Entry]) -> list[tuple[float, float]]:
        return [(DIFFICULTY[self._difficulty(entry)], entry.score) for entry in entries]

    def answer(self, text: str) -> Entry:
        """Return the entry for an answer to the current question; it counts once it is noted.

        Raises
        ------
        ValueError
            If this isn't an answer to the question, or if the test is over.
        """
        if self.current is None:
            raise ValueError("the test is over")
        return self._graded_entry(self.current, text)

    def review(self) -> list[tuple[Question, GradedAnswer | None]]:
        """Return each question that was asked, in the variant that was asked, with its grade."""
        questions = [self.bank.question(entry.question) for entry in self._entries]
        asked = [self._variant(question) for question in questions if question]
        return [(question, self.last_grade(question)) for question in asked]

    def verdict(self) -> Verdict:
        """Return what the answers show, in total and for each skill, and the next step."""
        skills = []
        for skill in self.bank.skills:
            entries = [entry for entry in self._entries if entry.skill == skill]
            if entries:
                skills.append(SkillVerdict(skill, estimate(self._scored(entries)), len(entries)))
        whole = estimate(self._scored(self._entries))
        return Verdict(whole, tuple(skills), self._next_step(whole, skills))

    def _next_step(self, whole: Estimate, skills: list[SkillVerdict]) -> str:
        if not skills:
            return "Answer a question."
        weakest = min(skills, key=lambda one: one.estimate.ability)
        name = self.bank.skills[weakest.skill]
        if whole.mastery is Mastery.STRONG:
            return f"Go on to the next lesson. To review one skill first, choose: {name}."
        if whole.mastery is Mastery.NEARLY:
            return f"Practice this skill, then take the test again: {name}."
        return f"Work through the lesson again. Start with: {name}."
