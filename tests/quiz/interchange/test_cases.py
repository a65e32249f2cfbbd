"""Small files that once gave a wrong key, a traceback, or a silent loss."""

import json
from pathlib import Path

import pytest

from rolecall.quiz import load_bank
from rolecall.quiz.interchange import Unreadable, export_bank, import_bank

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


def imported(name: str, form: str):
    return import_bank((CASES / name).read_bytes(), form, "imported")


def only(name: str, form: str):
    (question,) = imported(name, form).bank.questions
    return question


def losses(name: str, form: str) -> str:
    return "\n".join(map(str, imported(name, form).losses))


def score(question, text: str) -> float:
    return question.grade(json.dumps(dict.fromkeys(question.blanks, text))).score


LOST = [
    ("gift-comma-number.gift", "gift", "x, line 1: the whole question: '3,14' isn't a number in GIFT"),
    ("gift-numbad.gift", "gift", "n, line 1: the whole question: no number is right"),
    ("gift-numbad.gift", "gift", "m, line 3: the whole question: '3.1 5' isn't a number in GIFT"),
    ("gift-numbad.gift", "gift", "k, line 5: the whole question: '1%' isn't a number in GIFT"),
    ("gift-two-gaps.gift", "gift", "A, line 1: the whole question: it has a second block of answers"),
    ("gift-latin1.gift", "gift", "UTF-8"),
    (
        "moodle-comma-number.xml",
        "moodle",
        "bad, line 1: the whole question: '0,1' isn't a number in Moodle",
    ),
    ("jq-value-bool.json", "jupyterquiz", "question 1: the whole question: true isn't a number"),
    ("jq-latin1.json", "jupyterquiz", "line 1: it is not text in UTF-8; save it as UTF-8"),
    ("qti-template-nan.xml", "qti", "a template (templateProcessing) draws its numbers"),
    ("qti-missing-href.zip", "qti", "a.xml: the whole question: the package doesn't contain this file"),
    ("csv-extra.csv", "csv", "q, line 2: the whole question: its row has more cells than the first line"),
    ("csv-latin1.csv", "csv", "line 2: it is not text in UTF-8; save it as UTF-8"),
    ("mbackup.xml", "moodle", "this is a backup of a Moodle course"),
    ("aiken.txt", "gift", "this is in the format Aiken; import it with --from aiken"),
    ("text2qti.txt", "gift", "this is in the format text2qti; import it with --from text2qti"),
    ("blackboard.txt", "gift", "this is a Blackboard test"),
    ("anki.csv", "csv", "this is an Anki export"),
]


@pytest.mark.parametrize(("name", "form", "reason"), LOST)
def test_what_cannot_be_read_is_reported_with_its_place_and_cause(name, form, reason):
    with pytest.raises(Unreadable) as raised:
        imported(name, form)

    assert reason in str(raised.value)


REPORTED = [
    ("moodle-usecase.xml", "moodle", "cap: the wildcard * in the answer '*Paris*'"),
    ("moodle-usecase.xml", "moodle", "cap: the weight of 2 points"),
    ("moodle-usecase.xml", "moodle", "w: the -25 % for 'B'"),
    ("moodle-usecase.xml", "moodle", "two right single, line 18: the whole question"),
    ("moodle-usecase.xml", "moodle", "none 100 single, line 21: the whole question"),
    ("moodle-cloze.xml", "moodle", "cl1, line 4: the whole question: no blank is like its part NUMERICAL"),
    (
        "moodle-cloze.xml",
        "moodle",
        "cl2, line 5: the whole question: no blank is like its part MULTIRESPONSE",
    ),
    ("moodle-cloze.xml", "moodle", "mc-plain: a picture or a file"),
    ("qti-2entries-float.xml", "qti", "f2: the mark of 0.5 for 'Yrk'"),
    ("qti-hide.xml", "qti", "hide: the feedback on answers other than A: You have not chosen A."),
    ("qti-hide.xml", "qti", "hide: the feedback within the text: The answer is A."),
    ("qti-hide.xml", "qti", "hide: the place of a fixed choice, which becomes last: true"),
    ("qti-stimulus.xml", "qti", "stim: a picture or a file that its text shows"),
    ("qti-stimulus.xml", "qti", "stim: the content of <object>"),
    ("qti-stimulus.xml", "qti", r"stim: the form of a formula, which becomes LaTeX: $\frac{x}{y}$"),
]


@pytest.mark.parametrize(("name", "form", "loss"), REPORTED)
def test_a_loss_is_reported_with_the_question(name, form, loss):
    assert loss in losses(name, form)


NUMBERS = [
    ("gift-boundary.gift", "gift", ["0.2", "0.4"], ["0.19", "0.41"]),
    ("jq-fraction.json", "jupyterquiz", ["2/3"], ["0.5", "0.67"]),
    ("jq-bom.json", "jupyterquiz", ["1"], ["2"]),
    ("jq-range-overlap.json", "jupyterquiz", ["3", "4", "9", "10"], ["-500", "0", "2.99", "8", "10.01"]),
    ("jq-utf16.json", "jupyterquiz", ["1"], ["2"]),
    ("csv-numeric.csv", "csv", ["3"], ["0"]),
    ("qti-tolerance.xml", "qti", ["4.136", "3.9292", "4.3428"], ["3.929", "4.343"]),
]


@pytest.mark.parametrize(("name", "form", "right", "wrong"), NUMBERS)
def test_the_key_of_a_number_is_the_files(name, form, right, wrong):
    question = only(name, form)

    assert [question.grade(one).score for one in right] == [1] * len(right)
    assert [question.grade(one).score for one in wrong] == [0] * len(wrong)


OPTIONS = [
    ("gift-html.gift", "gift", {"10²": True, "102": False}),
    ("gift-comment.gift", "gift", {"a": True, "b": False}),
    ("qti-less-than.xml", "qti", {"<b>": True, "use <i>text</i> here": False, "a<b and c>d": False}),
    ("qti-sup.xml", "qti", {"10²": True, "102": False}),
    ("csv-semicolon.csv", "csv", {"a": True, "b": False}),
]


@pytest.mark.parametrize(("name", "form", "options"), OPTIONS)
def test_options_and_their_key_are_the_files(name, form, options):
    assert {one.text: one.correct for one in only(name, form).options} == options


def test_words_of_other_languages_say_which_option_is_right():
    _, german = imported("csv-bool.csv", "csv").bank.questions

    assert {one.text: one.correct for one in german.options} == {"x": True, "y": False}


def test_capitals_do_not_count_in_a_short_answer_of_gift():
    assert score(only("case-insensitive.gift", "gift"), "No one") == 1


def test_the_case_of_a_short_answer_is_as_moodle_says():
    capital = imported("moodle-usecase.xml", "moodle").bank.questions[0]
    typed = imported("moodle-cloze.xml", "moodle").bank.question("sa-html")

    assert score(capital, "PARIS") == 1
    assert [score(typed, text) for text in ("List<int>", "*args", "a_b  c")] == [1, 1, 1]
    assert score(typed, "list<int>") == 0


def test_two_entries_of_qti_are_graded_by_their_mappings():
    question = only("qti-2entries-float.xml", "qti")

    assert question.grade(json.dumps({"b1": "4", "b2": "york"})).score == 1
    assert question.grade(json.dumps({"b1": "4.0", "b2": "Yrk"})).score == 0.5


def test_options_of_moodle_keep_their_text():
    question = imported("moodle-cloze.xml", "moodle").bank.question("mc-plain")

    assert [one.text for one in question.options][:3] == ["a<b", "List<int>", "10²"]
    assert question.options[3].text == "```\ndef f():\n    return 1\n```"


def test_feedback_of_qti_that_is_hidden_or_in_the_text_is_not_shown():
    question = only("qti-hide.xml", "qti")

    assert question.prompt == "Which?"
    assert {one.why for one in question.options} == {"TODO"}


def test_a_fixed_choice_of_qti_stays_last():
    question = only("qti-hide.xml", "qti")

    assert {one.text: one.last for one in question.options} == {"right": False, "none of the above": True}


def test_code_of_several_lines_stays_a_block():
    question = imported("jq-code.json", "jupyterquiz").bank.questions[0]

    assert question.options[0].text == "```python\nfor i in x:\n    print(`i`)\n```"


def test_a_category_of_moodle_becomes_a_skill():
    assert set(imported("moodle-cloze.xml", "moodle").bank.skills) == {"chapter-1"}


GIFT = [
    (b"::q::x{~%50%a ~%30%b ~c}", {"a": True, "b": True, "c": False}, "the 30 % for 'b'"),
    (b"::q::x{=%50%a =b ~c}", {"a": False, "b": True, "c": False}, "the 50 % for 'a'"),
    (b"::q::[html]x <img src=a.png>{T}", {"True": True, "False": False}, "a picture or a file"),
]


@pytest.mark.parametrize(("text", "key", "loss"), GIFT)
def test_shares_and_pictures_of_gift_are_reported(text, key, loss):
    found = import_bank(text, "gift", "x")
    (question,) = found.bank.questions

    assert {one.text: one.correct for one in question.options} == key
    assert loss in "\n".join(map(str, found.losses))


def test_backslashes_of_a_formula_stay():
    (question,) = import_bank(rb"::q::\(x\) is C\:{T}", "gift", "x").bank.questions

    assert question.prompt == r"\(x\) is C:"
