"""Each kind of question: what is right, what is partly right, what is wrong and what is no answer."""

import json
import os
import time
from pathlib import Path

import pytest

from rolecall.quiz import grade, load_bank
from rolecall.quiz.kinds import question_of

BANK = load_bank(Path(__file__).parents[1] / "banks" / "kinds.yaml")
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-reports/*"}
ROLE = "arn:aws:iam::111122223333:role/reports-reader"


def text(value) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def policy(*statements) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


# question, answer, score, the misconception that it shows
ANSWERS = [
    ("one", "A trust policy", 1, None),
    ("one", "A password", 0, "role-is-a-user"),
    ("one", "An access key", 0, None),
    ("several", ["A user", "An AWS service"], 1, None),
    ("several", ["A user"], 0.5, None),
    ("several", ["A user", "A group"], 0, "role-is-a-user"),
    ("several", ["A user", "An AWS service", "A group"], 0.5, "role-is-a-user"),
    ("several", ["A group", "A policy"], 0, "role-is-a-user"),
    ("several", [], 0, None),
    ("filled", {"effect": '"Allow"', "who": '"Service"'}, 1, None),
    ("filled", {"effect": " 'Allow' ", "who": '"Service"'}, 1, None),
    ("filled", {"effect": '"Allow"', "who": '"AWS"'}, 0.5, "role-is-a-user"),
    ("filled", {"effect": '"allow"', "who": ""}, 0, None),
    ("in-order", ["Call AssumeRole", "Sign with the credentials", "Get ExpiredToken"], 1, None),
    ("in-order", ["Sign with the credentials", "Call AssumeRole", "Get ExpiredToken"], 2 / 3, None),
    ("in-order", ["Get ExpiredToken", "Sign with the credentials", "Call AssumeRole"], 0, None),
    ("together", {"A user's access key": "AKIA", "A session's access key": "ASIA"}, 1, None),
    ("together", {"A user's access key": "AKIA", "A session's access key": "AROA"}, 0.5, None),
    ("how-long", "3600", 1, None),
    ("how-long", "3,600 seconds", 1, None),
    ("how-long", "1 hour", 1, None),
    ("how-long", "60 minutes", 1, None),
    ("how-long", "1 second", 0, None),
    ("how-long", "3600 second", 1, None),
    ("how-long", "1 HOUR", 1, None),
    ("how-long", "60 minute", 1, None),
    ("how-long", "60", 0, "minutes"),
    ("how-long", "2 hours", 0, None),
    ("predicted", {"outcome": "ExplicitlyDenied", "policy_type": "identity-based policy"}, 1, None),
    ("predicted", {"outcome": "ExplicitlyDenied", "policy_type": "session policy"}, 0.5, None),
    ("predicted", {"outcome": "Allowed"}, 0, None),
    ("written", policy(READ), 1, None),
    ("written", policy(READ | {"Action": ["s3:GetObject", "s3:Del*"]}), 2 / 3, None),
    ("written", policy(READ | {"Action": "*", "Resource": "*"}), 1 / 3, None),
    ("written", policy(READ | {"Action": "s3:PutObject"}), 2 / 3, None),
    ("written", "{", 0, None),
    ("written", "[]", 0, None),
    ("written", policy(READ | {"Effect": "allow"}), 0, None),
]


@pytest.mark.parametrize(("identifier", "answer", "score", "misconception"), ANSWERS)
def test_an_answer_is_worth(judges, identifier, answer, score, misconception):
    given = grade(BANK, BANK.question(identifier), text(answer), judges)

    assert given.score == pytest.approx(score)
    assert given.misconception_name == misconception
    assert given.correct == (score == 1)


NONSENSE = [
    ("one", "A cat"),
    ("several", "A user"),
    ("several", ["A cat"]),
    ("several", ["A user", "A user"]),
    ("several", [1]),
    ("filled", {"effect": '"Allow"'}),
    ("filled", ["Allow", "Service"]),
    ("filled", {"effect": 1, "who": 2}),
    ("in-order", ["Call AssumeRole"]),
    ("in-order", ["Call AssumeRole"] * 3),
    ("together", {"A user's access key": "AKIA"}),
    ("together", {"A user's access key": "AKIA", "A session's access key": "BKIA"}),
    ("how-long", "an hour"),
    ("how-long", "3600 parsecs"),
    ("how-long", ""),
    ("predicted", {}),
    ("predicted", {"outcome": "Perhaps"}),
    ("predicted", "Allowed"),
    ("typed", " "),
    ("several", "[" * 100_000),
]


@pytest.mark.parametrize(("identifier", "answer"), NONSENSE, ids=range(len(NONSENSE)))
def test_a_text_that_is_not_an_answer_is_not_graded(judges, identifier, answer):
    with pytest.raises(ValueError, match=r"\w"):
        grade(BANK, BANK.question(identifier), text(answer), judges)


RIGHT_COMMANDS = [
    f"aws sts assume-role --role-arn {ROLE} --role-session-name me",
    f"aws sts assume-role --role-session-name me --role-arn {ROLE}",
    f"aws sts assume-role --role-session-name='me' --role-arn=\"{ROLE}\"",
    f"aws sts assume-role \\\n  --role-arn {ROLE} \\\n  --role-session-name me --output json --query Credentials",
    f"aws --region us-east-1 sts assume-role --role-arn {ROLE} --role-session-name me",
]


@pytest.mark.parametrize("command", RIGHT_COMMANDS)
def test_a_command_is_judged_by_its_meaning(judges, command):
    assert grade(BANK, BANK.question("typed"), command, judges).correct


WRONG_COMMANDS = [
    ("aws sts assume-role --role-arn arn:aws:iam::111122223333:user/dana --role-session-name me", "That is a user."),
    ("aws sts get-caller-identity", "`GetCallerIdentity` does something else."),
    ("aws iam list-users", "`iam` is the wrong service"),
    (f"aws sts assume-role --role-arn {ROLE}x --role-session-name me", "RoleArn has a different value"),
    (f"aws sts assume-role --role-arn {ROLE} --role-session-name me --duration-seconds 900", "The task doesn't ask for DurationSeconds."),
    ("aws sts assume-role --role-session-name me", "the following arguments are required: --role-arn"),
    ("aws sts asume-role", "maybe you meant"),
    ("aws s3 ls", "rejects this command"),
    ("rm -rf /", "starts with aws"),
    ("aws 'sts", "a shell cannot parse this"),
]  # fmt: skip


@pytest.mark.parametrize(("command", "said"), WRONG_COMMANDS)
def test_the_feedback_on_a_wrong_command_says_what_is_wrong(judges, command, said):
    given = grade(BANK, BANK.question("typed"), command, judges)

    assert given.score == 0
    assert said in " ".join(remark.why for remark in given.remarks)


def test_a_wrong_command_is_run_and_the_real_error_shown(judges):
    command = "aws sts assume-role --role-arn arn:aws:iam::111122223333:role/web --role-session-name me"

    [_, shown] = grade(BANK, BANK.question("typed"), command, judges).remarks

    assert "An error occurred (AccessDenied) when calling the AssumeRole operation" in shown.why


def test_feedback_distinguishes_too_broad_from_too_narrow_policies(judges):
    question = BANK.question("written")

    broad = grade(BANK, question, policy(READ | {"Action": "*", "Resource": "*"}), judges)
    narrow = grade(BANK, question, policy(READ | {"Action": "s3:PutObject"}), judges)

    assert broad.remarks[0].why.startswith("**Too broad**")
    assert narrow.remarks[0].why.startswith("**Too narrow**")


def test_the_right_answer_of_every_kind_is_right(judges, question):
    assert grade(BANK, question, question.right_answer(judges), judges).correct


def test_reading_a_command_leaves_the_environment_as_it_was(judges):
    before = dict(os.environ)

    judges.read_command("aws sts get-caller-identity")

    assert dict(os.environ) == before


def test_a_unit_in_the_singular_accepts_the_plural():
    fields = BANK.question("how-long").model_dump(by_alias=True, exclude_unset=True)
    question = question_of(fields | {"unit": "hour", "units": {"minute": 1 / 60}, "answer": 2, "wrong": []})

    assert question.grade("2 hours").score == 1
    assert question.grade("120 minutes").score == 1
    assert question.grade("2 hour").score == 1


@pytest.mark.parametrize(
    "hostile", ["1" + " " * 20_000 + "a\nb", "1" + ",_ " * 10_000 + "x", "1." * 10_000]
)
def test_no_text_makes_grading_a_number_slow(hostile):
    question = BANK.question("how-long")
    begun = time.thread_time()

    with pytest.raises(ValueError, match="isn't a"):
        question.grade(hostile)

    assert time.thread_time() - begun < 1


def numeric(**fields):
    return question_of(
        BANK.question("how-long").model_dump(by_alias=True, exclude_unset=True)
        | {"unit": None, "units": {}, "wrong": []}
        | fields
    )


@pytest.mark.parametrize(
    ("typed", "score"), [("0.2", 1), ("0.4", 1), ("0,4", 1), ("0.19999", 0), ("0.40001", 0)]
)
def test_both_ends_of_a_tolerance_are_right(typed, score):
    assert numeric(answer=0.3, tolerance=0.1).grade(typed).score == score


def test_a_large_number_is_right_only_with_all_its_digits():
    question = numeric(answer=5368709120)

    assert question.grade(question.right_answer()).score == 1
    assert question.grade("5.36871e9").score == 0


def test_a_number_in_quotes_is_shown_as_it_is_written():
    question = numeric(answer="0.50", unit="USD")

    assert question.right_answer() == "0.50 USD"
    assert question.grade("0.5").score == 1


def test_a_wrong_number_within_the_tolerance_is_an_author_mistake():
    question = numeric(answer=10, tolerance=1, wrong=[{"value": 9, "why": "Off by one."}])

    assert [where for where, _ in question.problems()] == [("wrong", 0, "value")]


def blank(accept, language="text", **fields):
    return question_of(
        BANK.question("filled").model_dump(by_alias=True, exclude_unset=True, exclude={"tokens"})
        | {
            "language": language,
            "text": "[[it]]",
            "blanks": {"it": {"accept": accept, "why": "So it is.", **fields}},
        }
    )


@pytest.mark.parametrize(
    ("one", "typed", "score"),
    [
        (blank(["no one"]), "No one", 1),
        (blank(["Paris"]), "PARIS", 1),
        (blank(["Paris"], match_case=True), "paris", 0),
        (blank(["AssumeRole"]), "assumerole", 0),
        (blank(["AssumeRole"], match_case=False), "assumerole", 1),
        (blank(["role_arn"]), "ROLE_ARN", 0),
        (blank(["ASIA"]), "asia", 0),
        (blank(["Allow"], language="json"), "allow", 0),
        (blank(["caf\N{LATIN SMALL LETTER E WITH ACUTE}"]), "cafe\N{COMBINING ACUTE ACCENT}", 1),
        (
            blank(["Grant's tomb"]),
            "Grant\N{RIGHT SINGLE QUOTATION MARK}s\N{NO-BREAK SPACE}tomb",
            1,
        ),
    ],
)
def test_capitals_count_in_identifiers_and_not_in_words(one, typed, score):
    assert one.grade(json.dumps({"it": typed})).score == score
