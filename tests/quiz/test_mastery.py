"""The ten-question test: what is asked, and what the answers show."""

import random

import pytest
import yaml

from rolecall.quiz import Bank, Entry, EntryKind, Mastery, MasteryTest, estimate


@pytest.fixture
def bank() -> Bank:
    """Forty-five questions: fifteen of each difficulty, of three skills."""
    template = """
    id: "{0}"
    kind: choice
    difficulty: {1}
    skill: skill-{2}
    prompt: p
    options: [{{text: Yes, correct: true, why: w}}, {{text: No, why: w}}]
    hint: h
    solution: [s]
    quick_check: q
    common_mistakes: [m]
    """.replace("Yes", "'Yes'").replace("No", "'No'")
    questions = [
        yaml.safe_load(template.format(f"{word}-{number}", word, number % 3))
        for word in ("easy", "medium", "hard")
        for number in range(15)
    ]
    skills = {f"skill-{number}": f"Skill {number}" for number in range(3)}
    return Bank.model_validate({"bank": "b", "title": "t", "skills": skills, "questions": questions})


def take(test: MasteryTest, rightly) -> list[str]:
    """Takes the test; the difficulty of each question in turn."""
    asked = []
    while (question := test.current) is not None:
        asked.append(question.difficulty)
        test.note(test.answer("Yes" if rightly(question) else "No"))
    return asked


def test_it_asks_ten_different_questions_of_every_difficulty(bank):
    test = MasteryTest(bank)

    asked = take(test, lambda question: random.Random(question.id).random() < 0.5)

    assert len(asked) == 10
    assert len({question.id for question, _ in test.review()}) == 10
    assert all(asked.count(word) >= 2 for word in ("easy", "medium", "hard"))


def test_right_answers_make_it_harder_and_wrong_ones_easier(bank):
    able, beginner = (
        take(MasteryTest(bank), lambda question, right=right: right) for right in (True, False)
    )

    assert able.count("hard") > able.count("easy")
    assert beginner.count("easy") > beginner.count("hard")


@pytest.mark.parametrize(
    ("solves", "verdict"),
    [(("easy", "medium", "hard"), Mastery.STRONG), ((), Mastery.NOT_YET)],
)
def test_the_verdict_follows_the_answers(bank, solves, verdict):
    test = MasteryTest(bank)
    take(test, lambda question: question.difficulty in solves)

    assert test.verdict().estimate.mastery is verdict
    assert test.verdict().estimate.confidence > 0.6


def test_the_weakest_skill_is_the_next_step(bank):
    test = MasteryTest(bank)
    take(test, lambda question: question.skill != "skill-1")

    verdict = test.verdict()

    assert "Skill 1" in verdict.next_step
    assert min(verdict.skills, key=lambda one: one.estimate.ability).skill == "skill-1"


def test_the_same_answers_ask_the_same_questions_after_a_restart_of_the_kernel(bank):
    test = MasteryTest(bank)
    entries = []
    for _ in range(4):
        entries.append(test.answer("Yes"))
        test.note(entries[-1])

    again = MasteryTest(bank, entries=entries)

    assert again.current == test.current
    assert again.answered == 4


def test_another_round_asks_others(bank):
    first = MasteryTest(bank)
    second = MasteryTest(bank, entries=[Entry(EntryKind.RESTARTED)])
    take(first, lambda question: True)
    take(second, lambda question: True)

    assert {one.id for one, _ in first.review()} != {one.id for one, _ in second.review()}


def test_after_the_end_nothing_can_be_answered(bank):
    test = MasteryTest(bank)
    take(test, lambda question: True)

    with pytest.raises(ValueError, match="over"):
        test.answer("Yes")


def test_more_right_answers_never_lower_the_estimate():
    # Law: the estimate grows with every score.
    for seed in range(50):
        chance = random.Random(seed)
        answers = [(chance.uniform(-2, 2), chance.random() * 0.9) for _ in range(10)]
        place = chance.randrange(10)
        better = list(answers)
        better[place] = (answers[place][0], answers[place][1] + 0.1)

        assert estimate(better).ability > estimate(answers).ability
