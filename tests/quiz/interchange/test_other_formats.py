"""Formats that people have: what is read of them, and what is reported."""

import io
import json
from pathlib import Path

import openpyxl
import pytest

from rolecall.quiz import load_bank
from rolecall.quiz.interchange import FORMATS, Unreadable, detect_format, export_bank, import_bank

FILES = Path(__file__).parent / "files"
KINDS = Path(__file__).parents[1] / "banks" / "kinds.yaml"


def read(name: str, form: str):
    return import_bank((FILES / name).read_bytes(), form, "imported")


def losses(imported) -> list[str]:
    return [str(loss) for loss in imported.losses if "to write, because" not in loss.what]


def key(question) -> list[str]:
    return [option.text for option in question.options if option.correct]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("questions.aiken.txt", "aiken"),
        ("questions.text2qti.txt", "text2qti"),
        ("exam.md", "markdown"),
        ("canvas.xml", "qti"),
        ("choice.qti.xml", "qti"),
        ("choice.qti3.xml", "qti"),
        ("moodle.xml", "moodle"),
        ("questions.gift", "gift"),
        ("jupyterquiz.json", "jupyterquiz"),
    ],
)
def test_the_format_of_a_file_is_recognized(name, form):
    assert detect_format(name, (FILES / name).read_bytes()) == form


def test_an_aiken_file_is_read():
    imported = read("questions.aiken.txt", "aiken")

    first, second = imported.bank.questions
    assert (first.prompt, key(first)) == (
        "Which credentials are temporary?",
        ["The access keys of a role session"],
    )
    assert second.prompt == "Which statement decides\nwhen another one allows the request?"
    assert [option.text for option in second.options] == [
        "An explicit deny",
        "A second allow,\nin another policy",
    ]
    assert losses(imported) == ["question 3, line 14: the whole question: two options have the letter A"]


def test_a_text2qti_file_is_read():
    imported = read("questions.text2qti.txt", "text2qti")

    session, principals, duration, hours, action = imported.bank.questions
    assert session.prompt == "Which credentials are temporary?\nChoose one."
    assert (key(session), session.right.why) == (["A session's keys"], "They end with the session.")
    assert session.solution == ["Sessions end."]
    assert key(principals) == ["A user", "A role session"]
    assert [duration.grade(text).score for text in ("3599", "3601", "3602")] == [1, 1, 0]
    assert [hours.grade(text).score for text in ("1", "12", "13")] == [1, 1, 0]
    assert action.grade(json.dumps({"answer": "sts:assumerole"})).score == 1
    assert "Session: its 2 points" in losses(imported)
    assert any("there is no kind of question like an essay" in loss for loss in losses(imported))


def test_an_exam_in_markdown_is_read():
    imported = read("exam.md", "markdown")

    stores, principals, allows, temporary, *_ = imported.bank.questions
    assert (stores.prompt, key(stores)) == ("Which service stores objects?", ["Amazon S3"])
    assert stores.solution == ["S3 stores objects. A. is for servers."]
    assert (principals.kind, key(principals)) == ("multi", ["A user", "A role session"])
    assert '```json\n{"Effect": "Allow"}\n```' in allows.prompt
    assert key(allows) == ["Nothing without an action."]
    assert (temporary.prompt, key(temporary)) == ("Which is temporary?", ["A role session"])


def test_an_exam_in_markdown_is_read_in_the_forms_that_people_write():
    questions = read("exam.md", "markdown").bank.questions[4:]

    assert [(one.prompt, key(one)) for one in questions] == [
        ("To let an instance read a bucket, you attach:", ["A role through an instance profile"]),
        ("Which command shows who you are?", ["aws sts get-caller-identity"]),
        ("Which session ends?", ["Every session"]),
        ("Which of these has a trust policy?", ["A role, which is assumed"]),
        ("Which part denies?", ["The deny"]),
    ]
    assert questions[1].options[0].why == "It lists the users of the account."
    assert questions[4].solution == ["A deny overrides an allow, so C. is no answer."]


@pytest.mark.parametrize(
    "table",
    [
        "Question,Option A,Option B,Option C,Answer,Explanation\nWhich?,one,two,three,B,Because.\n",
        "Question;Answer 1;Answer 2;Answer 3;Time limit;Correct\nWhich?;one;two;three;20;2\n",
        "question\ta\tb\tc\tcorrect answer\nWhich?\tone\ttwo\tthree\tTwo\n",
    ],
    ids=["letters", "Kahoot", "texts"],
)
def test_a_plain_table_is_read(table):
    (question,) = import_bank(table.encode(), "csv", "table").bank.questions

    assert (question.prompt, key(question)) == ("Which?", ["two"])


def test_a_plain_table_with_several_right_options_is_read():
    table = 'question,a,b,c,key\nWhich?,one,two,three,"A, C"\n'

    (question,) = import_bank(table.encode(), "csv", "table").bank.questions

    assert (question.kind, key(question)) == ("multi", ["one", "three"])


def test_a_key_that_no_option_has_is_reported_with_its_line():
    table = "question,a,b,key\nWhich?,one,two,A\nWho?,one,two,E\n"

    imported = import_bank(table.encode(), "csv", "table")

    assert losses(imported) == [
        "question 2, line 3: the whole question: its key 'E' is neither the text of an option nor its letter"
        " or number"
    ]


def test_a_key_that_has_two_meanings_is_reported():
    table = "question,answer 1,answer 2,answer 3,correct\nHow many?,3,1,2,1\nHow few?,1,2,3,2\n"

    imported = import_bank(table.encode(), "csv", "table")

    assert losses(imported) == [
        "question 1, line 2: the whole question: its key '1' is the text of one option and the letter or"
        " number of another"
    ]
    assert [key(question) for question in imported.bank.questions] == [["2"]]


KAHOOT = (
    "Question - max 120 characters",
    *(f"Answer {number} - max 75 characters" for number in (1, 2, 3, 4)),
    "Time limit (sec) – 5, 10, 20, 30, 60, 90, 120, or 240 secs",
    "Correct answer(s) - choose at least one",
)
"""The columns of Kahoot's template, in its eighth row (support.kahoot.com, "import questions from a spreadsheet")."""


def test_kahoots_workbook_is_read():
    workbook = openpyxl.Workbook()
    rows = [["Quiz template"], [], ["Add questions below."], [], [], [], [], ["", *KAHOOT]]
    rows.append([1, "Which prefix has a session's key?", "AKIA", "ASIA", None, None, 20, 2])
    rows.append([2, "Which are principals?", "A role session", "A policy", "A user", "A tag", 30, "1,3"])
    rows.extend([number] for number in range(3, 100))
    for row in rows:
        workbook.active.append(row)
    file = io.BytesIO()
    workbook.save(file)

    imported = import_bank(file.getvalue(), detect_format("Team quiz.xlsx", file.getvalue()), "team-quiz")

    assert [(one.kind, key(one)) for one in imported.bank.questions] == [
        ("choice", ["ASIA"]),
        ("multi", ["A role session", "A user"]),
    ]
    assert losses(imported) == [f"the column {KAHOOT[5]!r}"]


def test_a_workbook_without_questions_says_which_columns_it_needs():
    file = io.BytesIO()
    openpyxl.Workbook().save(file)

    with pytest.raises(Unreadable, match="no sheet has a row with the columns question, answer 1"):
        import_bank(file.getvalue(), "xlsx", "empty")


class TestCanvas:
    def test_every_kind_is_read(self):
        temporary, principals, duration, match, blanks = read("canvas.xml", "qti").bank.questions

        assert temporary.prompt == "Which credentials are **temporary**?"
        assert [(one.text, one.correct, one.why) for one in temporary.options] == [
            ("A user's keys <b>", False, "They stay."),
            ("A session's *keys*", True, "TODO"),
        ]
        assert key(principals) == ["A user", "A role session"]
        assert [duration.grade(text).score for text in ("3599", "3601", "3602")] == [1, 1, 0]
        assert {pair.left: pair.right for pair in match.pairs} == {
            "A user's key": "AKIA",
            "A session's key": "ASIA",
        }
        assert match.extras == ["AROA"]
        assert blanks.text == "[[b1]] calls [[b2]]."
        assert blanks.grade(json.dumps({"b1": "The user", "b2": "assumerole"})).score == 1

    def test_what_a_bank_cannot_represent_is_listed(self):
        listed = losses(read("canvas.xml", "qti"))

        assert "question 1: its 2.0 points" in listed
        assert "question 1: the feedback on every answer (correct_fb): Well done." in listed
        assert any("there is no kind of question like an essay" in one for one in listed)


def test_an_item_of_qti_3_is_read():
    (question,) = read("choice.qti3.xml", "qti").bank.questions

    assert question.prompt == "Look at the role.\n\nWho may assume it?"
    assert key(question) == ["Dana"]


def test_an_item_of_a_draft_of_qti_3_with_names_of_version_2_is_read():
    draft = (FILES / "choice.qti3.xml").read_text().replace("qti-assessment-item", "assessmentItem")

    (question,) = import_bank(draft.encode(), "qti", "draft").bank.questions

    assert key(question) == ["Dana"]


def test_choices_within_a_text_become_blanks():
    (question,) = read("inline.qti.xml", "qti").bank.questions

    assert question.text == "Call [[b1]] for a [[b2]]."
    assert question.grade(json.dumps({"b1": "AssumeRole", "b2": "role"})).score == 1
    assert question.tokens == ["GetUser"]


def test_words_to_drag_into_gaps_become_blanks():
    (question,) = read("gaps.qti.xml", "qti").bank.questions

    assert question.text == "Now is the [[b1]] of our discontent made glorious [[b2]]."
    assert question.grade(json.dumps({"b1": "winter", "b2": "summer"})).score == 1
    assert question.display(None, due=False)["tokens"] == ["spring", "summer", "winter"]


def test_words_to_choose_in_a_text_become_options():
    (question,) = read("hottext.qti.xml", "qti").bank.questions

    assert question.prompt == "Which word is wrong?\n\nA role has a trust policy and a password."
    assert key(question) == ["password"]


def test_pairs_of_jupyterquiz_are_read():
    content = [
        {
            "type": "match",
            "question": "Match.",
            "pairs": [{"label": "a", "answer": "1"}, {"label": "b", "answer": "2"}],
            "options": ["1", "2", "3"],
        }
    ]

    (question,) = import_bank(json.dumps(content).encode(), "jupyterquiz", "x").bank.questions

    assert {pair.left: pair.right for pair in question.pairs} == {"a": "1", "b": "2"}
    assert question.extras == ["3"]


def test_a_page_to_print_has_every_question_and_no_key():
    content, _ = export_bank(load_bank(KINDS), "html")

    page = content.decode()
    assert page.count("<section>") == len(load_bank(KINDS).questions)
    assert "Only principals assume roles." not in page


def test_a_page_to_print_with_key_ends_with_the_answers():
    content, _ = export_bank(load_bank(KINDS), "html-with-key")

    _, answers = content.decode().split('<h1 class="key">Answers</h1>')
    assert "A trust policy" in answers
    assert "Only principals assume roles." in answers


def test_a_question_may_have_more_than_eight_options():
    table = "question," + ",".join(f"option {n}" for n in range(1, 13)) + ",answer\n"
    table += "Which?," + ",".join(f"text {n}" for n in range(1, 13)) + ",12\n"

    (question,) = import_bank(table.encode(), "csv", "table").bank.questions

    assert (len(question.options), key(question)) == (12, ["text 12"])


def test_the_documentation_lists_every_format():
    page = (Path(__file__).parents[3] / "docs" / "reference" / "interchange.md").read_text()

    assert [name for name in FORMATS if f"`{name}`" not in page] == []
