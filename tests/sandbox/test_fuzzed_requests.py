"""Malformed requests and signatures: an error in 4xx, never a 5xx, never a success without authentication."""

import http.client
import random
from urllib.parse import urlsplit

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from rolecall import Sandbox

pytestmark = pytest.mark.slow

STS = (
    "sts",
    "POST",
    "/",
    b"Action=GetCallerIdentity&Version=2011-06-15",
    {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
)
TABLES = (
    "dynamodb",
    "POST",
    "/",
    b"{}",
    {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.ListTables"},
)
BUCKETS = ("s3", "GET", "/", b"", {})
OBJECT = ("s3", "GET", "/acme-reports/2026/q1.csv", b"", {})


def signed(sandbox: Sandbox, service, method, path, body, headers) -> dict[str, str]:
    keys = sandbox.session(actor="dana").get_credentials()
    request = AWSRequest(method=method, url=sandbox.endpoint + path, data=body, headers=dict(headers))
    auth = S3SigV4Auth if service == "s3" else SigV4Auth
    auth(Credentials(keys.access_key, keys.secret_key), service, sandbox.region).add_auth(request)
    return dict(request.headers)


def send(sandbox: Sandbox, method, path, body, headers) -> int:
    address = urlsplit(sandbox.endpoint)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("request_", [STS, BUCKETS], ids=["sts", "s3"])
def test_the_unchanged_request_is_accepted(reports, request_):
    _, method, path, body, _ = request_

    assert send(reports, method, path, body, signed(reports, *request_)) == 200


@pytest.mark.parametrize(
    "request_", [STS, TABLES, BUCKETS, OBJECT], ids=["sts", "dynamodb", "s3", "object"]
)
@pytest.mark.parametrize("seed", range(40))
def test_a_signed_request_with_anything_changed_is_refused(reports, request_, seed):
    chance = random.Random(seed)
    _, method, path, body, _ = request_
    headers = signed(reports, *request_)
    match chance.choice(["signature", "scope", "key", "date", "body", "path", "drop", "garble"]):
        case "signature":
            headers["Authorization"] = headers["Authorization"][:-1] + chance.choice("ghxyz")
        case "scope":
            headers["Authorization"] = headers["Authorization"].replace(
                "us-east-1", chance.choice(["eu-west-1", "", "//"])
            )
        case "key":
            headers["Authorization"] = headers["Authorization"].replace(
                "Credential=AKIA", chance.choice(["Credential=ASIA", "Credential=", "Credential=AKIB"])
            )
        case "date":
            headers["X-Amz-Date"] = chance.choice(["20000101T000000Z", "now", "", "99999999T999999Z"])
        case "body":
            body += b"&x=1"
        case "path":
            path = path + chance.choice(["x", "%", "%zz", "?a=b", "x//", "x/../y"])
        case "drop":
            headers.pop(chance.choice(["Authorization", "X-Amz-Date"]))
        case "garble":
            headers["Authorization"] = (
                "".join(chance.choice("AWS4-HMAC SHA256=,;/é\t") for _ in range(60))
                .encode("latin-1", "replace")
                .decode("latin-1")
                .strip()
            )

    assert 400 <= send(reports, method, path, body, headers) < 500


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ODD = {
    "another type": (*TABLES[:3], b'{"Limit": {"a": [1]}}', TABLES[4]),
    "a null": (*TABLES[:3], b"null", TABLES[4]),
    "deep": (*TABLES[:3], b'{"a":' * 5000, TABLES[4]),
    "a control character": (
        "iam",
        "POST",
        "/",
        b"Action=ListRoles&Version=2010-05-08&PathPrefix=%00",
        FORM,
    ),
    "a large number": (
        "iam",
        "POST",
        "/",
        b"Action=ListRoles&Version=2010-05-08&MaxItems=9999999999",
        FORM,
    ),
    "a tag without a value": (
        "sts",
        "POST",
        "/",
        b"Action=GetFederationToken&Version=2011-06-15&Name=ab&Tags.member.1.Key=a",
        FORM,
    ),
    "an ARN as a bucket": ("s3", "GET", "/arn%3Aaws%3A?abac", b"", {}),
    "no such role": (
        "sts",
        "POST",
        "/",
        b"Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=x&RoleSessionName=ab&WebIdentityToken=x",
        FORM,
    ),
}


@pytest.mark.parametrize("request_", ODD.values(), ids=ODD)
def test_odd_parameters_are_an_error_of_the_client(reports, request_):
    _, method, path, body, _ = request_

    assert 400 <= send(reports, method, path, body, signed(reports, *request_)) < 500


@pytest.mark.parametrize("seed", range(60))
def test_an_unsigned_request_of_any_shape_is_refused(reports, seed):
    chance = random.Random(seed)
    method = chance.choice(["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"])
    path = "/" + "".join(
        chance.choice("acme-reports/2026q1.csv?&=%#;:@") for _ in range(chance.randint(0, 30))
    ).replace("#", "")
    body = bytes(chance.randrange(256) for _ in range(chance.randint(0, 200)))
    headers = {"Host": "127.0.0.1"}
    if chance.random() < 0.5:
        headers["Content-Type"] = chance.choice(
            ["application/json", "application/x-amz-json-1.1", "text/xml", "application/cbor", "x"]
        )
    if chance.random() < 0.5:
        headers["X-Amz-Target"] = chance.choice(["DynamoDB_20120810.ListTables", "Nothing", "a.b.c", "."])
    if chance.random() < 0.3:
        body = b"Action=" + body

    assert 400 <= send(reports, method, path, body, headers) < 500
