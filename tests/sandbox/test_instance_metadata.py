"""The metadata endpoint of an instance, asked over HTTP as its software would ask.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
"""

import json
import urllib.error
import urllib.request

import pytest

CREDENTIALS = "/latest/meta-data/iam/security-credentials/"


def ask(lab, path, *, method="GET", in_container=False, **headers) -> tuple[int, str]:
    environment = lab.environment("web-1", in_container=in_container)
    url = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"].rstrip("/") + path
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method, headers=named)) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def token(lab, ttl="21600") -> str:
    status, text = ask(lab, "/latest/api/token", method="PUT", X_aws_ec2_metadata_token_ttl_seconds=ttl)
    assert status == 200
    return text


def test_a_request_without_a_token_is_rejected_if_tokens_are_required(reports):
    status, page = ask(reports, CREDENTIALS)

    assert status == 401
    assert "<title>401 - Unauthorized</title>" in page


# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
@pytest.mark.parametrize(
    ("method", "path", "lines"),
    [
        ("GET", "/latest/", ["dynamic", "meta-data"]),
        ("GET", "/2021-07-15/meta-data/placement/region", ["us-east-1"]),
        ("GET", "/latest/meta-data/iam/", ["info", "security-credentials/"]),
        ("HEAD", "/latest/meta-data/iam/", []),
    ],
)
def test_a_path_without_a_value_lists_what_is_below_it_in_each_version(reports, method, path, lines):
    status, text = ask(reports, path, method=method, X_aws_ec2_metadata_token=token(reports))

    assert (status, text.splitlines()) == (200, lines)


def test_the_service_lists_its_versions(reports):
    _, text = ask(reports, "/", X_aws_ec2_metadata_token=token(reports))

    assert (text.splitlines()[0], text.splitlines()[-1]) == ("1.0", "latest")


def test_a_token_opens_the_roles_name_and_its_credentials(reports):
    opened = token(reports)

    _, role = ask(reports, CREDENTIALS, X_aws_ec2_metadata_token=opened)
    _, text = ask(reports, CREDENTIALS + role, X_aws_ec2_metadata_token=opened)
    credentials = json.loads(text)

    assert role == "web"
    assert credentials["Code"] == "Success"
    assert credentials["Type"] == "AWS-HMAC"
    assert credentials["AccessKeyId"].startswith("ASIA")
    assert set(credentials) == {
        "Code",
        "LastUpdated",
        "Type",
        "AccessKeyId",
        "SecretAccessKey",
        "Token",
        "Expiration",
    }


@pytest.mark.parametrize("ttl", ["0", "21601", "soon", ""])
def test_a_tokens_life_is_between_a_second_and_six_hours(reports, ttl):
    status, _ = ask(reports, "/latest/api/token", method="PUT", X_aws_ec2_metadata_token_ttl_seconds=ttl)

    assert status == 400


def test_a_token_request_that_was_forwarded_is_refused(reports):
    status, _ = ask(
        reports,
        "/latest/api/token",
        method="PUT",
        X_aws_ec2_metadata_token_ttl_seconds="60",
        X_Forwarded_For="203.0.113.9",
    )

    assert status == 403


# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
def test_a_container_reads_the_credentials_of_the_instance_with_a_token_that_the_instance_requested(
    reports,
):
    opened = token(reports)

    on_instance, in_container = (
        ask(reports, f"{CREDENTIALS}web", in_container=one, X_aws_ec2_metadata_token=opened)
        for one in (False, True)
    )

    assert on_instance[0] == 200
    assert in_container == on_instance


def test_a_token_goes_stale(lab):
    opened = token(lab, ttl="60")
    lab.clock.advance(seconds=61)

    assert ask(lab, CREDENTIALS, X_aws_ec2_metadata_token=opened)[0] == 401


def test_a_role_that_the_instance_has_not_is_not_there(reports):
    assert ask(reports, CREDENTIALS + "reports-reader", X_aws_ec2_metadata_token=token(reports))[0] == 404


def test_credentials_stay_the_same_until_shortly_before_they_expire(lab):
    def key() -> str:
        return json.loads(ask(lab, CREDENTIALS + "web", X_aws_ec2_metadata_token=token(lab))[1])[
            "AccessKeyId"
        ]

    first = key()
    assert key() == first

    lab.clock.advance(hours=5, minutes=50)

    assert key() != first


def test_botocores_own_fetcher_reads_the_report_as_the_instance(reports):
    session = reports.session(actor="web-1")

    arn = session.client("sts").get_caller_identity()["Arn"]
    report = session.client("s3").get_object(Bucket="acme-reports", Key="2026/q1.csv")

    assert arn.startswith("arn:aws:sts::111122223333:assumed-role/web/i-")
    assert report["Body"].read().startswith(b"region")


def test_the_identity_document_names_the_instance_and_its_account(reports):
    _, text = ask(
        reports, "/latest/dynamic/instance-identity/document", X_aws_ec2_metadata_token=token(reports)
    )
    document = json.loads(text)

    assert document["accountId"] == "111122223333"
    assert document["instanceId"] == reports.actors["web-1"].rpartition("/")[2]


def test_metadata_requests_are_listed_in_order_beside_the_trail(lab):
    ask(lab, CREDENTIALS)
    lab.client("sts", actor="dana").get_caller_identity()
    ask(lab, CREDENTIALS, X_aws_ec2_metadata_token=token(lab))

    first, second, third = lab.metadata_requests()

    assert (first.instance, first.method, first.with_token, first.status) == ("web-1", "GET", False, 401)
    assert (second.method, second.path, second.status) == ("PUT", "/latest/api/token", 200)
    assert (third.path, third.with_token, third.status) == (CREDENTIALS, True, 200)
    assert (first.after, second.after) == (0, lab.trail[-1].id)


def test_a_reset_forgets_what_was_asked(lab):
    ask(lab, CREDENTIALS)

    lab.reset()

    assert lab.metadata_requests() == []
