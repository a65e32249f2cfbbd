"""The command as it is typed."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

REQUEST = {
    "principal": "arn:aws:iam::111122223333:user/dana",
    "action": "s3:GetObject",
    "resource": "arn:aws:s3:::acme/q1",
}
ALLOW = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}


def rolecall(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rolecall", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )


def test_help_names_every_command():
    assert {"iam", "lab", "sandbox"} <= set(rolecall("--help").stdout.split())


def test_decide_answers_each_case_in_one_line():
    cases = [{"id": "a", "request": REQUEST, "identity_policies": [ALLOW]}, {"id": 2, "request": REQUEST}]

    done = rolecall("iam", "decide", "-", input="\n".join(map(json.dumps, cases)))
    answers = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 0
    assert [(one["id"], one["decision"]) for one in answers] == [("a", "Allowed"), (2, "ImplicitlyDenied")]
    assert answers[0]["because"] == [
        "Statement 1 of identity_policies[0] (identity-based policy) allows s3:GetObject."
    ]


def test_a_bad_line_is_reported_with_its_number_and_the_others_are_decided():
    good = json.dumps({"id": 1, "request": REQUEST})
    lines = [
        good,
        "{",
        '{"id": 2}',
        json.dumps({"id": 3, "request": REQUEST, "identity_policies": [{}]}),
        "\udcff",
        good,
    ]

    done = subprocess.run(
        [sys.executable, "-m", "rolecall", "iam", "decide", "-"],
        input="\n".join(lines).encode("utf-8", "surrogateescape"),
        capture_output=True,
        check=False,
        timeout=120,
    )
    output = done.stderr.decode()

    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 2
    assert "<stdin>:2: this is not JSON" in output
    assert "<stdin>:3: request:" in output
    assert "<stdin>:4: identity_policies[0]: MalformedPolicyDocument: Syntax errors in policy." in output
    assert "<stdin>:5: this is not JSON" in output


@pytest.fixture
def server():
    started = subprocess.Popen(
        [sys.executable, "-m", "rolecall", "sandbox", "serve", "--world", "reports", "--json"],
        stdout=subprocess.PIPE,
        text=True,
    )
    yield started
    if started.poll() is None:
        started.kill()
        started.wait()


def test_serve_announces_itself_in_one_line_and_ends_on_sigterm(server):
    output = json.loads(server.stdout.readline())

    control = urllib.request.Request(
        f"{output['control']['url']}/decisions?last=5",
        headers={"Authorization": f"Bearer {output['control']['token']}"},
    )
    with urllib.request.urlopen(control) as answer:
        assert json.load(answer) == []
    assert output["region"] == "us-east-1"
    assert set(output["actors"]["dana"]) == {"arn", "account", "access_key_id", "secret_access_key"}
    assert set(output["actors"]["web-1"]) == {"arn", "account", "imds_endpoint"}

    server.send_signal(signal.SIGTERM)
    rest, _ = server.communicate(timeout=30)
    assert (server.returncode, rest) == (0, "")


def test_serve_lists_the_endpoints_of_machines_without_json():
    world = Path(__file__).parents[1] / "sandbox" / "worlds" / "machines.yaml"

    ran = subprocess.run(
        [sys.executable, "-m", "rolecall", "sandbox", "serve", "--world", world, "--until-eof"],
        input="",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    web = next(line for line in ran.stdout.splitlines() if line.startswith("  web-1: "))
    worker = next(line for line in ran.stdout.splitlines() if line.startswith("  worker: "))
    assert "  http://127.0.0.1:" in web
    assert "/v1/credentials  " in worker


@pytest.fixture
def taken() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (("sandbox", "serve", "--world", "report"), "there is no world 'report' in"),
        (("sandbox", "serve", "--world", "nowhere.yaml"), "nowhere.yaml:1:1: cannot be read: No such file"),
        (("sandbox", "serve", "--world", "reports", "--course", "nowhere"), "nowhere holds no course: it lacks lessons/"),
        (("lab", "--course", "nowhere"), "nowhere holds no course: it lacks lessons/"),
        (("lab", "--dir", "file/below"), "file/below cannot be written: Not a directory; name another folder with --dir"),
    ],
)  # fmt: skip
def test_unusable_arguments_are_reported_in_one_message_with_status_2(tmp_path, arguments, output):
    (tmp_path / "file").write_text("in the way")

    done = rolecall(*arguments, cwd=tmp_path)

    assert done.returncode == 2
    assert done.stderr.startswith("rolecall: ")
    assert output in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "file").read_text() == "in the way"


@pytest.mark.parametrize("arguments", [("sandbox", "serve", "--world", "reports"), ("lab", "--no-browser")])
def test_a_port_in_use_is_reported_with_status_2_and_nothing_is_left_running(tmp_path, taken, arguments):
    done = rolecall(*arguments, "--port", str(taken), cwd=tmp_path)

    assert done.returncode == 2
    assert f"port {taken}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_not_writable_is_reported(tmp_path):
    tmp_path.chmod(0o500)

    done = rolecall("lab", "--dir", str(tmp_path / "mine"))

    assert done.returncode == 2
    assert "cannot be written: Permission denied" in done.stderr


def test_explain_shows_the_gates_and_the_smallest_change():
    done = rolecall("iam", "explain", "-", input=json.dumps({"id": 1, "request": REQUEST}))

    assert done.returncode == 0
    assert "Denied" in done.stdout
    assert "Identity-based policy" in done.stdout
    assert '"Action": "s3:GetObject"' in done.stdout


@pytest.mark.parametrize("text", ["", "{", "[]", '{"id": 1}'])
def test_explain_reports_what_is_not_a_case(text):
    done = rolecall("iam", "explain", "-", input=text)

    assert done.returncode == 2
    assert done.stderr.startswith("rolecall: <stdin>: ")
