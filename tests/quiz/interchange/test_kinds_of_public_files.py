"""Small inputs of the kinds that public quiz files have, each with its key or the reason why it isn't read."""

import json

import pytest
from click.testing import CliRunner

from rolecall.cli import main
from rolecall.quiz import load_bank
from rolecall.quiz.interchange import Unreadable, import_bank

ITEM = (
    '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i" title="T">'
    '<responseDeclaration identifier="R" cardinality="{cardinality}" baseType="{base}">{key}</responseDeclaration>'
    '<outcomeDeclaration identifier="POINTS" cardinality="single" baseType="float"/>'
    "<itemBody>{body}</itemBody>"
    "<responseProcessing><responseCondition><responseIf>{test}"
    '<setOutcomeValue identifier="POINTS"><sum><variable identifier="POINTS"/>'
    '<baseValue baseType="float">2</baseValue></sum></setOutcomeValue>'
    "</responseIf></responseCondition></responseProcessing></assessmentItem>"
)
RESPONSE = '<variable identifier="R"/>'
ENTRY = '<p>A circle\n    has <textEntryInteraction responseIdentifier="R"/> cm.</p>'
CHOICES = (
    '<choiceInteraction responseIdentifier="R" maxChoices="0"><prompt>P</prompt>'
    '<simpleChoice identifier="A">a</simpleChoice><simpleChoice identifier="B">b</simpleChoice>'
    '<simpleChoice identifier="C">c</simpleChoice></choiceInteraction>'
)


def read(text: str, form: str):
    (question,) = import_bank(text.encode(), form, "small").bank.questions
    return question


def refusal(text: str, form: str) -> str:
    with pytest.raises(Unreadable) as raised:
        import_bank(text.encode(), form, "small")
    return str(raised.value)


def value(text: object, base: str = "float") -> str:
    return f'<baseValue baseType="{base}">{text}</baseValue>'


def between(low: float, high: float, key: str = "") -> str:
    test = f"<and><gte>{RESPONSE}{value(low)}</gte><gte>{value(high)}{RESPONSE}</gte></and>"
    key = key and f"<correctResponse><value>{key}</value></correctResponse>"
    return ITEM.format(cardinality="single", base="float", key=key, body=ENTRY, test=test)


def member(name: str) -> str:
    return f"<member>{value(name, 'identifier')}{RESPONSE}</member>"


class TestRulesOfQti:
    def test_a_range_in_the_rules_is_the_key(self):
        question = read(between(12.5, 12.7), "qti")

        assert [question.grade(text).score for text in ("12.5", "12.7", "12.71")] == [1, 1, 0]

    def test_an_answer_that_is_not_the_middle_of_its_range_is_listed(self):
        losses = import_bank(between(3.1, 3.2, "3.14").encode(), "qti", "small").losses

        assert "i: the answer 3.14; here the middle of the range, 3.15, is shown" in map(str, losses)

    def test_an_answer_outside_of_its_range_is_refused(self):
        assert "disagree on what is right" in refusal(between(3.1, 3.2, "4"), "qti")

    def test_members_of_a_response_are_the_key_whatever_the_score_is_called(self):
        test = f"<and>{member('A')}{member('C')}<not>{member('B')}</not></and>"
        text = ITEM.format(cardinality="multiple", base="identifier", key="", body=CHOICES, test=test)

        assert [one.text for one in read(text, "qti").options if one.correct] == ["a", "c"]

    def test_one_of_several_members_is_refused(self):
        test = f"<or>{member('A')}{member('C')}</or>"
        text = ITEM.format(cardinality="multiple", base="identifier", key="", body=CHOICES, test=test)

        assert "one of several answers is enough" in refusal(text, "qti")

    def test_a_smaller_mark_instead_of_the_full_one_is_no_part_of_the_key(self):
        second = f"</responseIf><responseElse><responseCondition><responseIf>{member('B')}"
        text = ITEM.format(
            cardinality="multiple", base="identifier", key="", body=CHOICES, test=member("A")
        )
        mark = '<setOutcomeValue identifier="POINTS"><baseValue baseType="float">1</baseValue></setOutcomeValue>'
        end = "</responseIf></responseCondition></responseElse>"
        text = text.replace("</responseIf>", second + mark + end, 1)

        assert [one.text for one in read(text, "qti").options if one.correct] == ["a"]

    def test_a_text_that_a_rule_compares_is_the_key(self):
        test = f'<stringMatch caseSensitive="false">{RESPONSE}{value("two", "string")}</stringMatch>'
        question = read(
            ITEM.format(cardinality="single", base="string", key="", body=ENTRY, test=test), "qti"
        )

        assert question.grade('{"b1": "Two"}').score == 1
        assert question.text == "A circle has [[b1]] cm."


def qti12(presentation: str, conditions: str) -> str:
    return (
        f'<questestinterop><item title="q"><presentation>{presentation}</presentation>'
        f"<resprocessing>{conditions}</resprocessing></item></questestinterop>"
    )


def condition(test: str, points: int, action: str = "Add") -> str:
    return (
        f"<respcondition><conditionvar>{test}</conditionvar>"
        f'<setvar action="{action}">{points}</setvar></respcondition>'
    )


def equal(response: str, text: str) -> str:
    return f'<varequal respident="{response}" case="Yes">{text}</varequal>'


class TestQti12:
    def test_a_number_in_a_range_is_read_and_points_that_are_subtracted_are_not_its_key(self):
        between = '<vargte respident="N">1.5</vargte><varlte respident="N">2.5</varlte>'
        question = read(
            qti12(
                "<material><mattext>How many?</mattext></material>"
                '<response_num ident="N"><render_fib fibtype="Decimal"><response_label ident="A"/></render_fib>'
                "</response_num>",
                condition(between, 1) + condition(f"<not><and>{between}</and></not>", 1, "Subtract"),
            ),
            "qti",
        )

        assert [question.grade(text).score for text in ("1.5", "2.5", "3")] == [1, 1, 0]

    def test_texts_between_the_parts_of_a_text_are_blanks(self):
        gap = '<response_str ident="{}"><render_fib><response_label ident="A"/></render_fib></response_str>'
        question = read(
            qti12(
                f"<material><mattext>A role has a </mattext></material>{gap.format('F1')}"
                f"<material><mattext> policy and a </mattext></material>{gap.format('F2')}",
                condition(equal("F1", "trust") + equal("F2", "name"), 2),
            ),
            "qti",
        )

        assert question.text == "A role has a [[b1]] policy and a [[b2]]"
        assert question.grade('{"b1": "trust", "b2": "name"}').score == 1

    def test_a_question_within_its_field_and_the_help_are_read(self):
        question = read(
            qti12(
                '<response_str ident="F"><render_fib><material><mattext>Which letter?</mattext></material>'
                '<response_label ident="A"/></render_fib></response_str>',
                condition(equal("F", "S"), 1),
            ).replace("</item>", "<hint><hintmaterial><mattext>H</mattext></hintmaterial></hint></item>"),
            "qti",
        )

        assert (question.prompt, question.hint) == ("Which letter?", "H")


def test_an_option_without_a_text_is_named():
    options = '<simpleChoice identifier="A"><object data="a.png"/></simpleChoice>' * 2
    key = "<correctResponse><value>A</value></correctResponse>"
    body = f'<choiceInteraction responseIdentifier="R">{options}</choiceInteraction>'
    text = ITEM.format(cardinality="single", base="identifier", key=key, body=body, test="<null/>")

    assert "has no text; a bank can't have a picture there" in refusal(text, "qti")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            '<assessmentTest xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1"/>',
            "a test of QTI 2.1 without its items",
        ),
        (
            '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"/>',
            "the manifest of a package; import the package",
        ),
    ],
)
def test_a_part_of_a_package_is_named(text, what):
    assert what in refusal(text, "qti")


def test_one_word_for_two_places_is_read():
    box = "<dragbox><text>role</text><group>1</group></dragbox>"
    text = "A [[1]] isn't a user; a [[1]] has no password, and no [[2]]."
    question = read(
        '<quiz><question type="ddwtos"><name><text>q</text></name><questiontext format="html"><text>'
        f"{text}</text></questiontext>{box}{box.replace('role', 'key')}</question></quiz>",
        "moodle",
    )

    assert question.grade('{"b1": "role", "b2": "role", "b3": "key"}').score == 1


def test_two_right_numbers_are_both_right():
    question = read("::q::x² = 4 {# =2 =-2}", "gift")

    assert [question.grade(typed).score for typed in ("2", "-2", "0")] == [1, 1, 0]


def test_a_number_and_a_range_around_it_are_the_range():
    question = read("::q::About 3 {# =3:0 =3:1}", "gift")

    assert [question.grade(text).score for text in ("2", "4", "4.1")] == [1, 1, 0]


def test_pairs_of_jupyterquiz_with_left_and_right_are_read():
    pairs = [{"left": "a", "right": "1"}, {"left": "b", "right": "2"}]
    question = read(json.dumps([{"type": "matching", "question": "Q", "pairs": pairs}]), "jupyterquiz")

    assert [(pair.left, pair.right) for pair in question.pairs] == [("a", "1"), ("b", "2")]


def test_a_picture_is_replaced_by_what_it_shows():
    text = (
        '::q::![A role](a/role.png "R") ![](data:image/png;base64,x) ![Web](https://example.com/a.png) {T}'
    )
    question = read("// x\n" + text.replace(":", "\\:").replace("\\:\\:", "::", 2), "gift")

    assert question.prompt == ("(picture: A role) (picture: embedded) ![Web](https://example.com/a.png)")


def test_an_option_about_the_others_stays_last():
    question = read("::q::Which? {=one ~two ~None of these.}", "gift")

    assert [option.last for option in question.options] == [False, False, True]


def test_a_punctuation_mark_after_the_answers_is_no_text_around_a_gap():
    assert read("::q::Two plus two? {#4}.", "gift").prompt == "Two plus two?"
    assert read("::q::Two plus two equals {=four =4}.", "gift").text == "Two plus two equals [[answer]]."


def test_a_formula_with_a_line_break_keeps_its_underscores():
    text = "<p>\\(x_{1} +\n y_{1}*z_{2}*w\\)</p>"
    answers = (
        '<answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer>'
    )
    question = read(
        '<quiz><question type="truefalse"><name><text>q</text></name><questiontext format="html"><text>'
        f"<![CDATA[{text}]]></text></questiontext>{answers}</question></quiz>",
        "moodle",
    )

    assert question.prompt == "\\(x_{1} +\n y_{1}*z_{2}*w\\)"


def test_a_rule_about_the_total_is_no_range_of_a_number():
    total = f'<gte><variable identifier="TOTAL"/>{value(5)}</gte>'
    key = "<correctResponse><value>3</value></correctResponse>"
    question = read(ITEM.format(cardinality="single", base="float", key=key, body=ENTRY, test=total), "qti")

    assert question.grade("3").score == 1


def test_an_imported_bank_has_the_name_of_the_new_file(tmp_path):
    (tmp_path / "download.gift").write_text("::q::The sun rises in the east.{T}")
    new = tmp_path / "sun.yaml"

    ran = CliRunner().invoke(main, ["bank", "import", str(tmp_path / "download.gift"), "-o", str(new)])

    assert ran.exit_code == 0
    assert load_bank(new).name == "sun"


def test_a_missing_folder_of_the_new_file_is_named(tmp_path):
    (tmp_path / "download.gift").write_text("::q::The sun rises in the east.{T}")

    target = tmp_path / "none" / "sun.yaml"
    ran = CliRunner().invoke(main, ["bank", "import", str(tmp_path / "download.gift"), "-o", str(target)])

    assert (ran.exit_code, "doesn't exist; create it" in ran.output) == (2, True)
