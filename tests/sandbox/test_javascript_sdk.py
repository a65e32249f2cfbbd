"""The AWS SDK for JavaScript v3, from npm, against the sandbox."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from programs import JAVASCRIPT
from rolecall import Sandbox

READER = "arn:aws:iam::111122223333:role/reports-reader"
REPORT = {"bucket": "acme-reports", "key": "2026/q1.csv"}

pytestmark = [pytest.mark.javascript, pytest.mark.slow]


def ask(environment, *calls) -> list[dict]:
    """What came of each call, made by a program in Node.js that has this environment."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    ran = subprocess.run(
        ["node", "ask.mjs", json.dumps(calls)],
        cwd=JAVASCRIPT,
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_keys_in_the_environment_make_the_user(reports):
    [who] = ask(reports.environment("dana"), {"ask": "identity"})

    assert who == {"answer": "arn:aws:iam::111122223333:user/dana"}


def test_a_role_is_assumed_and_reads_what_the_user_cannot(reports):
    own, assumed, through_role = ask(
        reports.environment("dana"),
        {"ask": "read", **REPORT},
        {"ask": "assume", "role": READER},
        {"ask": "readAs", "role": READER, **REPORT},
    )

    assert own["error"] == "AccessDenied"
    assert own["status"] == 403
    assert assumed == {"answer": "arn:aws:sts::111122223333:assumed-role/reports-reader/node"}
    assert through_role == {"answer": "region,total\nemea,10\n"}


def test_a_user_that_the_role_does_not_trust_is_denied(reports):
    [denied] = ask(reports.environment("eve"), {"ask": "assume", "role": READER})

    assert denied["error"] == "AccessDenied"
    assert denied["message"].startswith(
        "User: arn:aws:iam::111122223333:user/eve is not authorized to perform"
    )


def test_each_protocol_raises_its_typed_exception(reports):
    outcomes = ask(reports.environment("eve"), {"ask": "tables"}, {"ask": "queues"}, {"ask": "functions"})

    assert [one["error"] for one in outcomes] == [
        "AccessDeniedException",
        "AccessDenied",
        "AccessDeniedException",
    ]


def test_the_instances_role_is_found_by_the_sdks_own_metadata_client(reports):
    who, report = ask(reports.environment("web-1"), {"ask": "identity"}, {"ask": "read", **REPORT})

    assert ":assumed-role/web/i-" in who["answer"]
    assert report == {"answer": "region,total\nemea,10\n"}


@pytest.fixture(scope="module")
def machines():
    with Sandbox(Path(__file__).parent / "worlds" / "machines.yaml") as sandbox:
        yield sandbox


def test_a_containers_role_is_found_by_the_sdks_own_client(machines):
    [who] = ask(machines.environment("worker"), {"ask": "identity"})

    assert ":assumed-role/worker/" in who["answer"]


def test_an_upload_with_a_trailing_checksum_arrives_whole(machines):
    # https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
    where = {"bucket": "shop-files", "key": "from/node.txt"}

    written, read = ask(
        machines.environment("operator"),
        {"ask": "write", **where, "text": "größer\n" * 2000},
        {"ask": "read", **where},
    )

    assert written == {"answer": "written"}
    assert read == {"answer": "größer\n" * 2000}
