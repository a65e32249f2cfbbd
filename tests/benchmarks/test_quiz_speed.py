"""How fast banks load and answers are graded.

`uv run pytest tests/benchmarks/test_quiz_speed.py --benchmark-only -n0`
"""

from pathlib import Path

import pytest
import yaml

from rolecall.lab.judges import CourseJudges
from rolecall.quiz import grade, load_bank
from rolecall.widgets import PracticeCard

FILE = Path(__file__).parents[1] / "quiz" / "banks" / "kinds.yaml"
BANK = load_bank(FILE)
# A command that is right is judged by its meaning alone; nothing is run.
KINDS = [question.kind for question in BANK.questions]


@pytest.mark.benchmark(group="a bank of 1,000 questions, read and checked")
def test_loading_a_thousand_questions(benchmark, tmp_path):
    document = yaml.safe_load(FILE.read_text())
    for question in document["questions"]:
        question.get("sample", {})["Version"] = "2012-10-17" if "sample" in question else None
        if "sample" not in question:
            question.pop("sample", None)
    document["questions"] = [
        {**question, "id": f"{question['id']}-{number}"}
        for number in range(112)
        for question in document["questions"]
    ][:1000]
    (tmp_path / "large.yaml").write_text(yaml.safe_dump(document, sort_keys=False))

    bank = benchmark(load_bank, tmp_path / "large.yaml")

    assert len(bank.questions) == 1000


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.benchmark(group="grading one answer")
def test_grading(benchmark, kind):
    judges = CourseJudges()
    question = BANK.questions[KINDS.index(kind)]
    answer = question.right_answer(judges)

    assert benchmark(grade, BANK, question, answer, judges).correct


@pytest.mark.benchmark(group="a card, from its making to its first view")
def test_making_a_card(benchmark, tmp_path):
    from rolecall.progress import Store

    store = Store(tmp_path / "progress.sqlite3")
    store.entries("warm")

    assert benchmark(PracticeCard, BANK, count=9, store=store).view["question"]
