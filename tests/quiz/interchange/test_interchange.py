"""Banks in other formats: what an import restores, and that everything else is listed as a loss."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from rolecall.quiz import Bank, load_bank
from rolecall.quiz.interchange import FORMATS, Unreadable, export_bank, import_bank
from rolecall.quiz.kinds import OptionsQuestion

BOTH_WAYS = [name for name, one in FORMATS.items() if one.read and one.write]
FILES = Path(__file__).parent / "files"
COURSE = Path(__file__).parents[3] / "quizzes" / "assume-role.yaml"
KINDS = Path(__file__).parents[1] / "banks" / "kinds.yaml"

LOSSES = {
    "id": "id",
    "difficulty": "difficulty",
    "skill": "skill",
    "hint": "hint",
    "solution": "solution",
    "quick_check": "quick check",
    "common_mistakes": "common mistakes",
    "references": "references",
    "proof": "proof",
    "claims": "why no call can prove",
    "tokens": "pieces to drag",
    "unit": "the unit",
    "units": "units other",
    "extras": "extra answer",
    "tolerance": "the tolerance",
}
"""By field, words of the loss."""


def read(name: str, form: str):
    return import_bank((FILES / name).read_bytes(), form, "imported")


def questions(imported) -> dict:
    return {one.id: one for one in imported.bank.questions}


def losses_of(imported, name: str) -> list[str]:
    return [loss.what for loss in imported.losses if loss.question == name]


@pytest.mark.parametrize("file", [KINDS, COURSE], ids=["kinds", "course"])
@pytest.mark.parametrize("form", BOTH_WAYS)
def test_every_field_is_restored_or_listed_as_a_loss(file, form):
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
        for field, value in _in_shown_order(before).model_dump().items():
            if not _alike(after.model_dump()[field], value) and not _is_listed(field, value, after, lost):
                pytest.fail(f"{form}, {before.id}: {field} was lost and not listed; the losses are {lost}")


def _in_shown_order(question):
    """Exports don't say which options the author wrote first: that is often the right one."""
    if isinstance(question, OptionsQuestion):
        return question.model_copy(update={"options": question.shown_options()})
    return question


def _alike(one, other) -> bool:
    """Whether two values are the same Markdown: a star may be written with a backslash before it."""
    return one == other or json.dumps(one).replace(r"\\*", "*") == json.dumps(other).replace(r"\\*", "*")


def _is_listed(field: str, before, after, lost: list[str]) -> bool:
    if field in LOSSES:
        return any(LOSSES[field] in what for what in lost)
    now = after.model_dump()[field]
    if field == "options" and [_bare(one) for one in before] == [_bare(one) for one in now]:
        return any("misconception" in what or "the earlier texts" in what for what in lost)
    if field in ("pairs", "items"):
        same = [{**one, "why": ""} for one in before] == [{**one, "why": ""} for one in now]
        return same and any("why each part" in what for what in lost)
    if field == "wrong":
        return any("misconception" in what or "the feedback on" in what for what in lost)
    if field == "text":
        return [text for text, _ in _pieces(before)] == [text for text, _ in _pieces(now)]
    if field == "blanks":
        same = [one["accept"] for one in before.values()] == [one["accept"] for one in now.values()]
        whys = [_whys(one) for one in before.values()] == [_whys(one) for one in now.values()]
        return same and (whys or any("misconception" in what or "why each blank" in what for what in lost))
    if field == "why":
        return any("the feedback on" in what for what in lost)
    if field == "prompt":
        return before.strip() == now.strip() or any(
            "the unit" in what or "units other" in what for what in lost
        )
    return False


def _bare(option: dict) -> dict:
    return {key: value for key, value in option.items() if key not in ("misconception", "was")}


def _whys(blank: dict) -> dict:
    """What a blank says about its answers. Other formats neither name blanks nor leave their case to a default."""
    return {key: value for key, value in blank.items() if key != "match_case"}


def _pieces(text: str) -> list[tuple[str, str]]:
    parts = text.replace("]]", "[[").split("[[")
    return list(zip(parts[::2], parts[1::2], strict=False))


def test_a_spreadsheet_keeps_every_field_of_a_question():
    bank = load_bank(KINDS)

    back = import_bank(export_bank(bank, "csv")[0], "csv", "kinds").bank

    assert back.questions == [_in_shown_order(one) for one in bank.questions]


@pytest.mark.parametrize("form", [name for name, one in FORMATS.items() if one.write])
def test_the_same_bank_gives_the_same_bytes(form):
    assert export_bank(load_bank(KINDS), form) == export_bank(load_bank(KINDS), form)


def test_an_imported_bank_loads_from_its_file(tmp_path, cli):
    assert (
        cli("bank", "import", str(FILES / "moodle.xml"), "--from", "moodle", "-o", str(tmp_path / "m.yaml"))
        == 0
    )

    assert len(load_bank(tmp_path / "m.yaml").questions) == 7


@pytest.mark.parametrize("form", ["moodle", "gift"])
def test_the_common_mistakes_have_a_heading(form):
    content, _ = export_bank(load_bank(KINDS), form)

    assert "**Common mistakes.**" in content.decode()


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
            "a picture or a file that its text shows",
            "the 50 % for 'The account number'; it counts as wrong",
            "a further hint: The third one.",
            "the tag 'week 3'",
            "the feedback on every answer (correctfeedback): Well done.",
        ],
    )
    def test_what_a_bank_cannot_represent_is_listed(self, what):
        assert what in losses_of(read("moodle.xml", "moodle"), "Session token")

    def test_an_essay_is_listed(self):
        assert losses_of(read("moodle.xml", "moodle"), "Explain") == [
            "the whole question: there is no kind of question like 'essay'"
        ]

    def test_an_answer_with_half_the_mark_is_listed(self):
        assert "the answer AssumeRole with 50 %: Nearly" in losses_of(
            read("moodle.xml", "moodle"), "Statement"
        )

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

        assert drag.grade('{"b1": "role", "b2": "user"}').score == 1
        assert drag.tokens == ["role", "policy", "user"]


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

    def test_what_a_bank_cannot_represent_is_listed(self):
        imported = read("questions.gift", "gift")

        assert losses_of(imported, "Explain") == ["the whole question: it is an essay or a description"]
        assert "the feedback on any other number: Not that" in losses_of(imported, "Unsigned")
        assert losses_of(imported, "Several") == ["the answer 16 with 50 %: Nearly"]


class TestJupyterquiz:
    def test_every_kind_is_read(self):
        one, two, three, four = read("jupyterquiz.json", "jupyterquiz").bank.questions

        assert one.grade('["A session token", "An expiration"]').score == 1
        assert two.prompt == "What does this print?\n\n```python\nprint('AS' + 'IA')\n```"
        assert [option.text for option in two.options] == ["ASIA", "`'AS' + 'IA'`"]
        assert three.grade("60").remarks[0].why == "Those are minutes."
        assert four.grade('{"answer": "sts"}').score == 1

    def test_what_a_bank_cannot_represent_is_listed(self):
        imported = read("jupyterquiz.json", "jupyterquiz")

        assert "answer_cols" in losses_of(imported, "question 1")
        assert losses_of(imported, "question 5") == [
            "the whole question: there is no kind of question like 'stars'"
        ]
        assert "the feedback on any other number: Try again." in losses_of(imported, "question 3")


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

    def test_an_item_with_a_drawing_is_rejected(self):
        item = (FILES / "choice.qti.xml").read_text().replace("choiceInteraction", "drawingInteraction")

        with pytest.raises(Unreadable, match="there is no kind of question like drawingInteraction"):
            import_bank(item.encode(), "qti", "x")


@pytest.mark.parametrize(
    ("form", "content", "says"),
    [
        ("moodle", b"<quiz><question>", "line 1: it is not XML"),
        ("moodle", b"<html/>", "this is a web page"),
        ("gift", b"\xff\xf0", "not text in UTF-8"),
        ("gift", b"Nothing here", "there are no answers in { }"),
        ("jupyterquiz", b"{", "it is not JSON"),
        ("jupyterquiz", b'{"question": 1}', "is a list of questions"),
        ("qti", b"PK\x03\x04", "the archive can't be opened"),
        ("csv", b"a,b\n1,2\n", "no line names the columns"),
    ],
)
def test_a_file_in_another_format_is_reported(form, content, says):
    with pytest.raises(Unreadable, match=says):
        import_bank(content, form, "x")


def test_a_package_with_very_large_files_is_rejected():
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

    imported = import_bank(attack.encode(), "moodle", "x").bank.model_dump_json()

    assert "the secret" not in imported


def test_two_questions_with_one_name_get_two_ids():
    twice = json.loads((FILES / "jupyterquiz.json").read_text())[:1] * 2

    bank: Bank = import_bank(json.dumps(twice).encode(), "jupyterquiz", "x").bank

    assert [one.id for one in bank.questions] == ["question-1", "question-2"]


def test_qti_compares_an_order_with_the_right_one_and_adds_the_marks_of_what_is_mapped():
    """A mapping gives marks for parts; without one, `map_response` gives none.

    https://www.imsglobal.org/question/qtiv2p1/imsqti_infov2p1.html (standard response processing templates)
    """
    content, _ = export_bank(load_bank(KINDS), "qti")

    with zipfile.ZipFile(io.BytesIO(content)) as package:
        items = {
            name: package.read(name).decode() for name in package.namelist() if name.startswith("items/")
        }
    assert all(
        ("<mapping" in item) == ("map_response" in item) for item in items.values() if "template=" in item
    )
    assert "rptemplates/match_correct" in items["items/in-order.xml"]
