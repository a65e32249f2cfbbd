"""moto does just what was decided, whatever else a request says."""

import contextlib
import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError

from rolecall import Sandbox

WORLD = """\
world: public
accounts:
  main:
    id: "111122223333"
    users:
      admin: {managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}
    buckets:
      open:
        objects: {a: hi}
        policy:
          Version: "2012-10-17"
          Statement: {Effect: Allow, Principal: "*", Action: "s3:*", Resource: ["arn:aws:s3:::open", "arn:aws:s3:::open/*"]}
actors: {admin: {user: main/admin}}
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
    assert [user["UserName"] for user in users] == ["admin"]
