"""Presigned URLs, and what S3 returns for a wrong signature."""

import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import boto3
import pytest
import requests
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from rolecall import Sandbox

BUCKETS = Path(__file__).parents[1] / "worlds" / "buckets.yaml"
REPORT = {"Bucket": "reports", "Key": "q1.csv"}


def presigned(buckets, actor="admin", region="us-east-1", report=REPORT, **config) -> str:
    s3 = buckets.client("s3", actor=actor, region_name=region, config=Config(**config))
    return s3.generate_presigned_url("get_object", Params=report)


def error(response) -> dict[str, str]:
    return {element.tag: element.text or "" for element in ElementTree.fromstring(response.text)}


def test_boto3_presigns_with_version_2_in_us_east_1_and_s3_accepts_it(buckets):
    # https://github.com/boto/botocore/pull/3791
    url = presigned(buckets)

    assert "AWSAccessKeyId" in parse_qs(urlsplit(url).query)
    assert requests.get(url, timeout=10).text == "region,total"


def test_a_version_2_url_has_the_permissions_of_its_signer(buckets):
    assert requests.get(presigned(buckets, "nobody"), timeout=10).status_code == 403


def test_a_version_2_url_of_temporary_credentials_includes_their_token(buckets):
    session = buckets.client("sts", actor="reader").get_session_token()["Credentials"]
    s3 = buckets.client("s3", credentials=session)

    url = s3.generate_presigned_url("get_object", Params=REPORT)

    assert requests.get(url, timeout=10).text == "region,total"


# https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html#RESTAuthenticationQueryStringAuth
def test_an_upload_must_have_the_content_type_that_a_version_2_url_was_signed_with(buckets):
    params = {"Bucket": "reports", "Key": "new", "ContentType": "text/csv"}
    url = buckets.client("s3", actor="admin").generate_presigned_url("put_object", Params=params)

    types = ({}, {"Content-Type": "text/plain"}, {"Content-Type": "text/csv"})
    statuses = [requests.put(url, "a", headers=headers, timeout=10).status_code for headers in types]

    assert statuses == [403, 403, 200]


# https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
def test_only_post_uploads_by_a_form_with_a_policy(buckets):
    s3 = buckets.client("s3", actor="admin", config=Config(signature_version="s3v4"))
    url = s3.generate_presigned_url("put_object", Params={"Bucket": "reports", "Key": "form"})

    requests.put(url, files={"file": b"content"}, timeout=10)

    assert b"content" in s3.get_object(Bucket="reports", Key="form")["Body"].read()


@pytest.mark.parametrize("part", ["Signature", "Expires"])
def test_a_changed_version_2_url_is_rejected_with_the_string_to_sign(buckets, part):
    # The first character, which can be encoded as %2B or %2F, becomes another one.
    url = presigned(buckets)
    other = "8" if f"{part}=9" in url else "9"
    changed = re.sub(rf"({part}=)(\w|%..)", rf"\g<1>{other}", url)

    found = error(requests.get(changed, timeout=10))

    assert found["Code"] == "SignatureDoesNotMatch"
    assert found["StringToSign"].endswith("/reports/q1.csv")


def test_a_region_younger_than_2014_requires_version_4(buckets):
    s3 = buckets.client("s3", actor="admin", region_name="eu-central-1")
    s3.create_bucket(Bucket="frankfurt", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="frankfurt", Key="k", Body=b"x")
    report = {"Bucket": "frankfurt", "Key": "k"}

    old = requests.get(presigned(buckets, report=report), timeout=10)
    new = requests.get(
        presigned(buckets, region="eu-central-1", report=report, signature_version="s3v4"), timeout=10
    )

    assert (old.status_code, error(old)["Code"]) == (400, "InvalidRequest")
    assert new.text == "x"


def test_an_expired_version_2_url_is_denied(buckets):
    s3 = buckets.client("s3", actor="admin")
    url = s3.generate_presigned_url("get_object", Params=REPORT, ExpiresIn=-60)

    found = error(requests.get(url, timeout=10))

    assert (found["Code"], found["Message"]) == ("AccessDenied", "Request has expired")
    assert found["Expires"] < found["ServerTime"]


# https://github.com/aws/aws-sdk-php/issues/1333
# https://github.com/aws/aws-sdk-js/issues/3493
@pytest.mark.slow
def test_urls_expire_by_the_clock_of_the_sandbox():
    with Sandbox(BUCKETS) as lab:
        old, new = presigned(lab), presigned(lab, signature_version="s3v4")
        lab.clock.advance(minutes=59)
        still_valid = requests.get(old, timeout=10).status_code
        lab.clock.advance(minutes=2)

        expired = [error(requests.get(url, timeout=10)) for url in (old, new)]
        fresh = requests.get(presigned(lab), timeout=10).status_code

    assert (still_valid, fresh) == (200, 200)
    assert [one["Message"] for one in expired] == ["Request has expired"] * 2
    assert all(one["Expires"] < one["ServerTime"] for one in expired)
    assert [one.get("X-Amz-Expires") for one in expired] == [None, "3600"]


def test_a_wrong_version_4_signature_is_rejected_with_what_it_should_be_made_from(buckets):
    # https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
    url = presigned(buckets, signature_version="s3v4")

    found = error(requests.get(url.replace("q1.csv", "q2.csv"), timeout=10))

    assert found["Code"] == "SignatureDoesNotMatch"
    assert found["StringToSign"].startswith("AWS4-HMAC-SHA256\n")
    assert found["CanonicalRequest"].startswith("GET\n/reports/q2.csv\n")
    assert found["AWSAccessKeyId"].startswith("AKIA")


def test_an_unknown_access_key_is_named_in_the_error(buckets):
    s3 = boto3.client(
        "s3",
        endpoint_url=buckets.endpoint,
        region_name="us-east-1",
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="x",
    )

    found = error(requests.get(s3.generate_presigned_url("get_object", Params=REPORT), timeout=10))

    assert (found["Code"], found["AWSAccessKeyId"]) == ("InvalidAccessKeyId", "AKIAIOSFODNN7EXAMPLE")


def test_every_header_that_begins_with_x_amz_must_be_signed(buckets, s3):
    # https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
    s3.create_bucket(Bucket="unsigned-headers")
    keys = buckets.session(actor="admin").get_credentials().get_frozen_credentials()
    request = AWSRequest("PUT", f"{buckets.endpoint}/unsigned-headers/k", data=b"x")
    S3SigV4Auth(Credentials(*keys), "s3", "us-east-1").add_auth(request)
    headers = dict(request.headers)

    added = requests.put(request.url, data=b"x", headers=headers | {"x-amz-acl": "public-read"}, timeout=10)

    assert (added.status_code, error(added)["Code"]) == (403, "AccessDenied")
    assert error(added)["HeadersNotSigned"] == "x-amz-acl"
    assert requests.put(request.url, data=b"x", headers=headers, timeout=10).status_code == 200


# https://github.com/minio/minio/issues/2638
@pytest.mark.parametrize("signed_at", ["21000101T000000Z", "99991231T235959Z"])
def test_a_version_4_url_is_not_valid_before_it_was_signed(buckets, monkeypatch, signed_at):
    moment = datetime.strptime(signed_at, "%Y%m%dT%H%M%SZ")
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: moment)

    found = error(requests.get(presigned(buckets, signature_version="s3v4"), timeout=10))

    assert (found["Code"], found["Message"]) == ("AccessDenied", "Request is not yet valid")
    assert found["X-Amz-Date"] == f"{moment.replace(tzinfo=UTC).timestamp():.0f}000"


# https://github.com/IQSS/dataverse/issues/4524
def test_a_header_that_a_url_chooses_has_characters_that_http_can_send(s3):
    name = 'attachment; filename="{}.txt"'

    latin = s3.get_object(**REPORT, ResponseContentDisposition=name.format("é"))
    with pytest.raises(ClientError) as raised:
        s3.get_object(**REPORT, ResponseContentDisposition=name.format("日本"))

    assert latin["ContentDisposition"] == name.format("é")
    found = raised.value.response["Error"]
    assert (found["Code"], found["ArgumentName"]) == ("InvalidArgument", "response-content-disposition")
    assert found["Message"] == "Header value cannot be represented using ISO-8859-1."


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_a_signature_in_other_characters_does_not_match(buckets, version):
    url = re.sub("Signature=[^&]+", "Signature=%C3%A9", presigned(buckets, signature_version=version))

    found = error(requests.get(url, timeout=10))

    assert (found["Code"], found["SignatureProvided"]) == ("SignatureDoesNotMatch", "é")


def test_a_session_token_in_other_characters_is_invalid(buckets):
    keys = buckets.client("sts", actor="reader").get_session_token()["Credentials"]
    url = presigned_with(buckets, keys | {"SessionToken": "é"})

    assert error(requests.get(url, timeout=10))["Code"] == "InvalidToken"


def presigned_with(buckets, credentials) -> str:
    s3 = buckets.client("s3", credentials=credentials, config=Config(signature_version="s3v4"))
    return s3.generate_presigned_url("get_object", Params=REPORT)


# https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
def test_a_version_4_url_is_valid_for_a_week_at_most(buckets):
    url = re.sub(
        "X-Amz-Expires=[0-9]+", "X-Amz-Expires=604801", presigned(buckets, signature_version="s3v4")
    )

    response = requests.get(url, timeout=10)

    assert response.status_code == 400
    assert error(response)["Code"] == "AuthorizationQueryParametersError"
