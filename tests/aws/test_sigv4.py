"""Signature Version 4, with the examples that AWS documents.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rolecall.aws.http import HttpRequest
from rolecall.aws.sigv2 import read_url_signature
from rolecall.aws.sigv4 import BadSignature, OldSignature, form_parameters, read_signature, verify

SUITE_SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
S3_SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
EMPTY = hashlib.sha256(b"").hexdigest()
PRESIGNED = (
    "X-Amz-Algorithm=AWS4-HMAC-SHA256"
    "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
    "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
    "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
)


def suite(name_of_service, signature, headers, *, method="GET", path="/", query="", body=b""):
    """A request of AWS's Signature Version 4 test suite."""
    headers = {**headers, "x-amz-date": "20150830T123600Z"}
    signed = ";".join(sorted(headers))
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/{name_of_service}/aws4_request, "
        f"SignedHeaders={signed}, Signature={signature}"
    )
    return HttpRequest(method, path, query, headers, body, "127.0.0.1")


def s3(signature, headers, *, method="GET", path="/", query="", body=b""):
    """A request of the examples in the S3 API reference."""
    headers = {
        "host": "examplebucket.s3.amazonaws.com",
        "x-amz-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-amz-date": "20130524T000000Z",
        **headers,
    }
    headers["authorization"] = (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        f"SignedHeaders={';'.join(sorted(headers))},Signature={signature}"
    )
    return HttpRequest(method, path, query, headers, body, "127.0.0.1")


GET_VANILLA = suite(
    "service",
    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    {"host": "example.amazonaws.com"},
)
LIST_USERS = suite(
    "iam",
    "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    {
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        "host": "iam.amazonaws.com",
    },
    query="Action=ListUsers&Version=2010-05-08",
)
GET_OBJECT = s3(
    "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    {"range": "bytes=0-9"},
    path="/test.txt",
)
PUT_OBJECT = s3(
    "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    {"date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
    method="PUT",
    path="/test%24file.text",
    body=b"Welcome to Amazon S3.",
)
GET_LIFECYCLE = s3(
    "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543", {}, query="lifecycle"
)
LIST_OBJECTS = s3(
    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7", {}, query="max-keys=2&prefix=J"
)
PRESIGNED_GET = HttpRequest(
    "GET", "/test.txt", PRESIGNED, {"host": "examplebucket.s3.amazonaws.com"}, b"", "127.0.0.1"
)
DOCUMENTED = {
    "get-vanilla": (GET_VANILLA, SUITE_SECRET),
    "ListUsers": (LIST_USERS, SUITE_SECRET),
    "GetObject": (GET_OBJECT, S3_SECRET),
    "PutObject": (PUT_OBJECT, S3_SECRET),
    "GetBucketLifecycle": (GET_LIFECYCLE, S3_SECRET),
    "ListObjects": (LIST_OBJECTS, S3_SECRET),
    "presigned GetObject": (PRESIGNED_GET, S3_SECRET),
}


@pytest.mark.parametrize(("request_", "secret"), DOCUMENTED.values(), ids=DOCUMENTED)
def test_the_documented_examples_are_valid(request_, secret):
    assert verify(request_, read_signature(request_), secret)


@pytest.mark.parametrize(("request_", "secret"), DOCUMENTED.values(), ids=DOCUMENTED)
def test_another_secret_makes_another_signature(request_, secret):
    assert not verify(request_, read_signature(request_), secret + "x")


@pytest.mark.parametrize(
    "change",
    [
        {"method": "DELETE"},
        {"path": "/other.txt"},
        {"query": "max-keys=1"},
        {"body": b"other"},
        {"headers": GET_OBJECT.headers | {"range": "bytes=0-99"}},
        {"headers": GET_OBJECT.headers | {"host": "other.s3.amazonaws.com"}},
        {"headers": {name: text for name, text in GET_OBJECT.headers.items() if name != "range"}},
    ],
    ids=["method", "path", "query", "body", "signed header", "host", "missing header"],
)
def test_a_changed_request_is_not_valid(change):
    signature = read_signature(GET_OBJECT)

    assert not verify(replace(GET_OBJECT, **change), signature, S3_SECRET)


def test_a_body_that_the_declared_hash_leaves_out_is_not_verified():
    request = replace(GET_VANILLA, body=b"other")

    assert not verify(request, read_signature(request), SUITE_SECRET)


def test_an_unsigned_header_may_change():
    request = replace(GET_VANILLA, headers=GET_VANILLA.headers | {"user-agent": "curl"})

    assert verify(request, read_signature(request), SUITE_SECRET)


def test_a_presigned_url_carries_its_lifetime_and_token():
    request = replace(PRESIGNED_GET, query=PRESIGNED + "&X-Amz-Security-Token=token")

    signature = read_signature(request)

    assert (signature.expires, signature.token) == (timedelta(days=1), "token")


def test_an_unsigned_request_has_no_signature():
    assert read_signature(replace(PRESIGNED_GET, query="")) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("aws4_request", "aws5_request"),
        ("AKIDEXAMPLE/20150830/", "AKIDEXAMPLE/"),
        ("SignedHeaders=host;x-amz-date, ", ""),
        ("SignedHeaders=host;", "SignedHeaders="),
        ("/20150830/", "/20150831/"),
        ("AWS4-HMAC-SHA256", "Bearer"),
    ],
)
def test_a_malformed_authorization_header_is_rejected(old, new):
    header = GET_VANILLA.headers["authorization"].replace(old, new)

    with pytest.raises(BadSignature):
        read_signature(replace(GET_VANILLA, headers=GET_VANILLA.headers | {"authorization": header}))


@pytest.mark.parametrize("lifetime", ["0", "604801", "-1", "1h", ""])
def test_a_presigned_url_is_valid_for_at_most_a_week(lifetime):
    query = PRESIGNED.replace("X-Amz-Expires=86400", f"X-Amz-Expires={lifetime}")

    with pytest.raises(BadSignature, match="X-Amz-Expires"):
        read_signature(replace(PRESIGNED_GET, query=query))


@pytest.mark.parametrize(
    "request_",
    [
        replace(
            GET_VANILLA, headers=GET_VANILLA.headers | {"authorization": "AWS4-HMAC-SHA256 Signature=é"}
        ),
        HttpRequest("GET", "/", PRESIGNED.replace("Expires=86400", "Expires=%C2%B2"), {}, b"", "127.0.0.1"),
        HttpRequest("GET", "/", PRESIGNED.replace("86400", "9" * 5000), {}, b"", "127.0.0.1"),
    ],
)
def test_a_signature_with_odd_characters_is_rejected(request_):
    with pytest.raises(BadSignature):
        read_signature(request_)


def test_a_signature_in_a_url_that_is_not_hexadecimal_is_wrong():
    query = PRESIGNED.replace("Signature=ae", "Signature=%C3%A9")
    request = HttpRequest("GET", "/test.txt", query, {"host": "examplebucket.s3.amazonaws.com"}, b"", "")

    assert not verify(request, read_signature(request), S3_SECRET)


def test_a_header_of_signature_version_2_is_not_supported():
    header = "AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg="

    with pytest.raises(OldSignature, match="Please use AWS4-HMAC-SHA256"):
        read_signature(replace(GET_OBJECT, headers={"authorization": header}))


@pytest.mark.parametrize(
    ("query", "body"), [("", b"Action=ListUsers&Path="), ("Action=ListUsers&Path=", b"")]
)
def test_a_query_request_carries_its_parameters_in_the_body_or_the_query(query, body):
    request = replace(GET_VANILLA, query=query, body=body)

    assert form_parameters(request) == {"Action": "ListUsers", "Path": ""}


# https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html#RESTAuthenticationQueryStringAuth
@pytest.mark.parametrize(
    ("left", "duration"),
    [(-5, 0), (4, 4), (61, 120), (3598, 3600), (3601, 5400), (604_799, 604_800), (700_000, 700_000)],
)
def test_a_url_of_version_2_was_signed_for_the_shortest_usual_duration_that_has_not_passed(left, duration):
    now = datetime(2026, 11, 26, tzinfo=UTC)
    ends = now + timedelta(seconds=left)
    query = f"AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=x&Expires={int(ends.timestamp())}"
    request = HttpRequest("GET", "/reports/q1.csv", query, {}, b"", "127.0.0.1")

    signature = read_url_signature(request, now)

    assert signature.expires == timedelta(seconds=duration)
    assert signature.signed_at == ends - timedelta(seconds=duration)
