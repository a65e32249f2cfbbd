"""Uploads by a form, which boto3's generate_presigned_post prepares.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

from pathlib import Path
from xml.etree import ElementTree

import pytest
import requests
from botocore.config import Config

from rolecall import Sandbox


@pytest.fixture(scope="module")
def buckets():
    with Sandbox(Path(__file__).parent / "worlds" / "buckets.yaml") as sandbox:
        yield sandbox


def presigned_post(buckets, key="up/${filename}", actor="admin", version="s3v4", **parameters):
    s3 = buckets.client("s3", actor=actor, config=Config(signature_version=version))
    return s3.generate_presigned_post("reports", key, **parameters)


def upload(form, name="a.txt", body=b"hello", **fields):
    return requests.post(
        form["url"],
        data=form["fields"] | fields,
        files={"file": (name, body)},
        timeout=10,
        allow_redirects=False,
    )


def error(response) -> tuple[int, str, str]:
    found = ElementTree.fromstring(response.text)
    return response.status_code, found.findtext("Code"), found.findtext("Message")


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_a_form_stores_a_file_under_its_name(buckets, version):
    response = upload(presigned_post(buckets, f"{version}/${{filename}}", version=version))

    stored = buckets.client("s3", actor="admin").get_object(Bucket="reports", Key=f"{version}/a.txt")
    assert response.status_code == 204
    assert response.headers["ETag"] == stored["ETag"]
    assert stored["Body"].read() == b"hello"


def test_a_form_chooses_its_response(buckets):
    status = presigned_post(
        buckets, "k", Fields={"success_action_status": "201"}, Conditions=[{"success_action_status": "201"}]
    )
    page = "http://127.0.0.1/done"
    redirect = presigned_post(
        buckets,
        "k",
        Fields={"success_action_redirect": page},
        Conditions=[{"success_action_redirect": page}],
    )

    created, moved = upload(status), upload(redirect)

    assert (created.status_code, ElementTree.fromstring(created.text).findtext("Key")) == (201, "k")
    assert moved.status_code == 303
    assert moved.headers["Location"].startswith(f"{page}?bucket=reports&key=k&etag=")


def test_the_fields_of_a_form_can_have_any_characters(buckets):
    page = "http://127.0.0.1/日本\r\nX-Other: 1"
    fields = {"success_action_redirect": page, "x-amz-meta-name": "日本"}
    form = presigned_post(buckets, "k", Fields=fields, Conditions=[fields])

    moved = upload(form)

    stored = buckets.client("s3", actor="admin").head_object(Bucket="reports", Key="k")["Metadata"]["name"]
    assert stored.encode("latin-1").decode() == "日本"
    assert moved.headers["Location"].startswith("http://127.0.0.1/%E6%97%A5%E6%9C%ACX-Other:%201?bucket=")
    assert "X-Other" not in moved.headers


def test_a_form_has_the_permissions_of_its_signer(buckets):
    assert error(upload(presigned_post(buckets, actor="nobody")))[:2] == (403, "AccessDenied")


def test_a_field_that_the_policy_does_not_list_is_rejected(buckets):
    response = upload(presigned_post(buckets, "k"), **{"x-amz-meta-by": "eve"})

    message = "Invalid according to Policy: Extra input fields: x-amz-meta-by"
    assert error(response) == (403, "AccessDenied", message)


def test_a_field_with_another_value_is_rejected(buckets):
    response = upload(presigned_post(buckets, "k"), key="other")

    message = 'Invalid according to Policy: Policy Condition failed: ["eq", "$key", "k"]'
    assert error(response) == (403, "AccessDenied", message)


def test_the_policy_limits_the_size(buckets):
    form = presigned_post(buckets, "k", Conditions=[["content-length-range", 2, 4]])

    assert upload(form, body=b"123").status_code == 204
    assert error(upload(form, body=b"12345"))[:2] == (400, "EntityTooLarge")
    assert error(upload(form, body=b"1"))[:2] == (400, "EntityTooSmall")


def test_an_expired_policy_is_rejected(buckets):
    response = upload(presigned_post(buckets, "k", ExpiresIn=-60))

    assert error(response) == (403, "AccessDenied", "Invalid according to Policy: Policy expired.")


def test_a_form_tags_the_object(buckets):
    tags = "<Tagging><TagSet><Tag><Key>team</Key><Value>a b</Value></Tag></TagSet></Tagging>"
    tagged = {"Fields": {"tagging": tags}, "Conditions": [{"tagging": tags}]}

    assert upload(presigned_post(buckets, "tagged", **tagged)).status_code == 204
    found = buckets.client("s3", actor="admin").get_object_tagging(Bucket="reports", Key="tagged")
    assert found["TagSet"] == [{"Key": "team", "Value": "a b"}]
    broken = {"Fields": {"tagging": "<Tagging>"}, "Conditions": [{"tagging": "<Tagging>"}]}
    assert error(upload(presigned_post(buckets, "k", **broken)))[:2] == (400, "MalformedXML")


def test_a_policy_expires_by_the_clock_of_the_sandbox(buckets):
    before = presigned_post(buckets, "k", ExpiresIn=60)
    buckets.clock.advance(hours=1)
    after = presigned_post(buckets, "k", ExpiresIn=60)

    assert error(upload(before))[2] == "Invalid according to Policy: Policy expired."
    assert upload(after).status_code == 204


def test_a_changed_policy_is_rejected(buckets):
    form = presigned_post(buckets, "k")
    form["fields"]["policy"] = presigned_post(buckets, "other")["fields"]["policy"]

    assert error(upload(form))[:2] == (403, "SignatureDoesNotMatch")


def test_a_form_without_a_signature_is_anonymous(buckets):
    response = upload({"url": f"{buckets.endpoint}/reports", "fields": {"key": "k"}})

    assert error(response)[:2] == (403, "AccessDenied")


def test_an_object_put_with_the_content_type_of_a_form_keeps_its_body(buckets):
    s3 = buckets.client("s3", actor="admin")
    body = b'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nx\r\n--b--\r\n'

    s3.put_object(Bucket="reports", Key="form", Body=body, ContentType="multipart/form-data; boundary=b")

    assert s3.get_object(Bucket="reports", Key="form")["Body"].read() == body


def test_metadata_with_underscores_keep_their_names(buckets):
    s3 = buckets.client("s3", actor="admin")

    s3.put_object(Bucket="reports", Key="named", Metadata={"my_key": "1", "other-key": "2"})

    assert s3.head_object(Bucket="reports", Key="named")["Metadata"] == {"my_key": "1", "other-key": "2"}
