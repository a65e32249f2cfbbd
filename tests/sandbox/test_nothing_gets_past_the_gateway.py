"""moto does just what was decided, whatever else a request says."""

import contextlib
import json
import socket
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import ClientError

from rolecall import Sandbox

WORLD = """\
world: public
accounts:
  main:
    id: "111122223333"
    users:
      admin: {managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}
      guest: {}
    buckets:
      closed: {objects: {secret: hi}}
      open:
        objects: {a: hi}
        block_public_access: false
        policy:
          Version: "2012-10-17"
          Statement: {Effect: Allow, Principal: "*", Action: "s3:*", Resource: ["arn:aws:s3:::open", "arn:aws:s3:::open/*"]}
actors: {admin: {user: main/admin}, guest: {user: main/guest}}
"""


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    file = tmp_path_factory.mktemp("world") / "public.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as sandbox:
        yield sandbox


def test_a_public_bucket_is_read_without_keys(public):
    with urllib.request.urlopen(f"{public.endpoint}/open/a") as answer:
        assert answer.read() == b"hi"


@pytest.mark.parametrize("key", ["data.json", "reset", "config"])
def test_motos_own_pages_are_a_bucket_that_is_not_there(public, key):
    s3 = public.client("s3", actor="admin")

    for call in (s3.get_object, s3.create_multipart_upload):
        with pytest.raises(ClientError) as raised:
            call(Bucket="moto-api", Key=key)
        assert raised.value.response["Error"]["Code"] == "NoSuchBucket"


def test_an_anonymous_body_cannot_name_another_service(public):
    body = b"x=" + b"x" * 5000 + b"&Action=CreateUser&UserName=evil&Version=2010-05-08"
    request = urllib.request.Request(
        f"{public.endpoint}/open/b?uploads",
        data=body,
        method="POST",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )

    with contextlib.suppress(urllib.error.HTTPError):
        urllib.request.urlopen(request).close()

    users = public.client("iam", actor="admin").list_users()["Users"]
    assert [user["UserName"] for user in users] == ["admin", "guest"]


def head(url: str) -> tuple[bytes, bytes]:
    """Send a HEAD request, and return the head and the body of everything that the server sends."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        target = f"{address.path}?{address.query}"
        connection.sendall(f"HEAD {target} HTTP/1.0\r\nHost: {address.netloc}\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.lower(), body


@pytest.mark.parametrize(
    ("actor", "bucket", "key", "status"),
    [("guest", "closed", "secret", b" 403 "), ("admin", "open", "missing", b" 404 ")],
)
def test_an_error_of_a_head_request_has_no_body(public, actor, bucket, key, status):
    s3 = public.client("s3", actor=actor, config=Config(signature_version="s3v4"))
    url = s3.generate_presigned_url("head_object", {"Bucket": bucket, "Key": key})

    headers, body = head(url)

    assert status in headers.partition(b"\r\n")[0]
    assert body == b""


def test_a_denied_head_request_announces_no_body(public):
    s3 = public.client("s3", actor="guest", config=Config(signature_version="s3v4"))

    headers, _ = head(s3.generate_presigned_url("head_object", {"Bucket": "closed", "Key": "secret"}))

    assert b"content-length: 0" in headers


def send(sandbox, actor, service, path, body, content_type="application/x-www-form-urlencoded", **headers):
    """Sign and send a request that no SDK makes; returns the status and the body."""
    url = sandbox.endpoint + path
    request = AWSRequest("POST", url, headers={"Content-Type": content_type, **headers}, data=body)
    SigV4Auth(sandbox.session(actor=actor).get_credentials(), service, "us-east-1").add_auth(request)
    signed = urllib.request.Request(url, body.encode(), dict(request.headers.items()), method="POST")
    try:
        with urllib.request.urlopen(signed) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.mark.parametrize("text", ["&Action=DeleteSecret&", "&SecretId=other&SecretString=changed&"])
def test_a_text_in_a_body_names_no_operation_and_no_parameter(public, text):
    secrets = public.client("secretsmanager", actor="admin")
    for name in ("named", "other"):
        with contextlib.suppress(secrets.exceptions.ResourceExistsException):
            secrets.create_secret(Name=name, SecretString="first")

    secrets.put_secret_value(SecretId="named", SecretString=text)

    assert secrets.get_secret_value(SecretId="named")["SecretString"] == text
    assert secrets.get_secret_value(SecretId="other")["SecretString"] == "first"


def test_the_query_names_no_parameter_of_a_body_in_json(public):
    secrets = public.client("secretsmanager", actor="admin")
    for name in ("named2", "other2"):
        with contextlib.suppress(secrets.exceptions.ResourceExistsException):
            secrets.create_secret(Name=name, SecretString="first")

    status, _ = send(
        public,
        "admin",
        "secretsmanager",
        "/?SecretId=other2&Name=other2",
        '{"SecretId": "named2", "SecretString": "second"}',
        "application/x-amz-json-1.1",
        **{"X-Amz-Target": "secretsmanager.PutSecretValue"},
    )

    assert status == 200
    assert secrets.get_secret_value(SecretId="named2")["SecretString"] == "second"
    assert secrets.get_secret_value(SecretId="other2")["SecretString"] == "first"


@pytest.mark.parametrize("origin", [{}, {"Origin": "https://shop.example.com"}])
def test_a_header_names_no_parameter_of_a_body_in_json(public, origin):
    name = f"with-{len(origin)}-origins"

    _, created = send(
        public,
        "admin",
        "secretsmanager",
        "/",
        json.dumps({"Name": name, "SecretString": "first"}),
        "application/x-amz-json-1.1",
        **{"X-Amz-Target": "secretsmanager.CreateSecret", "Name": "Other", **origin},
    )

    assert json.loads(created)["Name"] == name


def test_a_form_is_decided_and_performed_whatever_the_query_says(public):
    iam = public.client("iam", actor="admin")
    iam.create_user(UserName="kept")
    version = "Version=2010-05-08"

    status, body = send(
        public,
        "admin",
        "iam",
        f"/?Action=DeleteUser&UserName=kept&{version}",
        f"Action=GetUser&UserName=kept&{version}",
    )

    assert (status, b"<UserName>kept" in body) == (200, True)
    assert public.calls()[-1]["call"] == "iam.GetUser"


def test_the_user_agent_names_no_region(public):
    elsewhere = Config(user_agent_extra="region/eu-west-1")
    queues = public.session(actor="admin").client("sqs", region_name="us-east-1", config=elsewhere)

    url = queues.create_queue(QueueName="here")["QueueUrl"]

    assert public.client("sqs", actor="admin").list_queues()["QueueUrls"] == [url]


# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("acl&tagging", "InvalidArgument"),
        ("uploadId=1&acl", "InvalidArgument"),
        ("restore", "MethodNotAllowed"),
    ],
)
def test_a_request_is_about_one_subresource(public, query, code):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{public.endpoint}/open/a?{query}")

    assert f"<Code>{code}</Code>" in refused.value.read().decode()
