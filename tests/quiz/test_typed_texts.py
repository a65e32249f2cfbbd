"""What learners type: numbers with units, and texts with characters that nobody sees."""

import json

import pytest

from rolecall.quiz.kinds import question_of

FIELDS = {
    "id": "q",
    "difficulty": "easy",
    "skill": "s",
    "prompt": "p",
    "hint": "h",
    "solution": ["s"],
    "quick_check": "q",
    "common_mistakes": ["c"],
}


def number(**fields):
    return question_of({**FIELDS, "kind": "numeric", "why": "w", **fields})


def text_score(accepted: str, given: str) -> float:
    blank = {"accept": [accepted], "why": "w"}
    question = question_of({**FIELDS, "kind": "blanks", "text": "[[a]]", "blanks": {"a": blank}})
    return question.grade(json.dumps({"a": given})).score


@pytest.mark.parametrize(
    ("typed", "score"), [("8 MB", 1), ("8", 1), ("64 Mb", 1), ("8 Mb", 0), ("64 MB", 0)]
)
def test_capitals_of_units_count_where_units_differ_only_in_them(typed, score):
    assert number(answer=8, unit="MB", units={"Mb": 0.125}).grade(typed).score == score


def test_a_unit_that_could_be_two_units_is_refused():
    with pytest.raises(ValueError, match="use one of MB, Mb"):
        number(answer=8, unit="MB", units={"Mb": 0.125}).grade("8 mb")


@pytest.mark.parametrize(("unit", "typed"), [("ms", "5 m"), ("m", "5 ms")])
def test_a_unit_of_one_letter_has_no_plural(unit, typed):
    with pytest.raises(ValueError, match="isn't a unit here"):
        number(answer=5, unit=unit).grade(typed)


@pytest.mark.parametrize(
    ("unit", "typed"),
    [
        ("hours", "5 hour"),
        ("hour", "5 Hours"),
        ("min", "5 mins."),
        ("\N{MICRO SIGN}s", "5 \N{GREEK SMALL LETTER MU}s"),
    ],
)
def test_spellings_of_a_unit_are_understood(unit, typed):
    assert number(answer=5, unit=unit).grade(typed).score == 1


@pytest.mark.parametrize(
    "typed",
    [
        "\N{NON-BREAKING HYPHEN}1000",
        "\N{SMALL HYPHEN-MINUS}1000",
        "-1\N{FIGURE SPACE}000",
        "\N{ZERO WIDTH SPACE}-1000",
        "-1000\N{LEFT-TO-RIGHT MARK}",
    ],
)
def test_characters_of_copied_numbers_are_understood(typed):
    assert number(answer=-1000).grade(typed).score == 1


@pytest.mark.parametrize(
    ("accepted", "given"),
    [
        ("trust policy", "\N{ZERO WIDTH SPACE}trust\N{NARROW NO-BREAK SPACE}policy"),
        ("trust policy", "trust  policy"),
        ("--query", "\N{EM DASH}query"),
        ("us-east-1", "us\N{NON-BREAKING HYPHEN}east\N{HYPHEN}1"),
        ('say "hi"', "say \N{DOUBLE LOW-9 QUOTATION MARK}hi\N{LEFT DOUBLE QUOTATION MARK}"),
    ],
)
def test_characters_of_copied_texts_do_not_count(accepted, given):
    assert text_score(accepted, given) == 1


def test_each_of_several_right_numbers_has_its_own_tolerance_and_reason():
    question = number(
        answer=3, also_right=[{"value": 9.5, "tolerance": 0.5, "why": "The other root."}], tolerance=0
    )

    assert [question.grade(typed).score for typed in ("3", "9", "10", "3.5", "10.1")] == [1, 1, 1, 0, 0]
    assert question.grade("9").remarks[0].why == "The other root."
    assert question.grade("3").remarks[0].why == "w"


def test_a_wrong_number_that_is_also_right_is_a_problem():
    question = number(answer=3, also_right=[{"value": 9}], wrong=[{"value": 9, "why": "x"}])

    assert [where for where, _ in question.problems()] == [("wrong", 0, "value")]
