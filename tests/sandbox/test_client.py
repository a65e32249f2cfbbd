import os
import urllib.error
import urllib.request
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from rolecall import Sandbox, SandboxError
from rolecall.presentation.explanation import call_explanation_html

READER = "arn:aws:iam::111122223333:role/reports-reader"


def test_explain_names_the_statement_that_almost_applied(reports):
    with pytest.raises(ClientError):
        reports.client("sts", actor="eve").assume_role(
            RoleArn="arn:aws:iam::111122223333:role/reports-reader", RoleSessionName="eve"
        )

    explanation = str(reports.explain())

    assert explanation.startswith("✘ Denied (AccessDenied)")
    assert "No role trust policy allows sts:AssumeRole" in explanation
    assert (
        "trust policy of reports-reader, statement 1: Principal lists arn:aws:iam::111122223333:user/dana, "
        "but the caller is arn:aws:iam::111122223333:user/eve" in explanation
    )


def test_explain_names_the_statement_that_decided(reports):
    reports.client("s3", actor="dana").list_buckets()

    explanation = reports.explain()

    assert "Statement 1 of managed policy list-buckets of group developers" in str(explanation)
    assert "s3:ListAllMyBuckets" in call_explanation_html(explanation)


def test_explain_names_a_role_that_allows_the_call_before_a_change_to_a_policy(reports):
    with pytest.raises(ClientError):
        reports.client("s3", actor="dana").get_object(Bucket="acme-reports", Key="2026/q1.csv")

    explanation = reports.explain()

    assert explanation.roles == (READER,)
    assert str(explanation).index("can assume this role") < str(explanation).index("smallest change")
    assert "can assume this role" in call_explanation_html(explanation)


@pytest.mark.parametrize(
    ("actor", "service", "operation", "parameters"),
    [
        # The role doesn't trust Eve.
        ("eve", "s3", "get_object", {"Bucket": "acme-reports", "Key": "2026/q1.csv"}),
        # The bucket policy denies it to the role's sessions as well.
        ("dana", "s3", "delete_object", {"Bucket": "acme-reports", "Key": "2026/q1.csv"}),
        # Assuming another role first would be possible, but no one means that.
        ("eve", "sts", "assume_role", {"RoleArn": READER, "RoleSessionName": "eve"}),
    ],
)
def test_explain_names_no_role_that_cannot_help(reports, actor, service, operation, parameters):
    with pytest.raises(ClientError):
        getattr(reports.client(service, actor=actor), operation)(**parameters)

    assert reports.explain().roles == ()


def test_explain_before_any_call_says_what_to_do(lab):
    with pytest.raises(SandboxError, match="make one, then ask why"):
        lab.explain()


def test_an_unknown_actor_is_reported_with_the_known_ones(reports):
    with pytest.raises(SandboxError, match="there is no actor 'bob'; there are dana, eve, auditor, web-1"):
        reports.client("s3", actor="bob")


def test_a_session_wants_one_source_of_credentials(reports):
    with pytest.raises(SandboxError, match="give either actor or credentials"):
        reports.session()


def test_an_unknown_world_is_reported_with_the_nearest_name():
    with pytest.raises(SandboxError, match=r"there is no world 'report' in .*; did you mean reports\?"):
        Sandbox("report")


def test_a_broken_world_is_reported_with_its_place(tmp_path):
    file = tmp_path / "broken.yaml"
    file.write_text("world: broken\naccounts:\n  main: {id: 5}\n")

    with pytest.raises(SandboxError, match=r"broken\.yaml:3:14: accounts\.main\.id: this must be a text"):
        Sandbox(file)


def test_two_sandboxes_do_not_see_each_other(reports):
    with Sandbox("reports") as other:
        other.client("s3", credentials=_reader(other)).get_object(Bucket="acme-reports", Key="2026/q1.csv")
        foreign = other.session(actor="dana").get_credentials()

    assert repr(other) == "A sandbox of AWS that is closed."
    with pytest.raises(SandboxError, match=r"the sandbox is closed\. Create a new one"):
        other.client("sts", actor="dana")
    with pytest.raises(SandboxError, match=r"the sandbox doesn't respond .* create a new one"):
        _ = other.trail
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        reports.client(
            "sts",
            credentials={"AccessKeyId": foreign.access_key, "SecretAccessKey": foreign.secret_key},
        ).get_caller_identity()


def _reader(sandbox: Sandbox) -> dict[str, str]:
    return sandbox.client("sts", actor="dana").assume_role(
        RoleArn="arn:aws:iam::111122223333:role/reports-reader", RoleSessionName="test"
    )["Credentials"]


def test_reset_brings_the_world_back_and_leaves_clients_working(lab):
    dana = lab.client("sts", actor="dana")
    session = _reader(lab)

    lab.reset()

    assert dana.get_caller_identity()["Arn"].endswith("user/dana")
    with pytest.raises(ClientError):
        lab.client("sts", credentials=session).get_caller_identity()


def test_use_sets_the_kernels_environment_aside_from_any_real_account(monkeypatch):
    # Closing restores the environment, so it comes before monkeypatch restores its own changes.
    with Sandbox("reports") as lab:
        monkeypatch.setenv("AWS_PROFILE", "production")
        for name in lab.environment("dana"):
            monkeypatch.setenv(name, "something")

        lab.use("dana")
        first = boto3.client("sts").get_caller_identity()["Arn"]
        lab.use("eve")
        second = boto3.client("sts").get_caller_identity()["Arn"]
        inside = dict(os.environ)

    assert "AWS_PROFILE" not in inside
    assert (first.rpartition("/")[2], second.rpartition("/")[2]) == ("dana", "eve")
    assert os.environ["AWS_PROFILE"] == "production"


def test_a_client_of_an_actor_ignores_the_profile_of_the_environment(reports, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "production")

    arn = reports.client("sts", actor="dana").get_caller_identity()["Arn"]

    assert arn.endswith(":user/dana")


@pytest.mark.slow
def test_a_client_of_a_profile_refreshes_its_session_by_the_sandboxs_clock():
    with Sandbox("reports") as lab:
        lab.use("dana")
        Path(os.environ["AWS_CONFIG_FILE"]).write_text(
            "[profile reader]\ncredential_source = Environment\n"
            "role_arn = arn:aws:iam::111122223333:role/reports-reader\n"
        )
        s3 = boto3.Session(profile_name="reader").client("s3")
        s3.get_object(Bucket="acme-reports", Key="2026/q1.csv")
        lab.clock.advance(hours=2)

        report = s3.get_object(Bucket="acme-reports", Key="2026/q1.csv")["Body"].read()

    assert report.startswith(b"region,total")


def test_an_interrupt_of_the_kernel_does_not_reach_the_sandbox(reports):
    assert os.getpgid(reports._process.pid) != os.getpgid(0)


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer wrong"])
def test_the_control_api_wants_its_token(reports, token):
    request = urllib.request.Request(
        f"{reports._control.url}/decisions?last=1", headers={"Authorization": token}
    )

    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(request)

    assert raised.value.code == 401


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"advance_seconds": -1}', b'{"advance_seconds": "x"}', b"nan"]
)
def test_the_clock_refuses_what_is_no_time(reports, body):
    request = urllib.request.Request(
        f"{reports._control.url}/clock",
        data=body,
        method="POST",
        headers={"Authorization": f"Bearer {reports._control.token}"},
    )

    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(request)

    assert raised.value.code == 400
