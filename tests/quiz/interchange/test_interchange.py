"""Banks in other formats: what comes back, and that everything else is told."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from rolecall.quiz import Bank, load_bank
from rolecall.quiz.interchange import FORMATS, Unreadable, export_bank, import_bank

FILES = Path(__file__).parent / "files"
COURSE = Path(__file__).parents[3] / "quizzes" / "assume-role.yaml"
KINDS = Path(__file__).parents[1] / "banks" / "kinds.yaml"

TOLD = {
    "id": "id",
    "difficulty": "difficulty",
    "skill": "skill",
    "hint": "hint",
    "solution": "solution",
    "quick_check": "quick check",
    "common_mistakes": "common mistakes",
    "references": "references",
    "proof": "proof",
    "tokens": "pieces to drag",
    "unit": "numbers are in",
    "units": "other units",
    "extras": "extra answer",
    "tolerance": "the tolerance",
}
"""By field, words of what is told where it does not come back."""


def read(name: str, form: str):
    return import_bank((FILES / name).read_bytes(), form, "imported")


def questions(imported) -> dict:
    return {one.id: one for one in imported.bank.questions}


def told(imported, name: str) -> list[str]:
    return [loss.what for loss in imported.losses if loss.question == name]


@pytest.mark.parametrize("file", [KINDS, COURSE], ids=["kinds", "course"])
@pytest.mark.parametrize("form", FORMATS)
def test_what_does_not_come_back_is_told(file, form):
    bank = load_bank(file)

    content, losses = export_bank(bank, form)
    back = import_bank(content, form, bank.name).bank

    for before in bank.questions:
        lost = [loss.what for loss in losses if loss.question == before.id]
        if any("whole question" in what for what in lost):
            continue
        after = back.question(before.id) or next(
            one for one in back.questions if one.prompt.startswith(before.prompt)
        )
        for field, value in before.model_dump().items():
            if not _alike(after.model_dump()[field], value) and not _told(field, value, after, lost):
                pytest.fail(f"{form}, {before.id}: {field} was lost and not told; told was {lost}")


def _alike(one, other) -> bool:
    """Whether two values are the same Markdown: a star may be written with a backslash before it."""
    return one == other or json.dumps(one).replace(r"\\*", "*") == json.dumps(other).replace(r"\\*", "*")


def _told(field: str, before, after, lost: list[str]) -> bool:
    if field in TOLD:
        return any(TOLD[field] in what for what in lost)
    now = after.model_dump()[field]
    if field == "options" and [_bare(one) for one in before] == [_bare(one) for one in now]:
        return any("misconception" in what for what in lost)
    if field in ("pairs", "items"):
        same = [{**one, "why": ""} for one in before] == [{**one, "why": ""} for one in now]
        return same and any("why each part" in what for what in lost)
    if field == "wrong":
        return any("misconception" in what or "what is said" in what for what in lost)
    if field == "text":
        return [text for text, _ in _pieces(before)] == [text for text, _ in _pieces(now)]
    if field == "blanks":
        same = [one["accept"] for one in before.values()] == [one["accept"] for one in now.values()]
        return same and any("misconception" in what or "why each blank" in what for what in lost)
    if field == "why":
        return any("what is said" in what for what in lost)
    if field == "prompt":
        return before.strip() == now.strip() or any(
            "numbers are in" in what or "other units" in what for what in lost
        )
    return False


def _bare(option: dict) -> dict:
    return {key: value for key, value in option.items() if key != "misconception"}


def _pieces(text: str) -> list[tuple[str, str]]:
    parts = text.replace("]]", "[[").split("[[")
    return list(zip(parts[::2], parts[1::2], strict=False))


def test_a_spreadsheet_carries_every_question_whole():
    bank = load_bank(KINDS)

    back = import_bank(export_bank(bank, "csv")[0], "csv", "kinds").bank

    assert back.questions == bank.questions


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_bank_gives_the_same_bytes(form):
    assert export_bank(load_bank(KINDS), form) == export_bank(load_bank(KINDS), form)


def test_an_imported_bank_loads_from_its_file(tmp_path, cli):
    assert (
        cli("bank", "import", str(FILES / "moodle.xml"), "--from", "moodle", "-o", str(tmp_path / "m.yaml"))
        == 0
    )

    assert len(load_bank(tmp_path / "m.yaml").questions) == 7


class TestMoodle:
    def test_every_kind_is_read(self):
        read_ = questions(read("moodle.xml", "moodle"))

        assert {name: one.kind for name, one in read_.items()} == {
            "session-token": "choice",
            "root": "choice",
            "prefix": "blanks",
            "default": "numeric",
            "pairs": "match",
            "statement": "blanks",
            "drag": "blanks",
        }

    def test_html_becomes_markdown(self):
        token = questions(read("moodle.xml", "moodle"))["session-token"]

        assert token.prompt.startswith("What must go with a **temporary** key?")
        assert token.right.why == "Without it `InvalidClientTokenId` comes back."
        assert (token.difficulty, token.hint, token.solution) == (
            "easy",
            "Three values.",
            ["See the *guide*."],
        )

    @pytest.mark.parametrize(
        "what",
        [
            "a picture or file that its text shows",
            "the 50 % for 'The account number'; it is read as wrong",
            "a further hint: The third one.",
            "the tag 'week 3'",
            "what is said to any answer (correctfeedback): Well done.",
        ],
    )
    def test_what_a_bank_has_not_is_told(self, what):
        assert what in told(read("moodle.xml", "moodle"), "Session token")

    def test_an_essay_is_told_as_left_out(self):
        assert told(read("moodle.xml", "moodle"), "Explain") == [
            "the whole question: there is no kind like 'essay'"
        ]

    def test_an_answer_that_is_half_right_is_told(self):
        assert "the answer AssumeRole with 50 %: Nearly" in told(read("moodle.xml", "moodle"), "Statement")

    def test_units_are_read_by_their_multiplier(self):
        default = questions(read("moodle.xml", "moodle"))["default"]

        assert default.grade("3600 seconds").score == 1
        assert default.grade("59 minutes").score == 1
        assert default.grade("15").remarks[0].why == "The least."

    def test_a_cloze_text_is_answered(self):
        statement = questions(read("moodle.xml", "moodle"))["statement"]

        assert statement.text == "The action is [[b1]] and the effect [[b2]]."
        assert statement.grade('{"b1": "sts:AssumeRole", "b2": "Allow"}').score == 1
        assert statement.tokens == ["Deny"]

    def test_words_to_drag_are_answered(self):
        drag = questions(read("moodle.xml", "moodle"))["drag"]

        assert drag.grade('{"b1": "role", "b3": "user"}').score == 1
        assert drag.tokens == ["policy"]


class TestGift:
    def test_every_kind_is_read(self):
        read_ = questions(read("questions.gift", "gift"))

        assert {name: one.kind for name, one in read_.items()} == {
            "token": "choice",
            "principals": "multi",
            "root": "choice",
            "default": "numeric",
            "range": "numeric",
            "unsigned": "numeric",
            "several": "numeric",
            "prefix": "blanks",
            "pairs": "match",
            "missing": "choice",
            "question-12": "choice",
        }

    def test_feedback_and_right_answers_are_read(self):
        read_ = questions(read("questions.gift", "gift"))

        assert read_["token"].prompt == "What must go with a **temporary** key?"
        assert read_["token"].right.text == "The session token"
        assert [one.why for one in read_["root"].options] == ["AssumeRole refuses it.", "So it is."]
        assert read_["root"].right.text == "False"
        assert read_["root"].solution == ["Sign in as a user instead."]
        assert read_["default"].grade("61").score == 1
        assert read_["range"].grade("12").score == 1
        assert read_["range"].grade("13").score == 0
        assert read_["several"].grade("60").remarks[0].why == "That is the default"
        assert read_["missing"].prompt == "A role is _____ for a while."
        assert read_["question-12"].prompt == "A role has a policy of its own: who may {come in}."

    def test_what_a_bank_has_not_is_told(self):
        imported = read("questions.gift", "gift")

        assert told(imported, "Explain") == ["the whole question: it is an essay or a description"]
        assert "what is said to any other number: Not that" in told(imported, "Unsigned")
        assert told(imported, "Several") == ["the answer 16:0 with 50 %: Nearly"]


class TestJupyterquiz:
    def test_every_kind_is_read(self):
        one, two, three, four = read("jupyterquiz.json", "jupyterquiz").bank.questions

        assert one.grade('["A session token", "An expiration"]').score == 1
        assert two.prompt == "What does this print?\n\n```python\nprint('AS' + 'IA')\n```"
        assert [option.text for option in two.options] == ["ASIA", "`'AS' + 'IA'`"]
        assert three.grade("60").remarks[0].why == "Those are minutes."
        assert four.grade('{"answer": "sts"}').score == 1

    def test_what_a_bank_has_not_is_told(self):
        imported = read("jupyterquiz.json", "jupyterquiz")

        assert "answer_cols" in told(imported, "question 1")
        assert told(imported, "question 5") == ["the whole question: there is no kind like 'stars'"]
        assert "what is said to any other number: Try again." in told(imported, "question 3")


class TestQti:
    def test_a_single_item_is_read(self):
        (token,) = read("choice.qti.xml", "qti").bank.questions

        assert token.id == "sessiontoken"
        assert token.prompt == "A key has been *handed out*.\n\nWhat must go with it?"
        assert [(one.text, one.correct, one.why) for one in token.options] == [
            ("The session token", True, "So it is."),
            ("A password", False, "TODO"),
        ]

    def test_a_package_names_each_item_in_its_manifest(self):
        content, _ = export_bank(load_bank(KINDS), "qti")

        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            items = {name for name in archive.namelist() if name.startswith("items/")}
            manifest = archive.read("imsmanifest.xml").decode()

        assert len(items) == 6
        assert all(f'href="{name}"' in manifest for name in items)

    def test_an_item_that_draws_is_told_as_left_out(self):
        item = (FILES / "choice.qti.xml").read_text().replace("choiceInteraction", "drawingInteraction")

        with pytest.raises(Unreadable, match="there is no kind like drawingInteraction"):
            import_bank(item.encode(), "qti", "x")


@pytest.mark.parametrize(
    ("form", "content", "says"),
    [
        ("moodle", b"<quiz><question>", "line 1: it is no XML"),
        ("moodle", b"<html/>", "its outermost element is <html>"),
        ("gift", b"\xff\xfe", "no text in UTF-8"),
        ("gift", b"Nothing here", "there are no answers in { }"),
        ("jupyterquiz", b"{", "it is no JSON"),
        ("jupyterquiz", b'{"question": 1}', "is a list of questions"),
        ("qti", b"PK\x03\x04", "the archive cannot be opened"),
        ("csv", b"a,b\n1,2\n", "names no columns kind and prompt"),
    ],
)
def test_a_file_of_another_kind_is_told(form, content, says):
    with pytest.raises(Unreadable, match=says):
        import_bank(content, form, "x")


def test_a_package_that_unpacks_to_very_much_is_not_read():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("imsmanifest.xml", b" " * 60_000_000)

    with pytest.raises(Unreadable, match="more than 50,000,000 bytes"):
        import_bank(packed.getvalue(), "qti", "x")


def test_an_entity_in_a_file_is_not_replaced(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    attack = (
        (FILES / "moodle.xml")
        .read_text()
        .replace("<quiz>", f'<!DOCTYPE quiz [<!ENTITY x SYSTEM "file://{secret}">]>\n<quiz>', 1)
    )
    attack = attack.replace("Three values.", "&x;")

    assert "the secret" not in import_bank(attack.encode(), "moodle", "x").bank.model_dump_json()


def test_two_questions_of_one_name_get_two_ids():
    twice = json.loads((FILES / "jupyterquiz.json").read_text())[:1] * 2

    bank: Bank = import_bank(json.dumps(twice).encode(), "jupyterquiz", "x").bank

    assert [one.id for one in bank.questions] == ["question-1", "question-2"]
