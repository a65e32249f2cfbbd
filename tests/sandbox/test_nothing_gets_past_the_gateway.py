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
from rolecall.aws.http import HttpRequest
from rolecall.aws.s3 import copied_object
from rolecall.aws.sigv4 import form_parameters

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


@pytest.mark.parametrize(
    ("bucket", "key"), [("latest", "api/token"), ("moto-api-reports", "reset"), ("favicon.ico", "k")]
)
def test_a_bucket_can_have_the_name_of_a_page_of_moto(public, bucket, key):
    s3 = public.client("s3", actor="admin")
    s3.create_bucket(Bucket=bucket)

    s3.put_object(Bucket=bucket, Key=key, Body=b"x")

    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"x"


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


@pytest.mark.parametrize(
    ("service", "call", "result"),
    [("sns", "list_topics", b":eu-west-1:111122223333:news"), ("lambda", "list_functions", b'"Functions"')],
)
def test_a_presigned_url_is_for_the_service_and_region_in_its_signature(public, service, call, result):
    public.client("sns", actor="admin", region_name="eu-west-1").create_topic(Name="news")
    client = public.client(service, actor="admin", region_name="eu-west-1")

    with urllib.request.urlopen(client.generate_presigned_url(call, HttpMethod="GET")) as response:
        assert result in response.read()


def test_a_body_names_no_parameter_of_the_path(public):
    iot = public.client("iot", actor="admin")
    for name in ("named", "other"):
        iot.create_thing(thingName=name)
    change = {"thingName": "other", "attributePayload": {"attributes": {"color": "red"}}}
    path, json_type = "/things/named", "application/json"

    request = AWSRequest("PATCH", public.endpoint + path, {"Content-Type": json_type}, json.dumps(change))
    SigV4Auth(public.session(actor="admin").get_credentials(), "iot", "us-east-1").add_auth(request)
    urllib.request.urlopen(
        urllib.request.Request(request.url, request.data.encode(), dict(request.headers), method="PATCH")
    ).close()

    assert iot.describe_thing(thingName="named")["attributes"] == {"color": "red"}
    assert iot.describe_thing(thingName="other")["attributes"] == {}


def test_the_parts_of_a_signature_can_be_in_any_order(public):
    request = AWSRequest("GET", f"{public.endpoint}/?Action=ListTopics&Version=2010-03-31")
    SigV4Auth(public.session(actor="admin").get_credentials(), "sns", "us-east-1").add_auth(request)
    algorithm, _, parts = request.headers["Authorization"].partition(" ")
    headers = {**request.headers, "Authorization": f"{algorithm} {', '.join(reversed(parts.split(', ')))}"}

    with urllib.request.urlopen(urllib.request.Request(request.url, headers=headers)) as response:
        assert response.read().startswith(b"<ListTopicsResponse")


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


def allow_guest(sandbox, *statements):
    """Give the guest these permissions, each an action and a resource, and no others."""
    statement = [
        {"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in statements
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam = sandbox.client("iam", actor="admin")
    iam.put_user_policy(UserName="guest", PolicyName="narrow", PolicyDocument=document)


@pytest.mark.parametrize("source", ["open/odd#1", "open/odd;1", "/open/odd%231"])
def test_the_object_that_is_copied_is_the_one_that_was_decided(public, source):
    s3 = public.client("s3", actor="admin")
    s3.put_object(Bucket="open", Key="odd", Body=b"another")
    for key in ("odd#1", "odd;1"):
        s3.put_object(Bucket="open", Key=key, Body=b"named")

    request = urllib.request.Request(
        f"{public.endpoint}/open/copy", method="PUT", headers={"x-amz-copy-source": source}
    )
    urllib.request.urlopen(request).close()

    assert s3.get_object(Bucket="open", Key="copy")["Body"].read() == b"named"


@pytest.mark.parametrize("query", ["versionId=1", "x=2&versionId=1", "%76ersionId=1"])
def test_the_version_of_a_copy_is_found_anywhere_in_the_query(query):
    assert copied_object(f"/bucket/a%3Fb?{query}") == ("bucket/a?b", "1")


@pytest.mark.parametrize("name", ["abort_multipart_upload", "complete_multipart_upload", "list_parts"])
def test_an_upload_belongs_to_one_key(public, name):
    s3, guest = public.client("s3", actor="admin"), public.client("s3", actor="guest")
    upload = s3.create_multipart_upload(Bucket="closed", Key="private")["UploadId"]
    part = s3.upload_part(Bucket="closed", Key="private", UploadId=upload, PartNumber=1, Body=b"x")
    allow_guest(public, ("s3:*", "arn:aws:s3:::closed/own"))
    parts = [{"PartNumber": 1, "ETag": part["ETag"]}]
    more = {"MultipartUpload": {"Parts": parts}} if name.startswith("complete") else {}

    with pytest.raises(ClientError) as refused:
        getattr(guest, name)(Bucket="closed", Key="own", UploadId=upload, **more)

    assert refused.value.response["Error"]["Code"] == "NoSuchUpload"
    s3.abort_multipart_upload(Bucket="closed", Key="private", UploadId=upload)


def test_a_log_group_is_found_by_its_arn(public):
    logs, guest = public.client("logs", actor="admin"), public.client("logs", actor="guest")
    for name in ("mine", "other"):
        logs.create_log_group(logGroupName=name)
        logs.create_log_stream(logGroupName=name, logStreamName=f"of-{name}")
    arn = "arn:aws:logs:us-east-1:111122223333:log-group:mine"
    allow_guest(public, ("logs:DescribeLogStreams", f"{arn}:*"))

    streams = guest.describe_log_streams(logGroupIdentifier=arn)["logStreams"]

    assert [stream["logStreamName"] for stream in streams] == ["of-mine"]


def test_a_message_has_one_target(public):
    admin, guest = public.client("sns", actor="admin"), public.client("sns", actor="guest")
    mine, other = (admin.create_topic(Name=name)["TopicArn"] for name in ("mine", "other"))
    allow_guest(public, ("sns:Publish", mine))

    for target in ({"TargetArn": other}, {"PhoneNumber": "+15551234567"}):
        with pytest.raises(ClientError) as refused:
            guest.publish(TopicArn=mine, Message="hi", **target)
        assert refused.value.response["Error"]["Code"] == "InvalidParameter"


# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html
@pytest.mark.parametrize(
    "which",
    [{"SecretIdList": ["mine3", "other3"]}, {"Filters": [{"Key": "name", "Values": ["mine3", "other3"]}]}],
)
def test_a_batch_has_the_secrets_that_the_caller_may_read(public, which):
    admin = public.client("secretsmanager", actor="admin")
    for name in ("mine3", "other3"):
        with contextlib.suppress(admin.exceptions.ResourceExistsException):
            admin.create_secret(Name=name, SecretString=name)
    mine = admin.describe_secret(SecretId="mine3")["ARN"]
    batches = ["secretsmanager:BatchGetSecretValue", "secretsmanager:ListSecrets"]
    allow_guest(public, (batches, "*"), ("secretsmanager:GetSecretValue", mine))

    batch = public.client("secretsmanager", actor="guest").batch_get_secret_value(**which)

    assert [secret["SecretString"] for secret in batch["SecretValues"]] == ["mine3"]
    assert [error["ErrorCode"] for error in batch["Errors"]] == ["AccessDeniedException"]


# https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html
@pytest.mark.parametrize(
    ("change", "target"),
    [({"NewUserName": "renamed"}, "staff/renamed"), ({"NewPath": "/admins/"}, "admins/moved")],
)
def test_a_user_is_renamed_with_permissions_on_both_arns(public, change, target):
    iam, guest = public.client("iam", actor="admin"), public.client("iam", actor="guest")
    with contextlib.suppress(ClientError):
        iam.create_user(UserName="moved", Path="/staff/")
    user = "arn:aws:iam::111122223333:user/"
    allow_guest(public, ("iam:UpdateUser", f"{user}staff/moved"))

    with pytest.raises(ClientError) as refused:
        guest.update_user(UserName="moved", **change)

    assert f"on resource: {user}{target}" in refused.value.response["Error"]["Message"]
    iam.get_user(UserName="moved")


def test_records_are_read_of_the_stream_that_was_decided(public):
    kinesis, guest = public.client("kinesis", actor="admin"), public.client("kinesis", actor="guest")
    iterators = {}
    for name in ("mine", "other"):
        kinesis.create_stream(StreamName=name, ShardCount=1)
        iterators[name] = kinesis.get_shard_iterator(
            StreamName=name, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
    mine = "arn:aws:kinesis:us-east-1:111122223333:stream/mine"
    allow_guest(public, ("kinesis:GetRecords", mine))

    assert guest.get_records(ShardIterator=iterators["mine"])["Records"] == []
    for named, code in (({}, "AccessDeniedException"), ({"StreamARN": mine}, "InvalidArgumentException")):
        with pytest.raises(ClientError) as refused:
            guest.get_records(ShardIterator=iterators["other"], **named)
        assert refused.value.response["Error"]["Code"] == code


def test_an_iterator_for_the_arn_of_a_stream_reads_that_stream(public):
    # https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html
    kinesis = public.client("kinesis", actor="admin")
    kinesis.create_stream(StreamName="by-arn", ShardCount=1)
    arn = kinesis.describe_stream_summary(StreamName="by-arn")["StreamDescriptionSummary"]["StreamARN"]
    shard = {"ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    iterator = kinesis.get_shard_iterator(StreamARN=arn, **shard)["ShardIterator"]

    for named in ({}, {"StreamARN": arn}):
        read = kinesis.get_records(ShardIterator=iterator, **named)
        assert kinesis.get_records(ShardIterator=read["NextShardIterator"])["Records"] == []


def test_the_first_value_of_a_repeated_field_counts():
    request = HttpRequest("POST", "/", "", {}, b"Version=2012-06-01&Version=2015-12-01", "127.0.0.1")

    assert form_parameters(request) == {"Version": "2012-06-01"}


@pytest.mark.slow
def test_a_question_mark_in_a_path_is_a_part_of_a_label(public):
    status, _ = send(
        public, "admin", "apigateway", "/restapis/a%3fb/deployments?x=1", "{}", "application/json"
    )

    assert status == 404


def test_a_ciphertext_is_decrypted_with_the_key_that_was_decided(public):
    kms, guest = public.client("kms", actor="admin"), public.client("kms", actor="guest")
    mine, other = (kms.create_key()["KeyMetadata"] for _ in range(2))
    secret = kms.encrypt(KeyId=other["KeyId"], Plaintext=b"secret")["CiphertextBlob"]
    allow_guest(public, ("kms:*", mine["Arn"]))
    key = mine["KeyId"]

    for call, parameters in (
        (guest.decrypt, {"KeyId": key}),
        (guest.re_encrypt, {"SourceKeyId": key, "DestinationKeyId": key}),
    ):
        with pytest.raises(ClientError) as refused:
            call(CiphertextBlob=secret, **parameters)
        assert refused.value.response["Error"]["Code"] == "IncorrectKeyException"


@pytest.mark.slow
def test_a_launch_template_is_named_by_its_id_or_its_name(public):
    version = "Version=2016-11-15"
    body = f"Action=DeleteLaunchTemplate&LaunchTemplateId=lt-1&LaunchTemplateName=other&{version}"

    _, answer = send(public, "admin", "ec2", "/", body)

    assert b"<Code>InvalidParameterCombination</Code>" in answer


def test_a_presigned_url_is_for_no_other_body(public):
    url = public.client("sts", actor="guest").generate_presigned_url("get_caller_identity")
    other = b"Action=GetSessionToken&Version=2011-06-15"

    urllib.request.urlopen(urllib.request.Request(url, method="POST")).close()
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(url, other, method="POST"))

    assert b"<Code>SignatureDoesNotMatch</Code>" in refused.value.read()
