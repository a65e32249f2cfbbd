"""A body that a client compressed is read as it was before, if its service accepts it."""

import gzip

import pytest

from rolecall.aws.compression import decompressed
from rolecall.aws.errors import AwsError
from rolecall.aws.http import HttpRequest

TEXT = b'{"Namespace": "Shop"}'


def request(body, encoding="gzip"):
    return HttpRequest("POST", "/", "", {"content-encoding": encoding}, body, "127.0.0.1")


# https://docs.aws.amazon.com/sdkref/latest/guide/feature-compression.html
def test_a_body_is_decompressed_for_a_service_that_accepts_it():
    read = decompressed(request(gzip.compress(TEXT)), "cloudwatch", "json")

    assert read.body == TEXT
    assert read.headers == {"content-length": str(len(TEXT))}


# https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
@pytest.mark.parametrize("service", ["s3", "unknown"])
def test_other_services_receive_the_body_as_it_is(service):
    sent = request(gzip.compress(TEXT))

    assert decompressed(sent, service, "rest-json") is sent


@pytest.mark.parametrize("encoding", ["aws-chunked", "br", ""])
def test_another_encoding_stays_as_it_is(encoding):
    sent = request(TEXT, encoding)

    assert decompressed(sent, "cloudwatch", "json") is sent


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (TEXT, "SerializationException"),
        (gzip.compress(TEXT)[:-9], "SerializationException"),
        (gzip.compress(bytes(11 * 1024 * 1024), 1), "RequestEntityTooLarge"),
    ],
    ids=["not gzip", "cut off", "too long"],
)
def test_a_body_that_cannot_be_decompressed_is_rejected(body, code):
    with pytest.raises(AwsError) as raised:
        decompressed(request(body), "cloudwatch", "json")

    assert raised.value.code == code
