from pathlib import Path

import pytest
import yaml

from rolecall.quiz import Bank, load_bank

EXAMPLE = """\
bank: fruit
title: Fruit
skills:
  colour: What colour a fruit has
misconceptions:
  all-red:
    title: Every fruit is red
    because: Bananas are not.
questions:
  - id: banana
    kind: choice
    difficulty: easy
    skill: colour
    prompt: What colour has a ripe banana?
    options:
      - text: Yellow
        correct: true
        why: Ripe ones are.
      - text: Red
        why: Cherries are.
        misconception: all-red
      - text: Blue
        why: None is.
    hint: Think of the sun.
    solution: [Picture one.]
    quick_check: Sun, lemon, banana.
    common_mistakes: [Thinking of cherries.]
"""


@pytest.fixture
def bank(tmp_path) -> Bank:
    file = tmp_path / "fruit.yaml"
    file.write_text(EXAMPLE)
    return load_bank(file)


@pytest.fixture
def large_bank() -> Bank:
    """Nine questions, three of each difficulty."""
    document = yaml.safe_load(EXAMPLE)
    first = document["questions"][0]
    document["questions"] = [
        {**first, "id": f"{difficulty}-{number}", "difficulty": difficulty}
        for number in range(3)
        for difficulty in ("hard", "easy", "medium")
    ]
    return Bank.model_validate(document)


@pytest.fixture
def write(tmp_path):
    """Writes the example with a change, and gives the file."""

    def change(old: str, new: str) -> Path:
        assert old in EXAMPLE
        file = tmp_path / "bank.yaml"
        file.write_text(EXAMPLE.replace(old, new, 1))
        return file

    return change
