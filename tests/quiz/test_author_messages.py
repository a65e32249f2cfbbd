"""Mistakes that authors make in a bank: each message has the place, the cause, and what to do."""

import re
from pathlib import Path

import pytest

from rolecall._yaml import BadFile
from rolecall.quiz import load_bank

CASES = Path(__file__).parent / "interchange" / "cases"

MESSAGES = [
    ("01-indent", "32:4: ", "indent this line like the other fields around it"),
    ("02-tab", "32:1: ", "indent with spaces"),
    ("03-duplicate-key", "38:5: ", "this key occurs twice; keep one"),
    ("04-unknown-field", "42:5: ", "no such field; did you mean quick_check?"),
    ("05-two-right", "18:38: ", "this is a second right option; a choice has one"),
    ("06-anchor-undefined", "92:16: ", "if *first is a text, put it in quotes"),
    ("06b-anchor-used", "98:11: ", "the alias refers to the value in line 26"),
    ("07-yes-unquoted", "67:25: ", 'YAML reads yes as True; put it in quotes, "yes"'),
    ("07b-octal", "67:25: ", 'YAML reads 0600 as 384; put it in quotes, "0600"'),
    ("07c-no-text", "79:27: ", 'YAML reads off as False; put it in quotes, "off"'),
    ("07f-version", "77:13: ", "this must be a text, not 1.0; put it in quotes"),
    ("08-colon", "40:16: ", "put a text with a colon in quotes"),
    ("08b-colon-flow", "51:18: ", "put a text with a colon in quotes"),
    ("08d-percent", "90:13: ", "put a text that starts with % in quotes"),
    ("08e-hash", "90:13: ", "YAML ends this text at ` #`; put the text in quotes"),
    ("08f-star", "67:26: ", "put a text that starts with * or & in quotes"),
    ("09-missing-why", "53:9: ", "why is missing in 's3:PutObject'"),
    ("09b-missing-expl", "45:5: ", "solution is missing in 'c-multi'"),
    ("12-latin1", "40:13: ", "save the file as UTF-8"),
    ("13-dup-id", "86:9: ", "'c-match' is also the ID of the question in line 73; choose another"),
    ("14-bad-skill", "89:12: ", "did you mean course-listing?"),
    ("15-kind-typo", "87:11: ", "did you mean order?"),
    ("16-options-mapping", "51:7: ", "this must be a list, with `- ` before each item"),
    ("17-solution-string", "41:15: ", "this must be a list, with `- ` before each item"),
    ("18-answer-text", "36:13: ", "'one hour' isn't a number; write one, such as 3600"),
    ("19-blank-unmarked", "65:11: ", "[[efect]] isn't a blank; the blanks are effect"),
    ("20-empty", "1:1: ", "is empty; write its fields"),
    ("21-list", "1:1: ", "this must be fields, `name: value`"),
    ("22-unclosed", "82:15: ", "this [ is not closed; add the missing ]"),
    ("24-correct-string", "53:41: ", "this must be true or false, without quotes"),
    ("24b-correct-capital", "53:32: ", "did you mean correct?"),
    ("25-smart-quotes", "53:16: ", "are part of this text; use straight quotes"),
]


@pytest.mark.parametrize(("case", "place", "message"), MESSAGES, ids=[case for case, _, _ in MESSAGES])
def test_a_mistake_is_reported_with_its_place_and_what_to_do(case, place, message):
    with pytest.raises(BadFile) as raised:
        load_bank(CASES / f"author-{case}.yaml")

    lines = str(raised.value).splitlines()
    assert any(f".yaml:{place}" in line and message in line for line in lines), lines


@pytest.mark.parametrize("case", ["00-good", "07d-date", "07e-account", "10-crlf", "11-bom", "26-bigint"])
def test_a_bank_without_mistakes_is_read(case):
    assert load_bank(CASES / f"author-{case}.yaml").questions


@pytest.mark.parametrize("start", ["`aws sts`", "%s", "@dana"])
def test_a_text_that_starts_with_a_reserved_character_needs_quotes(tmp_path, start):
    file = tmp_path / "bank.yaml"
    file.write_text(f"bank: b\ntitle: {start} x\n")

    with pytest.raises(BadFile, match=r"2:8: .*put a text that starts with . in quotes"):
        load_bank(file)


def test_a_no_break_space_in_the_indentation_is_found(tmp_path):
    file = tmp_path / "bank.yaml"
    file.write_text("bank: b\nskills:\n  \N{NO-BREAK SPACE}s: S\n  t: T\n", encoding="utf-8")

    with pytest.raises(BadFile, match=r"3:3: .*a no-break space is in the indentation; indent with spaces"):
        load_bank(file)


def test_a_comment_after_two_spaces_is_a_comment(tmp_path):
    file = tmp_path / "bank.yaml"
    good = (CASES / "author-00-good.yaml").read_text(encoding="utf-8")
    file.write_text(good.replace("hint: Think of an hour.", "hint: Think of an hour.  # a round time"))

    assert load_bank(file).question("c-numeric").hint == "Think of an hour."


GOOD = (CASES / "author-00-good.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after", "place", "message"),
    [
        (
            "answer: 3600",
            "answer: 0600",
            "36:13: ",
            "YAML reads 0600 as 384; write the number without the zero",
        ),
        (
            "answer: 3600",
            "answer: 1:00",
            "36:13: ",
            "YAML reads 1:00 as 60; write the number without a colon",
        ),
        ("{minutes: 60,", "{minutes: 060,", "38:22: ", "YAML reads 060 as 48"),
        ("prompt: Match.", "prompt: | is?", "77:15: ", "put a text that starts with | or > in quotes"),
        ("prompt: Match.", "prompt: [a] is?", "77:17: ", "put the whole text in quotes"),
        ("prompt: Match.", "prompt: 'don't", "77:18: ", "put the whole text in quotes"),
        ("prompt: Match.", 'prompt: "Match.', "77:13: ", 'the quote " that begins this text is not closed'),
        ("prompt: Match.", 'prompt: "a\\d"', "77:16: ", r"write \\ for a backslash in double quotes"),
        ("prompt: Match.", "prompt: - is", "77:13: ", "put a text that starts with - in quotes"),
        ("prompt: Match.", "prompt: !Ref x", "77:13: ", "put a text that starts with ! or = in quotes"),
        (
            "prompt: Match.",
            "prompt:Match.",
            "77:5: ",
            "write a colon and a space after the name of a field",
        ),
        ("    prompt: Match.", "     prompt: Match.", "77:6: ", "indent this line like the other fields"),
        ("prompt: Match.", "prompt: a\x07b", "77:14: ", "the character U+0007"),
        ("      - {text", "      -{text", "17:8: ", "write a space after the hyphen"),
        ("      - {text", "      -\N{NO-BREAK SPACE}{text", "17:8: ", "write a space after the hyphen"),
        (
            "answer: 3600",
            "answer: .inf",
            "36:13: ",
            "this must be a number, without quotes and without a unit",
        ),
        ("answer: 3600", "answer: 3600\n    tolerance: 5%", "37:16: ", "this must be a number"),
        ("prompt: Match.", "prompt:\n      - Match.", "78:7: ", "begin a text without - before it"),
        ("prompt: Match.", "prompt: &a [*a]", "77:13: ", "this alias refers to a value that contains it"),
        ("    prompt: Match.", "<<<<<<< HEAD\n    prompt: Match.", "77:1: ", "Git marks a conflict here"),
        ("# Questions", "```yaml\n# Questions", "1:1: ", "it is Markdown around YAML; remove this line"),
    ],
)
def test_a_mistake_in_a_line_says_what_to_do(tmp_path, before, after, place, message):
    file = tmp_path / "bank.yaml"
    file.write_text(GOOD.replace(before, after, 1), encoding="utf-8")

    with pytest.raises(BadFile) as raised:
        load_bank(file)

    assert f".yaml:{place}" in str(raised.value)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        ("Match # x", "YAML ends this text at ` #`"),
        ("&roles are listed", "no alias uses &roles; if it belongs to the text, put the text in quotes"),
        ("{{ name }}", "put a text that starts with { in quotes"),
        ("[trust] policy", "put the whole text in quotes"),
        ("[trust, policy]", "put a text that starts with [ or { in quotes"),
        ("", "nothing is here; write one"),
    ],
)
def test_a_prompt_that_yaml_reads_in_its_own_way_is_reported(prompt, message, tmp_path):
    good = (CASES / "author-00-good.yaml").read_text()
    line = next(one for one in good.splitlines() if one.startswith("    prompt: "))
    (tmp_path / "bank.yaml").write_text(good.replace(line, f"    prompt: {prompt}", 1))

    with pytest.raises(BadFile, match=re.escape(message)):
        load_bank(tmp_path / "bank.yaml")
