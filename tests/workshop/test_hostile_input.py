"""What no honest notebook sends is refused for that request alone, and quickly."""

import logging
import os
import random
import re
import sys
import threading
import time
import unicodedata
from functools import cache

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError

from rolecall.assessment import PaperItem
from rolecall.course import find_course
from rolecall.lab.server_judges import ServerJudges
from rolecall.quiz import InvalidCommand
from rolecall.quiz.kinds import KINDS
from rolecall.workshop._input_limits import BadInput, check_length, check_storable
from rolecall.workshop.database import Database
from rolecall.workshop.gradebook import _cell, _csv
from rolecall.workshop.graders import Graders
from workshop.postgres import Postgres
from workshop.running import answers_of

pytestmark = pytest.mark.slow

JSON = {"Content-Type": "application/json"}
UNSTORABLE = [
    '"a\\u0000b"',
    '"half an emoji: \\ud83d"',
    '{"Version": "2012-10-17", "Statement": [{"\\ud800": "Allow"}]}',
    "1e999",
    "NaN",
    "9" * 40,
    "[" * 60 + "]" * 60,
    f"[{'0,' * 50_000}0]",
]


@pytest.mark.parametrize(
    "value", UNSTORABLE, ids=["NUL", "surrogate", "name", "infinite", "NaN", "integer", "deep", "wide"]
)
def test_a_value_that_no_database_stores_is_refused(workshop, value):
    learner = workshop.learner()
    attempt = learner.post("/api/assessments/roles-midterm").json()

    refused = learner.put(
        f"/api/attempts/{attempt['attempt']}/answers/0",
        content=f'{{"given": {value}, "serial": 1}}',
        headers=JSON,
    )

    assert (refused.status_code, refused.json()["detail"]["code"]) == (400, "bad-input")
    place, given = next(iter(answers_of(attempt).items()))
    saved = learner.put(
        f"/api/attempts/{attempt['attempt']}/answers/{place}", json={"given": given, "serial": 1}
    )
    assert saved.json() == {"serial": 1}


def test_of_a_body_with_many_problems_a_few_are_reported(workshop):
    unknown = {f"unknown{number}": 1 for number in range(15)}

    reported = workshop.learner().post("/api/done", json={"activities": [unknown] * 200})

    assert (reported.status_code, len(reported.json()["detail"])) == (422, 10)


def test_a_stranger_sends_only_a_short_body(workshop):
    unknown = {f"unknown{number}": 1 for number in range(30)}
    long = {"code": "x", "name": "x" * 5_000}

    refused = [httpx.post(f"{workshop.url}/api/join", json=body) for body in (unknown, long)]

    assert [one.status_code for one in refused] == [400, 413]


def test_ordinary_values_are_storable():
    for value in ("Zoë 🦊", 1.5, -3, True, None, {"a": [1, {"b": ""}]}):
        check_storable(value)


@pytest.mark.parametrize("path", ["/api/pushes/99999999999", "/api/pushes/-1", "/api/attempts/%00"])
def test_an_address_that_no_database_stores_is_refused(workshop, path):
    learner = workshop.learner()

    method = "POST" if "pushes" in path else "GET"

    assert learner.request(method, path, json={"given": 0} if method == "POST" else None).status_code == 422


def test_a_name_of_a_join_with_half_an_emoji_is_refused(workshop):
    content = f'{{"code": "{workshop.code}", "name": "\\ud83d"}}'

    refused = httpx.post(f"{workshop.url}/api/join", content=content, headers=JSON)

    assert refused.status_code == 400


@pytest.mark.parametrize(
    ("kind", "given", "allowed"),
    [("numeric", "1" * 64, True), ("numeric", "1" * 65, False), ("cli", "x" * 4096, True), ("cli", "x" * 4097, False),
     ("blanks", {"a": "x" * 999}, True), ("blanks", {"a": "x" * 500, "b": "x" * 499}, False), ("policy", "x" * 20481, False)],
)  # fmt: skip
def test_each_kind_of_answer_has_its_longest_length(kind, given, allowed):
    if allowed:
        check_length(given, KINDS[kind].longest_input)
    else:
        with pytest.raises(BadInput, match="the answer is too long"):
            check_length(given, KINDS[kind].longest_input)


def test_a_number_that_would_make_a_pattern_backtrack_is_refused_at_once():
    hostile = "1" + " " * 100_000 + "a\nb"
    begun = time.thread_time()

    with pytest.raises(BadInput):
        check_length(hostile, KINDS["numeric"].longest_input)

    assert time.thread_time() - begun < 0.1


def test_two_people_can_send_activities_with_the_same_key(workshop):
    activity = {
        "key": "push-1-2",
        "deck": "d",
        "question": "q",
        "answer": "a",
        "correct": False,
        "score": 0,
    }

    new = [
        workshop.learner(name).post("/api/done", json={"activities": [activity]}).json()
        for name in ("Ana", "Eve")
    ]

    assert new == [{"new": 1}, {"new": 1}]


@pytest.fixture(scope="module")
def judges():
    return ServerJudges(find_course().folder)


READING = [
    "aws s3api put-object --bucket b --key k --body {path}",
    "aws iam create-role --cli-input-json file://{path}",
    "aws iam create-role --cli-in''put-json '{{}}'",
    "aws iam create-role --generate-cli-skeleton",
    "aws iam create-role help",
    "aws help",
    "aws lambda update-function-code --function-name f --zip-file fileb://{path}",
    "aws lambda invoke --function-name f {path}",
    "aws s3 cp {path} s3://bucket/key",
    "aws configure set region us-east-1",
]


@pytest.mark.parametrize("command", READING)
def test_a_typed_command_opens_connects_and_starts_nothing(judges, command, tmp_path):
    secret = tmp_path / "secret.json"
    secret.write_text('{"RoleName": "top-secret"}')
    before = _EVENTS.copy()

    try:
        parsed = judges.read_command(command.format(path=secret))
        said = repr(parsed)
    except InvalidCommand as error:
        said = str(error)

    assert "top-secret" not in said
    assert [one for one in _EVENTS[len(before) :] if str(secret) in one] == []
    assert [one for one in _EVENTS[len(before) :] if not one.startswith("open ")] == []


def test_a_command_with_debug_adds_no_handler_to_the_loggers(judges):
    loggers = [logging.getLogger(name) for name in ("awscli", "botocore", "s3transfer", "urllib3")]
    before = [list(one.handlers) for one in loggers]

    read = judges.read_command("aws sts get-caller-identity --debug")

    assert (read.service, read.operation) == ("sts", "GetCallerIdentity")
    assert [list(one.handlers) for one in loggers] == before


PIECES = [
    "s3api put-object", "iam create-role", "lambda update-function-code", "s3 cp", "s3 sync", "configure", "help", "logs tail",
    "ec2 run-instances", "ec2 wait instance-running", "eks update-kubeconfig", "ecs execute-command", "ssm start-session",
    "--cli-input-json", "--cli-input-yaml", "--generate-cli-skeleton", "--cli-auto-prompt", "--body", "--zip-file", "--user-data",
    "--policy-document", "--profile", "--ca-bundle", "--endpoint-url", "--debug", "--role-name", "--bucket", "--key", "--function-name",
    "file://{path}", "fileb://{path}", "fi''le://{path}", "'fi'leb://{path}", "ht''tp://127.0.0.1:9/", "https://127.0.0.1:9/",
    "{path}", "--body={path}", "--cli-in''put-json=file://{path}", "'{{\"a\": 1}}'", "$(cat {path})", "`cat {path}`", "|", "> {path}",
    "--query", "Contents[]", "--output", "table", "-", "x",
]  # fmt: skip


@pytest.mark.slow
def test_of_ten_thousand_generated_commands_none_opens_connects_or_starts_anything(
    judges, tmp_path, monkeypatch
):
    # For each line of the message about an unknown command, the CLI lists all its commands again.
    names = cache(lambda action: list(action.command_table))
    # Imported at the top, the CLI would set AWS_DATA_PATH for every test of this process.
    monkeypatch.setattr(
        "awscli.argparser.CommandAction.choices", property(names, lambda action, choices: None)
    )
    secret = tmp_path / "secret.json"
    secret.write_text('{"RoleName": "top-secret"}')
    chance = random.Random(18)
    before = len(_EVENTS)
    for _ in range(int(os.environ.get("ROLECALL_GENERATED_COMMANDS", "10000"))):
        words = chance.choices(PIECES, k=chance.randint(1, 7))
        command = f"aws {' '.join(words)}".format(path=secret)
        try:
            said = repr(judges.read_command(command))
        except InvalidCommand as error:
            said = str(error)

        assert "top-secret" not in said, command
        happened = [one for one in _EVENTS[before:] if str(secret) in one or not one.startswith("open ")]
        assert happened == [], command
        before = len(_EVENTS)


_EVENTS: list[str] = []


_THREAD = threading.get_ident()


def _record(event, arguments):
    if threading.get_ident() != _THREAD:
        # A notebook of an earlier test may still report to its service in the background.
        return
    if event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "socket.connect"):
        _EVENTS.append(f"{event} {arguments}")
    elif event == "open" and isinstance(arguments[0], str):
        _EVENTS.append(f"open {os.path.realpath(arguments[0])}")


@pytest.fixture(autouse=True, scope="module")
def _recorder(judges):
    judges.read_command("aws sts get-caller-identity")
    sys.addaudithook(_record)


def test_a_value_with_a_file_or_an_address_stays_a_text(judges):
    read = judges.read_command(
        "aws sqs send-message --queue-url https://sqs.example/1/q --message-body fi''le:///etc/passwd"
    )

    assert read.parameters == {"QueueUrl": "https://sqs.example/1/q", "MessageBody": "file:///etc/passwd"}


def test_an_ordinary_command_is_read(judges):
    read = judges.read_command(
        "aws sts assume-role --role-arn arn:aws:iam::111122223333:role/r --role-session-name s"
    )

    assert (read.service, read.operation) == ("sts", "AssumeRole")


def test_a_policy_with_half_an_emoji_is_graded_as_wrong():
    graders = Graders(find_course().folder, count=1)
    try:
        item = PaperItem("assume-role", "write-a-trust-policy", 0)
        answer = '{"Version":"2012-10-17","Statement":[{"\\ud800":"Allow"}]}'

        assert graders.grade(item, answer).score == 0
    finally:
        graders.close()


def test_a_value_that_postgresql_refuses_fails_its_own_request_alone():
    with Postgres() as server:
        database = Database(server.url("refused"))
        with database.session() as session:
            session.execute(text("CREATE TABLE t (n INTEGER)"))
        jobs = [
            database.write(
                lambda session, n=n: session.execute(text(f"INSERT INTO t VALUES ({n})")).rowcount
            )
            for n in (1, 99_999_999_999, 2, 99_999_999_999, 3)
        ]

        outcomes = [type(job.exception()) for job in jobs]
        with database.session() as session:
            kept = session.execute(text("SELECT n FROM t ORDER BY n")).scalars().all()
        database.close()

    assert outcomes == [type(None), DataError, type(None), DataError, type(None)]
    assert kept == [1, 2, 3]


@pytest.mark.parametrize(
    "cell",
    [
        *("=1+1", "＝1+1", "\n=1+1", "x;=1+1", "x\t@SUM(1)", " -1+1", "+1", "\r\n@x"),
        *('";=1+1', ';"=1+1', "x;;=1+1", "x\v=1+1", "x\u2028=1+1", "\u200b=1+1", "\ufeff=1+1", ';""=1'),
    ],
)
def test_no_spreadsheet_calculates_a_cell_whatever_separates_its_cells(cell):
    file = _csv(["head"], [["Ana", cell, "Ben"]])

    for separators in (",\r\n", ";\r\n", "\t\r\n", ",;\t\r\n\v\f\x85\u2028"):
        for one in re.split(f"[{separators}]", file):
            shown = unicodedata.normalize("NFKC", one).strip('" \u200b\ufeff')
            assert not shown.startswith(("=", "+", "-", "@")), (separators, one)


@pytest.mark.parametrize("cell", ["", "Ana", "Ana-Lena", "a; b", 1.5, -2, "3 = 3", 'a "quoted" word'])
def test_an_ordinary_cell_stays_as_it_is(cell):
    assert _cell(cell) == cell


def test_attempts_refuse_an_answer_that_is_too_long(workshop):
    learner = workshop.learner()
    attempt = learner.post("/api/assessments/roles-midterm").json()
    view = next(one["view"] for one in attempt["paper"] if one["view"]["kind"] == "policy")

    refused = learner.put(
        f"/api/attempts/{attempt['attempt']}/answers/{view['place']}",
        json={"given": "x" * 30_000, "serial": 1},
    )

    assert refused.status_code == 422
    assert "the answer is too long: 30000 characters" in refused.json()["detail"]["text"]
