"""Small files that once gave a wrong key, a traceback, or a silent loss."""

from pathlib import Path

import pytest

from rolecall.quiz import load_bank
from rolecall.quiz.interchange import export_bank

CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize("form", ["jupyterquiz", "moodle", "gift", "csv"])
def test_a_large_number_is_exported_with_all_its_digits(form):
    content, _ = export_bank(load_bank(CASES / "numeric-seven-digits.yaml"), form)

    assert b"5368709120" in content
    assert b"5.36871e+09" not in content


def test_a_large_number_is_its_own_right_answer():
    (question,) = load_bank(CASES / "numeric-seven-digits.yaml").questions

    assert question.right_answer() == "5368709120 bytes"
    assert question.grade(question.right_answer()).score == 1
