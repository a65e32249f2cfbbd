"""Real boto3 against the sandbox: what AWS answers, with the typed exception that it raises."""

import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from rolecall import Sandbox

ACCOUNT = "111122223333"
READER = f"arn:aws:iam::{ACCOUNT}:role/reports-reader"
REPORT = {"Bucket": "acme-reports", "Key": "2026/q1.csv"}


def assume(lab: Sandbox, actor: str = "dana", **parameters):
    sts = lab.client("sts", actor=actor)
    asked = {"RoleArn": READER, "RoleSessionName": "test"} | parameters
    return sts.assume_role(**asked)["Credentials"]


def refused(call, **parameters) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_session_of_the_role_reads_what_the_user_cannot(reports):
    dana = reports.client("s3", actor="dana")
    session = reports.client("s3", credentials=assume(reports))

    assert refused(dana.get_object, **REPORT)[0] == "AccessDenied"
    assert session.get_object(**REPORT)["Body"].read() == b"region,total\nemea,10\n"


def test_assume_role_returns_temporary_credentials_for_an_hour(reports):
    before = datetime.now(UTC)
    credentials = assume(reports)

    assert credentials["AccessKeyId"].startswith("ASIA")
    lasts = credentials["Expiration"] - before
    assert timedelta(seconds=3595) < lasts <= timedelta(seconds=3601)


def test_the_session_is_the_assumed_role(reports):
    identity = reports.client("sts", credentials=assume(reports)).get_caller_identity()

    assert identity["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/reports-reader/test"
    assert identity["Account"] == ACCOUNT
    assert identity["UserId"].startswith("AROA")
    assert identity["UserId"].endswith(":test")


def test_a_user_that_the_role_does_not_trust_is_denied_with_the_documented_message(reports):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    sts = reports.client("sts", actor="eve")

    code, message = refused(sts.assume_role, RoleArn=READER, RoleSessionName="test")

    assert code == "AccessDenied"
    assert message == (
        f"User: arn:aws:iam::{ACCOUNT}:user/eve is not authorized to perform: sts:AssumeRole "
        f"on resource: {READER} because no role trust policy allows the sts:AssumeRole action"
    )


def test_a_role_that_does_not_exist_answers_like_one_that_does_not_trust_you(reports):
    sts = reports.client("sts", actor="dana")
    missing = f"arn:aws:iam::{ACCOUNT}:role/nobody"
    untrusting = f"arn:aws:iam::{ACCOUNT}:role/web"

    for_missing = refused(sts.assume_role, RoleArn=missing, RoleSessionName="test")
    for_untrusting = refused(sts.assume_role, RoleArn=untrusting, RoleSessionName="test")

    assert for_missing[1].replace(missing, "ROLE") == for_untrusting[1].replace(untrusting, "ROLE")


def test_another_account_needs_the_trust_policy_too(reports):
    sts = reports.client("sts", actor="auditor")

    assert refused(sts.assume_role, RoleArn=READER, RoleSessionName="test")[0] == "AccessDenied"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"DurationSeconds": 3601},
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ),
        ({"RoleSessionName": "a b"}, "failed to satisfy constraint"),
        ({"DurationSeconds": 43201}, "less than or equal to 43200"),
    ],
)
def test_assume_role_refuses_what_is_out_of_bounds(reports, parameters, message):
    # https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    sts = reports.client("sts", actor="dana", config=Config(parameter_validation=False))

    code, denial = refused(sts.assume_role, **({"RoleArn": READER, "RoleSessionName": "test"} | parameters))

    assert code == "ValidationError"
    assert message in denial


def test_a_session_policy_only_takes_away(reports):
    elsewhere = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::other/*"}],
    }
    session = reports.client("s3", credentials=assume(reports, Policy=json.dumps(elsewhere)))

    code, message = refused(session.get_object, **REPORT)

    assert code == "AccessDenied"
    assert message.endswith("because no session policy allows the s3:GetObject action")


def test_the_bucket_policy_denies_explicitly(reports):
    session = reports.client("s3", credentials=assume(reports))

    code, message = refused(session.delete_object, **REPORT)

    assert code == "AccessDenied"
    assert message.endswith("with an explicit deny in a resource-based policy")


def test_without_list_bucket_a_missing_key_is_forbidden_not_missing(reports):
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    session = reports.client("s3", credentials=assume(reports))

    code, message = refused(session.get_object, Bucket="acme-reports", Key="no-such")

    assert code == "AccessDenied"
    assert "s3:ListBucket" in message


def test_a_users_group_gives_it_permissions(reports):
    dana, eve = (reports.client("s3", actor=who) for who in ("dana", "eve"))

    assert [bucket["Name"] for bucket in dana.list_buckets()["Buckets"]] == ["acme-reports"]
    assert refused(eve.list_buckets)[0] == "AccessDenied"


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("dynamodb", "list_tables", "AccessDeniedException"),
        ("sqs", "list_queues", "AccessDenied"),
        ("ec2", "describe_instances", "UnauthorizedOperation"),
        ("iam", "list_users", "AccessDenied"),
        ("lambda", "list_functions", "AccessDeniedException"),
        ("sns", "list_topics", "AuthorizationError"),
    ],
)
def test_each_protocol_denies_in_its_own_form(reports, service, operation, code):
    client = reports.client(service, actor="eve")

    assert refused(getattr(client, operation))[0] == code


def test_a_session_ends_when_its_time_is_up(lab):
    session = lab.client("sts", credentials=assume(lab))
    lab.clock.advance(hours=1, seconds=1)

    assert refused(session.get_caller_identity) == (
        "ExpiredToken",
        "The security token included in the request is expired",
    )


def test_temporary_keys_without_their_token_are_no_credentials(reports):
    forgotten = {**assume(reports), "SessionToken": None}

    assert (
        refused(reports.client("sts", credentials=forgotten).get_caller_identity)[0]
        == "InvalidClientTokenId"
    )


def test_a_wrong_secret_does_not_sign(reports):
    keys = reports.session(actor="dana").get_credentials()
    forged = {"AccessKeyId": keys.access_key, "SecretAccessKey": "A" * 40}

    assert (
        refused(reports.client("sts", credentials=forged).get_caller_identity)[0] == "SignatureDoesNotMatch"
    )


def test_an_unknown_access_key_is_rejected(reports):
    forged = {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "A" * 40}

    assert (
        refused(reports.client("sts", credentials=forged).get_caller_identity)[0] == "InvalidClientTokenId"
    )
    assert refused(reports.client("s3", credentials=forged).list_buckets)[0] == "InvalidAccessKeyId"


def test_a_role_does_not_trust_itself_by_existing(reports):
    sts = reports.client("sts", credentials=assume(reports))

    assert refused(sts.assume_role, RoleArn=READER, RoleSessionName="again")[0] == "AccessDenied"


def test_a_presigned_url_carries_the_signers_permissions(reports):
    session = reports.client("s3", credentials=assume(reports), config=Config(signature_version="s3v4"))
    url = session.generate_presigned_url("get_object", Params=REPORT)
    tampered = url.replace("q1.csv", "q2.csv")

    assert urllib.request.urlopen(url).read().startswith(b"region")
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(tampered)
    assert b"SignatureDoesNotMatch" in raised.value.read()


def test_an_unsigned_request_is_anonymous(reports):
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(f"{reports.endpoint}/acme-reports/2026/q1.csv")

    assert raised.value.code == 403
    assert b"AccessDenied" in raised.value.read()


def test_a_presigned_url_ends_by_the_sandboxs_clock_counted_from_when_it_was_signed(lab):
    session = assume(lab)
    lab.clock.advance(minutes=30)
    s3 = lab.client("s3", credentials=session, config=Config(signature_version="s3v4"))
    url = s3.generate_presigned_url("get_object", Params=REPORT, ExpiresIn=600)

    assert urllib.request.urlopen(url).status == 200
    lab.clock.advance(minutes=11)
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(url)
    assert b"Request has expired" in raised.value.read()


def test_a_header_of_signature_version_2_is_refused_as_for_any_new_bucket(reports):
    session = reports.client("s3", credentials=assume(reports), config=Config(signature_version="s3"))

    assert refused(session.get_object, **REPORT) == (
        "InvalidRequest",
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
    )
