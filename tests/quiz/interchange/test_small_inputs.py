"""Small inputs, each with the key, the text, or the loss that the documentation of its format requires."""

import io
import json
import re
import zipfile

import pytest

from rolecall.quiz import Bank
from rolecall.quiz.interchange import Unreadable, detect_format, export_bank, import_bank


def read(text: str | bytes, form: str):
    return import_bank(text if isinstance(text, bytes) else text.encode(), form, "small")


def only(text: str | bytes, form: str):
    (question,) = read(text, form).bank.questions
    return question


def losses(text: str, form: str) -> str:
    """Return the losses of an import, or the reason why nothing was imported."""
    try:
        return "\n".join(map(str, read(text, form).losses))
    except Unreadable as error:
        return str(error)


def key(question) -> list[str]:
    return [option.text for option in question.options if option.correct]


def options(question) -> list[str]:
    return [option.text for option in question.options]


def score(question, text: str) -> float:
    return question.grade(json.dumps(dict.fromkeys(question.blanks, text))).score


def moodle(kind: str, rest: str, text: str = "Q") -> str:
    return (
        f'<quiz><question type="{kind}"><name><text>q</text></name><questiontext format="html">'
        f"<text><![CDATA[{text}]]></text></questiontext>{rest}</question></quiz>"
    )


def answer(share: str, text: str) -> str:
    return f'<answer fraction="{share}" format="html"><text><![CDATA[{text}]]></text></answer>'


def item(declaration: str, body: str, processing: str = "") -> str:
    return (
        '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i" title="T">'
        f"{declaration}<itemBody>{body}</itemBody>{processing}</assessmentItem>"
    )


def declared(values: str, cardinality: str = "single", base: str = "identifier", mapping: str = "") -> str:
    value = "".join(f"<value>{one}</value>" for one in values.split())
    return (
        f'<responseDeclaration identifier="R" cardinality="{cardinality}" baseType="{base}">'
        f"<correctResponse>{value}</correctResponse>{mapping}</responseDeclaration>"
    )


def rules(test: str, mark: str = "1") -> str:
    return (
        f"<responseProcessing><responseCondition><responseIf>{test}"
        f'<setOutcomeValue identifier="SCORE"><baseValue baseType="float">{mark}</baseValue></setOutcomeValue>'
        "</responseIf></responseCondition></responseProcessing>"
    )


CHOICE = (
    '<choiceInteraction responseIdentifier="R" maxChoices="0"><prompt>P</prompt>'
    '<simpleChoice identifier="A">a</simpleChoice><simpleChoice identifier="B">b</simpleChoice>'
    '<simpleChoice identifier="C">c</simpleChoice></choiceInteraction>'
)
ENTRY = '<p>x <textEntryInteraction responseIdentifier="R"/></p>'
MATCH_B = '<match><variable identifier="R"/><baseValue baseType="identifier">B</baseValue></match>'
VARIABLE = '<variable identifier="R"/>'
MAPPING = (
    '<mapping defaultValue="0"><mapEntry mapKey="York" mappedValue="1"/>'
    '<mapEntry mapKey="Leeds" mappedValue="1"/></mapping>'
)
TEMPLATE = (
    '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/>'
)


class TestQti:
    def test_a_single_response_without_a_limit_is_a_choice(self):
        assert only(item(declared("A"), CHOICE), "qti").kind == "choice"

    def test_the_template_decides_whether_the_mapping_is_the_key(self):
        question = only(item(declared("York", base="string", mapping=MAPPING), ENTRY, TEMPLATE), "qti")

        assert [score(question, text) for text in ("York", "Leeds")] == [1, 0]

    def test_a_file_whose_name_has_a_space_is_found(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            resource = '<resource type="imsqti_item_xmlv2p1" href="my%20item.xml"/>'
            archive.writestr("imsmanifest.xml", f"<manifest><resources>{resource}</resources></manifest>")
            archive.writestr("my item.xml", item(declared("A"), CHOICE))

        assert key(only(packed.getvalue(), "qti")) == ["a"]

    @pytest.mark.parametrize(
        ("text", "value"),
        [("string", "{}"), ("langstring", "<langstring>{}</langstring>")],
        ids=["LOM 1.0", "IMS metadata 1.2"],
    )
    def test_both_bindings_of_metadata_give_the_skill_and_the_difficulty(self, text, value):
        lom = (
            f"<lom><general><keyword><{text}>Role trust</{text}></keyword></general><educational><difficulty>"
            f"<value>{value.format('difficult')}</value></difficulty></educational></lom>"
        )
        resource = (
            f'<resource type="imsqti_item_xmlv2p1" href="a.xml"><metadata>{lom}</metadata></resource>'
        )
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("imsmanifest.xml", f"<manifest><resources>{resource}</resources></manifest>")
            archive.writestr("a.xml", item(declared("A"), CHOICE))

        question = only(packed.getvalue(), "qti")

        assert (question.skill, question.difficulty) == ("role-trust", "hard")

    def test_a_rule_names_the_key_if_nothing_else_does(self):
        empty = '<responseDeclaration identifier="R" cardinality="single" baseType="identifier"/>'

        assert key(only(item(empty, CHOICE, rules(MATCH_B)), "qti")) == ["b"]

    def test_capitals_count_as_a_rule_says(self):
        test = f'<stringMatch caseSensitive="false">{VARIABLE}<correct identifier="R"/></stringMatch>'
        question = only(item(declared("York", base="string"), ENTRY, rules(test)), "qti")

        assert score(question, "york") == 1

    def test_the_text_after_a_gap_for_a_number_stays(self):
        body = '<p>It weighs <textEntryInteraction responseIdentifier="R"/> kg.</p>'

        assert only(item(declared("3", base="float"), body), "qti").prompt == "It weighs _____ kg."

    @pytest.mark.parametrize(
        ("text", "loss"),
        [
            (
                item(declared("A"), CHOICE, rules(MATCH_B)),
                "i: the whole question: its correct response and its",
            ),
            (item(declared("A Z", "multiple"), CHOICE), "its key names the choice Z"),
            (
                item(
                    declared("3", base="float"),
                    ENTRY,
                    rules(f'<gte>{VARIABLE}<baseValue baseType="float">2</baseValue></gte>'),
                ),
                "have no range with two ends",
            ),
            (
                item(
                    declared("3", base="float"),
                    ENTRY,
                    rules(
                        f'<equal toleranceMode="absolute" tolerance="1" includeLowerBound="false">{VARIABLE}'
                        '<correct identifier="R"/></equal>'
                    ),
                ),
                "an end of the range is wrong (includeLowerBound)",
            ),
            (
                item(
                    declared("C A", "ordered"),
                    CHOICE.replace("choiceInter", "orderInter"),
                ),
                "the item 'b', which has no place",
            ),
        ],
    )
    def test_what_a_bank_does_not_have_is_listed(self, text, loss):
        assert loss in losses(text, "qti")

    def test_code_of_several_lines_in_an_option_stays_a_block(self):
        code = CHOICE.replace(">a<", "><pre>if a:\n    b</pre><").replace(">b<", "><code>a &lt; b</code><")

        assert options(only(item(declared("A"), code), "qti"))[:2] == ["```\nif a:\n    b\n```", "`a < b`"]

    def test_each_right_number_has_the_tolerance_of_its_own_rule(self):
        test = "".join(
            f'<equal toleranceMode="absolute" tolerance="{width}">{VARIABLE}'
            f'<baseValue baseType="float">{value}</baseValue></equal>'
            for value, width in ((3, 0.5), (9, 0))
        )
        question = only(item(declared("3", base="float"), ENTRY, rules(f"<or>{test}</or>")), "qti")

        assert [question.grade(one).score for one in ("3.5", "9", "9.1", "2.4")] == [1, 1, 0, 0]

    @pytest.mark.parametrize(
        ("text", "loss"),
        [
            (
                item(
                    declared("A"),
                    CHOICE.replace("maxC", 'shuffle="false" maxC'),
                ),
                "(shuffle)",
            ),
            (
                item(
                    declared("York", base="string"),
                    ENTRY,
                    rules(f'<patternMatch pattern="Y.*">{VARIABLE}</patternMatch>'),
                ),
                "the pattern 'Y.*'",
            ),
            (
                item(
                    declared("York", base="string"),
                    ENTRY,
                    '<responseProcessing><setOutcomeValue identifier="SCORE"><mapTolResponse identifier="R" '
                    'tolerance="2"/></setOutcomeValue></responseProcessing>',
                ),
                "that an answer may be similar (mapTolResponse)",
            ),
        ],
    )
    def test_an_order_and_a_pattern_are_listed(self, text, loss):
        assert loss in losses(text, "qti")


def item12(kind: str, responses: str, scored: str, more: str = "") -> str:
    field = "<qtimetadatafield><fieldlabel>{}</fieldlabel><fieldentry>{}</fieldentry></qtimetadatafield>"
    metadata = field.format("question_type", kind) + more
    return (
        f'<questestinterop><item ident="i" title="I"><itemmetadata><qtimetadata>{metadata}</qtimetadata>'
        "</itemmetadata><presentation><material><mattext>Roses are [a] and [b].</mattext></material>"
        f"{responses}</presentation><resprocessing>{scored}</resprocessing></item></questestinterop>"
    )


def response12(ident: str, *labels: str, attributes: str = "", of_response: str = "") -> str:
    shown = "".join(
        f'<response_label ident="{label}" {attributes}><material><mattext>{label}</mattext></material>'
        "</response_label>"
        for label in labels
    )
    return (
        f'<response_lid ident="{ident}" {of_response}><material><mattext>{ident}</mattext></material>'
        f"<render_choice>{shown}</render_choice></response_lid>"
    )


def scored12(ident: str, *values: str) -> str:
    equal = "".join(f'<varequal respident="{ident}">{value}</varequal>' for value in values)
    return (
        f"<respcondition><conditionvar>{equal}</conditionvar>"
        '<setvar action="Add" varname="SCORE">50</setvar></respcondition>'
    )


class TestCanvas:
    """New Quizzes export these; the fixtures of github.com/instructure/qti show them."""

    def test_only_the_scored_answer_of_a_list_in_a_text_is_right(self):
        chosen = response12("response_a", "black", "red", attributes='answer_type="dropdown"')
        typed = response12("response_b", "blue", "azure", attributes='answer_type="openEntry"')
        scored = scored12("response_a", "red") + scored12("response_b", "blue")
        question = only(item12("fill_in_multiple_blanks_question", chosen + typed, scored), "qti")

        assert question.blanks["b1"].accept == ["red"]
        assert question.blanks["b2"].accept == ["blue", "azure"]

    def test_a_pattern_is_not_read_as_a_text(self):
        pattern = response12("response_a", "^red$", attributes='scoring_algorithm="TextRegex"')
        other = response12("response_b", "blue")
        scored = scored12("response_a", "^red$") + scored12("response_b", "blue")

        assert "blank 1 is compared with a pattern (TextRegex)" in losses(
            item12("fill_in_multiple_blanks_question", pattern + other, scored), "qti"
        )

    def test_each_item_of_a_category_is_a_pair(self):
        several = 'rcardinality="Multiple"'
        responses = "".join(
            response12(ident, "a", "b", "c", "d", of_response=several) for ident in ("X", "Y")
        )
        text = item12("categorization_question", responses, scored12("X", "a", "b") + scored12("Y", "c"))

        assert [(one.left, one.right) for one in only(text, "qti").pairs] == [
            ("a", "X"),
            ("b", "X"),
            ("c", "Y"),
        ]
        assert "the item 'd', which belongs to no category" in losses(text, "qti")

    def test_items_to_order_have_the_order_of_the_score(self):
        response = response12("o", "a", "c", "b", of_response='rcardinality="Ordered"')

        assert [
            one.text for one in only(item12("", response, scored12("o", "a", "b", "c")), "qti").items
        ] == [
            "a",
            "b",
            "c",
        ]


class TestMoodle:
    def test_a_text_whose_only_gap_is_a_number_is_a_number(self):
        question = only(moodle("cloze", "", "2 + 2 = {1:NM:=4:0.1#Yes~%50%5:0#Near}"), "moodle")

        assert (question.kind, question.prompt, question.why) == ("numeric", "2 + 2 = _____", "Yes")
        assert [question.grade(one).score for one in ("4.1", "3.9", "5")] == [1, 1, 0]

    def test_asterisks_in_a_text_to_type_are_escaped(self):
        bank = read("::q:: Which?{=s3\\:Get\\*}\n", "gift").bank
        for form in ("moodle", "gift"):
            content, _ = export_bank(bank, form)

            assert rb"Get\*" in content
            assert score(only(content, form), "s3:Get*") == 1
            assert not [one for one in import_bank(content, form, "x").losses if "wildcard" in one.what]

    @pytest.mark.parametrize(
        ("text", "form", "loss"),
        [
            ("::q:: Which?{=git *}\n", "gift", "q: the wildcard * in the answer 'git *'"),
            (moodle("cloze", "", "x {1:SA:=git *}"), "moodle", "q: the wildcard * in the answer 'git *'"),
            (
                moodle("shortanswer", answer("100", "a") + answer("100", "*")),
                "moodle",
                "any other text is right",
            ),
            (moodle("shortanswer", answer("100", "*")), "moodle", "the whole question: no text is right"),
            (
                moodle("cloze", "", "x {1:SA:=a} {2:SA:=b}"),
                "moodle",
                "the weights of its blanks, from 1 to 2",
            ),
            (
                moodle("cloze", "", "x {1:MC:=a~b} {1:MC:=c~d}"),
                "moodle",
                "which answers belong to which blank",
            ),
            (
                moodle("multichoice", answer("100", "a") + answer("-33.33333", "b")),
                "moodle",
                "the -33.3333 % for 'b'",
            ),
            (
                moodle("multichoice", answer("33,3", "a") + answer("0", "b")),
                "moodle",
                "q, line 1: the whole question: '33,3' isn't a number in Moodle XML",
            ),
        ],
    )
    def test_what_a_bank_does_not_have_is_listed(self, text, form, loss):
        assert loss in losses(text, form)

    def test_names_with_underscores_and_formulas_keep_their_characters(self):
        question = only(
            moodle("multichoice", answer("100", "__init__(self)") + answer("0", r"\(a*b*c\) of role_arn")),
            "moodle",
        )

        assert options(question) == [r"\_\_init\_\_(self)", r"\(a*b*c\) of role_arn"]

    def test_entities_of_html_and_control_characters_do_not_cost_the_file(self):
        text = moodle("truefalse", answer("100", "true") + answer("0", "false"))
        text = text.replace("<![CDATA[Q]]>", "a&nbsp;b &eacute;\x0b")

        assert only(text, "moodle").prompt.replace("\N{NO-BREAK SPACE}", " ") == "a b é"

    def test_a_file_in_another_encoding_says_how_to_save_it(self):
        with pytest.raises(Unreadable, match=r"line 1: .*; save it as UTF-8"):
            read(moodle("description", "", "é").encode("latin-1"), "moodle")


class TestGift:
    def test_a_category_is_the_skill_and_general_feedback_has_the_format_of_the_question(self):
        question = only(
            "$CATEGORY: $course$/S3/Bucket policies\n\n::q::[html]<p>x</p>{T####<p>So.</p>}", "gift"
        )

        assert (question.skill, question.solution) == ("bucket-policies", ["So."])

    def test_html_in_a_text_without_a_format_is_html(self):
        question = only("Is 10<sup>2</sup> in <i>x</i>?{=List<int> ~<b>}\n", "gift")

        assert (question.prompt, options(question)) == ("Is 10² in *x*?", ["List<int>", "<b>"])

    def test_a_question_that_is_not_valid_has_its_line(self):
        assert "a, line 3: the whole question: its range ends before" in losses(
            "x\n\n::a:: q{#5..3}", "gift"
        )

    @pytest.mark.parametrize(
        "text",
        [
            "::q:: Which?{=a [to] b -> c =d -> e}\n",
            "::q:: Which?{=x [to] y =u}\n",
            "::q:: Which?{=x [to] y}\n",
        ],
    )
    def test_an_arrow_in_an_answer_is_not_exported_as_a_pair(self, text):
        bank = read(text, "gift").bank.model_dump_json(by_alias=True).replace("[to]", "->")
        content, lost = export_bank(Bank.model_validate_json(bank), "gift")

        if b"->" in content:
            assert set(only(content, "gift").blanks["answer"].accept) == {"x -> y", "u"}
        else:
            assert "the whole question" in "".join(one.what for one in lost)


class TestJupyterquiz:
    def test_the_upper_end_of_a_range_is_exported_because_a_range_excludes_it(self):
        content, _ = export_bank(read("::q:: Q{#0.3:0.1}\n", "gift").bank, "jupyterquiz")

        assert [one.get("range") or one["value"] for one in json.loads(content)[0]["answers"]] == [
            [0.2, 0.4],
            0.4,
        ]
        assert not [one for one in import_bank(content, "jupyterquiz", "x").losses if "range" in one.what]

    def test_a_number_without_a_last_digit_is_listed(self):
        answers = [{"value": "2/3", "correct": True}]
        bank = read(
            json.dumps([{"question": "q", "type": "numeric", "answers": answers}]), "jupyterquiz"
        ).bank

        assert "the number 2/3 except its first digits" in str(export_bank(bank, "jupyterquiz")[1])

    def test_a_text_that_says_false_is_false(self):
        answers = [
            {"answer": one, "correct": right}
            for one, right in zip("abc", ("true", "false", "true"), strict=True)
        ]
        text = json.dumps([{"question": "q", "type": "many_choice", "answers": answers}])

        assert key(only(text, "jupyterquiz")) == ["a", "c"]

    def test_both_ends_of_a_range_of_thirds_are_right(self):
        ends = {"type": "range", "range": ["1/3", "2/3"], "correct": True}
        question = only(
            json.dumps([{"question": "q", "type": "numeric", "answers": [ends]}]), "jupyterquiz"
        )

        assert [question.grade(text).score for text in ("1/3", "2/3", "0.34", "0.3")] == [1, 1, 1, 0]

    @pytest.mark.parametrize(
        ("one", "loss"),
        [
            (
                {"type": "numeric", "answers": [{"range": [5], "correct": True}]},
                "its range [5] doesn't have two",
            ),
            (
                {"type": "many_choice", "answers": [{"answer": "x", "correct": "maybe"}]},
                '"correct" is "maybe"',
            ),
            (
                {
                    "type": "string",
                    "answers": [
                        {"answer": "Paris", "correct": True},
                        {"answer": "LYON", "correct": True, "match_case": True, "fuzzy_threshold": 0.8},
                    ],
                },
                "capitals count in some of its answers only",
            ),
            (
                {"type": "string", "answers": [{"answer": "a", "correct": True, "fuzzy_threshold": 0.8}]},
                "an answer may be similar",
            ),
        ],
    )
    def test_what_a_bank_does_not_have_is_listed(self, one, loss):
        assert loss in losses(json.dumps([{"question": "q", **one}]), "jupyterquiz")


class TestTexts:
    def test_a_program_in_text2qti_is_listed_and_costs_no_question(self):
        program = "```{.python .run}\nprint('1. Generated?')\n```\n"
        text = f"1. a?\n*a) x\nb) y\n\n{program}\n2. b?\n*a) x\nb) y\n"

        assert [one.prompt for one in read(text, "text2qti").bank.questions] == ["a?", "b?"]
        assert "the program in line 5, which isn't run" in losses(text, "text2qti")

    def test_an_explanation_below_a_key_of_aiken_belongs_to_its_question(self):
        text = "Q?\nA. a\nB. b\nANSWER: B\nExplanation: It is b.\nR?\nA. a\nB. b\nANSWER: A\n"
        first, second = read(text, "aiken").bank.questions

        assert (first.solution, second.prompt) == (["It is b."], "R?")

    def test_a_wrong_key_of_aiken_does_not_make_it_another_format(self):
        assert "its key names the option D" in losses("Q?\nA. a\nB. b\nANSWER: D\n", "aiken")

    def test_a_markdown_exam_can_have_ten_options(self):
        text = "1. Q?\n" + "".join(f"{letter}. {letter * 2}\n" for letter in "ABCDEFGHIJ") + "Answer: J\n"

        assert key(only(text, "markdown")) == ["JJ"]

    def test_a_statement_with_a_roman_number_is_not_an_option(self):
        question = only(
            "1. Which are true?\nI. One\nII. Two\n\nA. I only\nB. Both\nAnswer: B\n", "markdown"
        )

        assert options(question) == ["I only", "Both"]

    def test_an_option_of_aiken_without_a_space_is_an_option(self):
        question = only("Q\nA. x\nB.y\nC. z\nANSWER: B\n", "aiken")

        assert (options(question), key(question)) == (["x", "y", "z"], ["y"])

    def test_a_key_of_aiken_in_small_letters_ends_its_question(self):
        assert (
            len(read("Q\nA. x\nB. y\nAnswer: b\n\nR\nA. x\nB. y\nANSWER: A\n", "aiken").bank.questions) == 2
        )

    def test_code_of_text2qti_keeps_its_indentation(self):
        question = only(
            "1. Code:\n\n    ```python\n    if x:\n        y\n\n    z\n    ```\n*a) b\nb) c\n", "text2qti"
        )

        assert question.prompt == "Code:\n\n```python\nif x:\n    y\n\nz\n```"

    def test_code_and_superscripts_of_a_markdown_exam_stay(self):
        text = "## Question 1\nIs `List<int>` 10<sup>2</sup> if a < b and c > d?\n- a) x\n- b) y\n\nAnswer: b\n"
        question = only(text, "markdown")

        assert question.prompt == "Is `List<int>` 10² if a < b and c > d?"
        assert key(question) == ["y"]

    def test_code_below_an_option_of_a_markdown_exam_is_part_of_it(self):
        text = "## Q1\nWhat?\nA. x\nB. ```\n   y\n   ```\nC. z\n   more\n\nAnswer: (B)\n\n## Q2\nR?\n(A) x ✓\n(B) y\n"
        first, second = read(text, "markdown").bank.questions

        assert options(first) == ["x", "```\n   y\n```", "z\nmore"]
        assert (key(first), key(second)) == ([options(first)[1]], ["x"])

    def test_a_block_of_code_that_is_not_closed_costs_one_question(self):
        text = "## Question 1\n```\nA. x\n\n## Question 2\nR?\nA. x\nB. y\nAns: B\n"

        assert key(only(text, "markdown")) == ["y"]

    @pytest.mark.parametrize(
        ("text", "form", "loss"),
        [
            (
                "## Q1\nR?\nA. x\nB. y\nC. z\nAnswer: A\nAnswer: B\n",
                "markdown",
                "line 1: .* disagree on its key: A and B",
            ),
            (
                "## Q1\nR?\n- [x] A. x\n- [ ] B. y\n\nAnswer: B\n",
                "markdown",
                "disagree on its key: A and B",
            ),
            ("## Q1\nR?\n1. x\n2. y\n\nAnswer: 2\n", "markdown", "line 1: its options have no letters"),
            ("1. Q\n* a\n*b\n", "text2qti", "or one lacks the space after its sign"),
            (
                "Q\nA. x\nB. y\n\nR\nA. x\nB. y\nANSWER: A\n",
                "aiken",
                "question 1, line 1: .*it has no line ANSWER",
            ),
        ],
    )
    def test_a_question_without_a_clear_key_is_listed(self, text, form, loss):
        assert re.search(loss, losses(text, form))


class TestTables:
    @pytest.mark.parametrize(
        ("text", "right"),
        [
            ("question|option A|option B|answer\nQ?|a|b|B\n", "b"),
            ("question\toption A\toption B\tanswer\nQ?\ta\tb\tB\n".encode("utf-16"), "b"),
            ("Question,Answer 1,Answer 2,Answer 3,Answer 4,Correct answer\nQ?,a,,c,d,3\n", "c"),
            ("question,option_1,option_2,correct\nQ?,a,b,option_2\n", "b"),
            ("question,option_1,option_2,correct\nQ?,a,b,Option B\n", "b"),
        ],
    )
    def test_a_key_is_found(self, text, right):
        assert key(only(text, "csv")) == [right]

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            (
                "question,option_1,option_2,correct\nQ,a,b,0\nR,a,b,1\n",
                "question 2, line 3: .*counts the options from 0",
            ),
            (
                'question,option A,option B,answer\n"Q,a,b,B\nR,a,b,A\n',
                "line 2: a cell begins with a quote that isn't",
            ),
            ("question,option A,option B,answer\nQ\0,a,b,B\n", "line 2: it has a NUL character"),
            ("question,option A,option B,answer\nQ,a,,B\n", "names an option that is empty"),
        ],
    )
    def test_a_table_that_cannot_be_read_says_why(self, text, says):
        with pytest.raises(Unreadable, match=says):
            read(text, "csv")

    def test_a_number_without_a_reason_is_imported(self):
        assert only("id,kind,prompt,answer\na,numeric,Q,5\n", "csv").why == "TODO"

    def test_the_format_of_a_table_in_utf_16_is_recognized(self):
        assert detect_format("a.csv", "question\n".encode("utf-16")) == "csv"


def packed(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "{}")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "form", "name"),
    [
        (b"NewQuestion,MC,,,\nQuestionText,Q?\nOption,100,a\n", "csv", "D2L Brightspace"),
        (b"Type: MC\n1) Q?\na. x\n*b. y\n", "aiken", "Respondus"),
        (b"1) Q?\n*a) x\nb) y\n", "text2qti", "Respondus"),
        (b"* Q?\n+ right\n- wrong\n", "aiken", "Auto Multiple Choice"),
        (b"Question\n===\nQ?\n\nMeta-information\n===\nexsolution: 01\n", "markdown", "R/exams"),
        (b"\\begin{questions}\\question Q?", "aiken", "LaTeX"),
        (b"<problem><multiplechoiceresponse/></problem>", "moodle", "Open edX"),
        (b'<manifest xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"/>', "qti", "SCORM"),
        (b'<assessmentTest xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2"/>', "qti", "a test of QTI 2.2"),
        (b"<POOL/>", "moodle", "Blackboard"),
        (packed("h5p.json", "content/content.json"), "qti", "H5P"),
        (packed("word/document.xml"), "qti", "Word"),
        (packed("collection.anki21"), "qti", "Anki"),
        (b"\x1f\x8b\x08", "moodle", "Moodle course"),
        (b"%PDF-1.7", "aiken", "PDF"),
    ],
)
def test_a_format_that_is_not_read_is_named(content, form, name):
    with pytest.raises(Unreadable, match=name):
        read(content, form)
