"""What was called, also what no policy decided."""

import json
import urllib.request
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from rolecall.sandbox.call_log import CallLog

READER = "arn:aws:iam::111122223333:role/reports-reader"


def test_a_call_is_logged_with_its_caller_and_parameters(lab):
    lab.client("sts", actor="dana").assume_role(RoleArn=READER, RoleSessionName="q1")

    (call,) = lab.calls()

    assert (call["who"], call["call"], call["error"]) == (
        "arn:aws:iam::111122223333:user/dana",
        "sts.AssumeRole",
        "",
    )
    assert call["parameters"] == {"RoleArn": READER, "RoleSessionName": "q1"}


def test_a_document_among_the_parameters_is_read(lab):
    document = {"Version": "2012-10-17", "Statement": []}
    with pytest.raises(ClientError):
        lab.client("iam", actor="dana").put_role_policy(
            RoleName="web", PolicyName="p", PolicyDocument=json.dumps(document)
        )

    assert lab.calls()[-1]["parameters"]["PolicyDocument"] == document


# https://smithy.io/2.0/spec/documentation-traits.html#sensitive-trait
@pytest.mark.parametrize(
    ("service", "method", "parameters", "secret"),
    [
        ("iam", "change_password", {"OldPassword": "s3cret", "NewPassword": "s3cret2"}, "OldPassword"),
        ("iam", "create_login_profile", {"UserName": "dana", "Password": "s3cret"}, "Password"),
        ("secretsmanager", "create_secret", {"Name": "db", "SecretString": "s3cret"}, "SecretString"),
        ("ssm", "put_parameter", {"Name": "db", "Value": "s3cret", "Type": "SecureString"}, "Value"),
        ("kms", "encrypt", {"KeyId": "1", "Plaintext": b"s3cret"}, "Plaintext"),
        (
            "sts",
            "assume_role_with_web_identity",
            {"RoleArn": READER, "RoleSessionName": "q1", "WebIdentityToken": "s3cret"},
            "WebIdentityToken",
        ),
    ],
)
def test_a_secret_among_the_parameters_is_hidden(lab, service, method, parameters, secret):
    with pytest.raises(ClientError):
        getattr(lab.client(service, actor="dana"), method)(**parameters)

    logged = lab.calls()[-1]["parameters"]
    assert logged[secret] == "HIDDEN_DUE_TO_SECURITY_REASONS"
    assert "s3cret" not in json.dumps(logged)


def test_the_key_that_encrypts_an_object_is_no_secret(lab):
    with pytest.raises(ClientError):
        lab.client("s3", actor="dana").put_object(
            Bucket="acme-reports", Key="new", ServerSideEncryption="aws:kms", SSEKMSKeyId="alias/reports"
        )

    assert lab.calls()[-1]["parameters"]["SSEKMSKeyId"] == "alias/reports"


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (
            lambda lab: lab.client("sts", actor="eve").assume_role(RoleArn=READER, RoleSessionName="q1"),
            "AccessDenied",
        ),
        (
            lambda lab: lab.client(
                "sts", credentials={"AccessKeyId": "ASIA" + "X" * 16, "SecretAccessKey": "s"}
            ).get_caller_identity(),
            "InvalidClientTokenId",
        ),
        (
            lambda lab: lab.client("sts", actor="dana").assume_role(
                RoleArn=READER, RoleSessionName="q1", DurationSeconds=7200
            ),
            "ValidationError",
        ),
        (
            lambda lab: lab.client("s3", actor="web-1").get_object(Bucket="acme-reports", Key="no"),
            "AccessDenied",
        ),
    ],
)
def test_a_call_is_logged_with_its_error(lab, make, error):
    with pytest.raises(ClientError) as refused:
        make(lab)

    assert refused.value.response["Error"]["Code"] == error
    assert lab.calls()[-1]["error"] == error


def test_an_error_of_the_service_itself_is_logged(lab):
    with pytest.raises(ClientError):
        lab.client("sqs", actor="dana").get_queue_url(QueueName="none")
    lab.client("s3", actor="dana").list_buckets()

    assert [one["error"] != "" for one in lab.calls()] == [True, False]


def test_only_what_came_after_a_call_is_asked_for(lab):
    sts = lab.client("sts", actor="dana")
    sts.get_caller_identity()
    first = lab.calls()[-1]["number"]
    sts.get_caller_identity()

    assert [one["number"] for one in lab.calls(first)] == [first + 1]


@pytest.mark.parametrize("levels", [600, 50_000])
def test_a_document_with_too_many_levels_stays_a_text(levels):
    log, document = CallLog(), '{"Statement": ' + "[" * levels + "]" * levels + "}"

    log.record("arn", "iam.CreatePolicy", {"PolicyDocument": document}, "", datetime.now(UTC))

    (call,) = json.loads(json.dumps(log.after(0)))
    assert call["parameters"]["PolicyDocument"] == document[:8192]


def test_the_calls_are_behind_the_token(lab):
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"{lab._control.url}/calls")


def test_reset_forgets_the_calls(lab):
    lab.client("sts", actor="dana").get_caller_identity()
    lab.reset()

    assert lab.calls() == []
