"""The test: ten questions across easy, medium and hard; each next one by what the answers so far show."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from rolecall.quiz._ability import DIFFICULTY, Estimate, Mastery, chance_of_right, estimate
from rolecall.quiz._bank import Bank
from rolecall.quiz._grading import Grade, grade
from rolecall.quiz._judges import Judges
from rolecall.quiz._kinds import Question
from rolecall.quiz._practice import Entry, EntryKind
from rolecall.quiz._variants import variant

_AT_LEAST = 2
"""Questions of each difficulty, where the bank has them."""


@dataclass(frozen=True, slots=True)
class SkillVerdict:
    """What a test says of one skill."""

    skill: str
    estimate: Estimate
    answered: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a test says, and what to do next."""

    estimate: Estimate
    skills: tuple[SkillVerdict, ...]
    next_step: str


class Test:
    """A test of a bank, from what was answered so far.

    Parameters
    ----------
    count
        How many questions it has; fewer where the bank has fewer.
    entries
        What the learner did in this test before, the oldest first.
    """

    __test__ = False

    def __init__(
        self,
        bank: Bank,
        count: int = 10,
        entries: Iterable[Entry] = (),
        judges: Judges | None = None,
    ) -> None:
        self.bank = bank
        self.judges = judges
        self.count = min(count, len(bank.questions))
        self._round = 0
        self._answers: list[Entry] = []
        for entry in entries:
            self.note(entry)

    def note(self, entry: Entry) -> None:
        """Takes in what was done; an answer to a question that the bank has no more counts for nothing."""
        if entry.kind is EntryKind.RESTARTED:
            self._answers.clear()
            self._round += 1
        elif entry.kind is EntryKind.ANSWERED and self.bank.question(entry.question) is not None:
            self._answers.append(entry)

    @property
    def answered(self) -> int:
        """How many questions are answered."""
        return len(self._answers)

    @property
    def finished(self) -> bool:
        """Whether the verdict is due."""
        return self.answered >= self.count

    @property
    def current(self) -> Question | None:
        """The question that is asked now; None when the test is over. The same history asks the same."""
        if self.finished:
            return None
        asked = {entry.question for entry in self._answers}
        waiting = [question for question in self.bank.questions if question.id not in asked]
        waiting = self._fitting(waiting)
        ability = estimate(self._scored(self._answers)).ability
        chance = random.Random(f"{self.bank.name}/{self._round}/{self.answered}")
        chance.shuffle(waiting)
        skills = Counter(entry.skill for entry in self._answers)

        def worth(question: Question) -> tuple[float, int]:
            right = chance_of_right(ability, DIFFICULTY[question.difficulty])
            # Fisher's information is greatest where right and wrong are alike; then the skill asked least.
            return round(right * (1 - right), 3), -skills[question.skill]

        return variant(max(waiting, key=worth), self._round, self.judges)

    def _fitting(self, waiting: list[Question]) -> list[Question]:
        """Leaves out what would leave no room for two questions of each difficulty."""
        have = Counter(self._difficulty(entry) for entry in self._answers)
        there = Counter(question.difficulty for question in waiting)
        owed = {
            word: min(max(0, _AT_LEAST - have[word]), there[word])  # type: ignore[index]
            for word in DIFFICULTY
        }
        if sum(owed.values()) < self.count - self.answered:
            return waiting
        return [question for question in waiting if owed[question.difficulty] > 0]

    def _difficulty(self, entry: Entry) -> str:
        question = self.bank.question(entry.question)
        return question.difficulty if question else "medium"

    def _scored(self, entries: Iterable[Entry]) -> list[tuple[float, float]]:
        return [(DIFFICULTY[self._difficulty(entry)], entry.score) for entry in entries]

    def answer(self, text: str) -> Entry:
        """The entry for an answer to the current question; it counts once it is noted.

        Raises
        ------
        ValueError
            When that is no answer to the question, or the test is over.
        """
        question = self.current
        if question is None:
            raise ValueError("the test is over")
        given = grade(self.bank, question, text, self.judges)
        return Entry(
            EntryKind.ANSWERED,
            question.id,
            text,
            given.correct,
            given.score,
            question.skill,
            given.wrong_idea or "",
        )

    def review(self) -> list[tuple[Question, Grade | None]]:
        """Each question that was asked, as it was asked, with the grade of its answer."""
        shown: list[tuple[Question, Grade | None]] = []
        for entry in self._answers:
            question = self.bank.question(entry.question)
            if question is None:
                continue
            asked = variant(question, self._round, self.judges)
            try:
                shown.append((asked, grade(self.bank, asked, entry.answer, self.judges)))
            except ValueError:
                shown.append((asked, None))
        return shown

    def verdict(self) -> Verdict:
        """What the answers show, on the whole and of each skill, and the next step."""
        skills = []
        for skill in self.bank.skills:
            entries = [entry for entry in self._answers if entry.skill == skill]
            if entries:
                skills.append(SkillVerdict(skill, estimate(self._scored(entries)), len(entries)))
        whole = estimate(self._scored(self._answers))
        return Verdict(whole, tuple(skills), self._next_step(whole, skills))

    def _next_step(self, whole: Estimate, skills: list[SkillVerdict]) -> str:
        if not skills:
            return "Answer a question."
        weakest = min(skills, key=lambda one: one.estimate.ability)
        name = self.bank.skills[weakest.skill]
        if whole.mastery is Mastery.STRONG:
            return f"Go on to the next lesson. If you like, look once more at: {name}."
        if whole.mastery is Mastery.NEARLY:
            return f"Practise this skill, then take the test again: {name}."
        return f"Go through the lesson once more, beginning with: {name}."
