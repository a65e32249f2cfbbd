"""No text of a learner makes grading slow, however it is made: each takes less than a second."""

import contextlib
import gc
import json
import time

import pytest

from rolecall.aws.dynamodb import _EQUALS
from rolecall.course import find_course
from rolecall.iam import Policy, PolicyType, context_keys
from rolecall.presentation.question_card import review_view
from rolecall.quiz import KINDS, grade, load_bank
from rolecall.workshop._input_limits import check_length

BANKS = [load_bank(file) for file in find_course().banks()]
MOST = KINDS["policy"].longest_input


@pytest.fixture(autouse=True)
def _without_the_garbage_of_other_tests():
    """A collection among all objects of a test process takes up to a second."""
    gc.disable()
    yield
    gc.enable()


def longest(make) -> str:
    """The JSON of the largest document that a graded quiz takes; `make` gets a size."""
    size = MOST
    while len(text := json.dumps(make(size))) > MOST:
        size = int(size * 0.9)
    return text


def statement(**fields) -> dict:
    allowed = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **fields}
    return {"Version": "2012-10-17", "Statement": [allowed]}


def trust(principal: object) -> dict:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
    }


POLICIES = {
    "wildcards in an action": lambda n: statement(Action="s3:" + "?*" * n),
    "actions with wildcards": lambda n: statement(Action=[f"s3:?*?b{i}" for i in range(n)]),
    "wildcards in a resource": lambda n: statement(Resource="arn:aws:s3:::" + "?*a" * n),
    "resources with wildcards": lambda n: statement(Resource=[f"arn:aws:s3:::?*a{i}*" for i in range(n)]),
    "stars before a line break": lambda n: statement(Resource="arn:" + "*" * n + "\nx:s3:::a"),
    "labels of a service": lambda n: trust({"Service": "a." * n + "!"}),
    "an account that isn't one": lambda n: trust({"AWS": "arn:aws" + "a" * n}),
    "a session that isn't one": lambda n: trust({"AWS": "arn:aws:sts::111122223333:assumed-role/" + "a" * n}),
    "starts of variables": lambda n: statement(Resource="arn:aws:s3:::" + "${a:" * n),
    "space in a variable": lambda n: statement(Resource="arn:aws:s3:::${a:" + " " * n),
    "a default of quotes": lambda n: statement(Resource="arn:aws:s3:::${a, " + "'" * n + "}"),
    "variables": lambda n: statement(Resource=[f"arn:aws:s3:::${{aws:x{i}}}" for i in range(n)]),
    "conditions": lambda n: statement(Condition={"StringLike": {f"aws:k{i}": "*?*" for i in range(n)}}),
    "values": lambda n: statement(Condition={"StringLike": {"aws:username": [f"*?*{i}" for i in range(n)]}}),
    "digits": lambda n: statement(Condition={"NumericEquals": {"aws:x": "9" * n}}),
    "a date of digits": lambda n: statement(
        Condition={"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00." + "9" * n}}
    ),
    "exponents": lambda n: statement(Condition={"NumericLessThan": {"aws:x": ["1e999999999999"] * n}}),
    "statements": lambda n: {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": f"s3:?{i}"} for i in range(n)]},
    "a Sid": lambda n: statement(Sid="a" * n + "!"),
    "emphasis": lambda n: statement(Action="*_" * n),
    "emphasis in a key": lambda n: {"a**b" * n: 1},
    "links": lambda n: statement(Action="![a](" * n),
    "brackets": lambda n: {"\\[" * n: 1},
    "code marks": lambda n: {"`" * n: 1},
    "tags": lambda n: statement(Effect="<" * n),
}  # fmt: skip
TEXTS = {name: longest(make) for name, make in POLICIES.items()} | {
    "lists in lists": "[" * (MOST // 2) + "]" * (MOST // 2),
    "objects in objects": '{"a":' * (MOST // 5),
    "a text that doesn't end": '"' + '\\"' * (MOST // 2 - 1),
    "a number": f'{{"Version": {"9" * (MOST - 20)}}}',
}
WORD = 4_000
COMMANDS = {
    "a word": "aws " + "a" * WORD,
    "an open quotation mark": "aws '" + "a" * WORD,
    "backslashes": "aws " + "\\" * WORD,
    "options": "aws sts get-caller-identity " + "--a=b " * WORD,
    "quotation marks in a value": "aws ec2 create-tags --resources a --tags Key=a,Value='" + "\\'" * WORD,
    "structures": "aws ec2 create-tags --resources a --tags '" + "{a=" * 1_200 + "'",
    "lists": "aws ec2 create-tags --resources a --tags '" + "a=[" * 1_200 + "'",
    "commas": "aws ec2 create-tags --resources a --tags '" + "Key=\\\\," * 400 + "'",
    "JSON": "aws ec2 create-tags --resources a --tags '" + "[" * 3_800 + "'",
    "code marks": "aws " + "`" * WORD,
    "links": "aws " + "[a](" * WORD,
    "labels": "aws s3api get-object --key k x --bucket " + "a-." * WORD,
}


def question_of(kind: str, **fields):
    return next(
        (bank, one)
        for bank in BANKS
        for one in bank.questions
        if one.kind == kind
        and not one.vary
        and all(getattr(one, name) == is_ for name, is_ in fields.items())
    )


def seconds(bank, question, text: str, judges) -> float:
    """The processor's time for grading an answer and showing its feedback."""
    check_length(text, question.longest_input)
    started = time.thread_time()
    graded = grade(bank, question, text, judges)
    review_view([(question, graded)], judges)
    return time.thread_time() - started


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_policy_is_graded_within_a_second(judges, text):
    for policy_type in ("identity", "trust"):
        assert seconds(*question_of("policy", policy_type=policy_type), text, judges) < 1


@pytest.mark.parametrize("text", COMMANDS.values(), ids=COMMANDS)
def test_a_command_is_graded_within_a_second(judges, text):
    judges.read_command("aws ec2 create-tags --resources a --tags Key=a,Value=b")

    assert seconds(*question_of("cli"), text[:WORD], judges) < 1


@pytest.mark.parametrize(
    "one", ["`", "[", "*_", "<", "\\", "&", "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}", "' "]
)
def test_blanks_are_graded_within_a_second(judges, one):
    bank, question = question_of("blanks")
    each = (900 - sum(map(len, question.blanks))) // len(question.blanks)
    answer = question.answer_from_input(dict.fromkeys(question.blanks, (one * each)[:each]))

    started = time.thread_time()
    review_view([(question, grade(bank, question, answer, judges))], judges)

    assert time.thread_time() - started < 1


@pytest.mark.parametrize("one", ["1 ", "1,", "1.", "'1", "1e", "1/", "1_0", " "])
def test_a_number_is_read_within_a_second(judges, one):
    bank, question = question_of("numeric")

    started = time.thread_time()
    with contextlib.suppress(ValueError):
        grade(bank, question, (one * 64)[:64], judges)

    assert time.thread_time() - started < 1


def test_documents_that_a_sandbox_reads_are_read_within_a_second():
    """A hands-on task sends its documents as texts: with keys twice, and with variables that don't end."""
    started = time.thread_time()
    with pytest.raises(ValueError, match="twice"):
        Policy.parse('{"a":1,"a":1}' + '"' + '\\"' * (MOST // 2), PolicyType.IDENTITY)
    policy = Policy.parse(TEXTS["space in a variable"], PolicyType.IDENTITY)
    context_keys([policy])
    _EQUALS.findall("a" * 32_000)
    _EQUALS.findall("a=" * 16_000)

    assert time.thread_time() - started < 1
