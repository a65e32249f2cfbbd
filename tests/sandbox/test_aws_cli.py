"""The real AWS CLI against the sandbox."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from rolecall import Sandbox

pytestmark = pytest.mark.slow

READER = "arn:aws:iam::111122223333:role/reports-reader"


def aws(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["aws", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def profiles(reports, tmp_path):
    """An environment with profiles only: Dana's keys, the role behind them, and the instance's role."""
    keys = reports.environment("dana")
    (tmp_path / "credentials").write_text(
        f"[dana]\naws_access_key_id = {keys['AWS_ACCESS_KEY_ID']}\n"
        f"aws_secret_access_key = {keys['AWS_SECRET_ACCESS_KEY']}\n"
    )
    (tmp_path / "config").write_text(
        f"[profile reader]\nrole_arn = {READER}\nsource_profile = dana\nrole_session_name = from-cli\n"
    )
    return {
        "AWS_ENDPOINT_URL": reports.endpoint,
        "AWS_DEFAULT_REGION": reports.region,
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": reports.environment("web-1")[
            "AWS_EC2_METADATA_SERVICE_ENDPOINT"
        ],
        "AWS_PAGER": "",
        # The CLI keeps sessions of assumed roles under the home folder, and would find another test's.
        "HOME": str(tmp_path),
    }


def test_a_profile_with_role_arn_and_source_profile_reads_the_report(profiles):
    done = aws(profiles, "s3", "cp", "s3://acme-reports/2026/q1.csv", "-", "--profile", "reader")

    assert (done.returncode, done.stdout) == (0, "region,total\nemea,10\n"), done.stderr


def test_the_profiles_session_is_named_as_it_says(profiles):
    done = aws(profiles, "sts", "get-caller-identity", "--profile", "reader")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["Arn"].endswith(":assumed-role/reports-reader/from-cli")


def test_without_a_profile_the_instance_gives_its_role(profiles):
    done = aws(profiles, "s3", "cp", "s3://acme-reports/2026/q1.csv", "-")

    assert (done.returncode, done.stdout) == (0, "region,total\nemea,10\n"), done.stderr


def test_a_profile_with_credential_source_assumes_its_role_as_the_instance(tmp_path):
    (tmp_path / "config").write_text(
        "[profile on-box]\n"
        "role_arn = arn:aws:iam::111122223333:role/trusts-box\ncredential_source = Ec2InstanceMetadata\n"
    )
    with Sandbox(Path(__file__).parent / "worlds" / "trust.yaml") as trust:
        environment = trust.environment("box-1") | {
            "AWS_CONFIG_FILE": str(tmp_path / "config"),
            "HOME": str(tmp_path),
        }
        done = aws(environment, "sts", "get-caller-identity", "--profile", "on-box")

    assert done.returncode == 0, done.stderr
    assert ":assumed-role/trusts-box/" in json.loads(done.stdout)["Arn"]


def test_access_denied_reads_as_on_aws(reports):
    done = aws(
        reports.environment("eve"),
        *("sts", "assume-role", "--role-arn", READER, "--role-session-name", "eve"),
    )

    assert done.returncode != 0
    assert "An error occurred (AccessDenied) when calling the AssumeRole operation: User: " in done.stderr


def test_use_makes_the_kernels_own_commands_the_actors(reports, monkeypatch):
    for name in set(reports.environment("dana")) - {"PATH"}:
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("PATH", os.environ["PATH"])
    reports.use("dana")

    done = subprocess.run(
        ["aws", "sts", "get-caller-identity"], capture_output=True, text=True, check=True, timeout=120
    )

    assert json.loads(done.stdout)["Arn"] == "arn:aws:iam::111122223333:user/dana"


# https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
def test_a_cli_that_is_too_old_for_the_variable_gets_the_endpoint_as_an_option(tmp_path, monkeypatch):
    (tmp_path / "aws").write_text('#!/bin/sh\necho "$@"\n')
    (tmp_path / "aws").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with Sandbox("reports") as lab:
        done = aws(lab.environment("dana"), "s3", "ls")

        assert done.stdout == f"--endpoint-url {lab.endpoint} s3 ls\n"


def test_the_cli_uses_no_session_of_another_sandbox_or_of_an_earlier_time(tmp_path, monkeypatch):
    """It caches sessions of profiles by the role's ARN, whatever endpoint issued them."""
    monkeypatch.setenv("HOME", str(tmp_path))

    for _ in range(2):
        with Sandbox("reports") as lab:
            environment = lab.environment("dana")
            for name, value in (("role_arn", READER), ("credential_source", "Environment")):
                aws(environment, "configure", "set", name, value, "--profile", "reader")
            done = aws(environment, "sts", "get-caller-identity", "--profile", "reader")
            assert done.returncode == 0, done.stderr
            lab.clock.advance(hours=2)
            later = aws(environment, "sts", "get-caller-identity", "--profile", "reader")
            assert later.returncode == 0, later.stderr

    assert not (tmp_path / ".aws").exists()
