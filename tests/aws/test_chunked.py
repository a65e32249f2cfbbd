"""Uploads in signed chunks, with the example of AWS's documentation.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
"""

import pytest

from rolecall.aws.chunked import SIGNED, SIGNED_WITH_TRAILER, Scope, verify_chunks

# The example of that page: its secret, date, region, and the signatures that it prints.
SCOPE = Scope(
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "20130524",
    "us-east-1",
    "s3",
    "20130524T000000Z",
    "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
)
BODY = (
    b"10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n"
    + b"a" * 65536
    + b"\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n"
    + b"a" * 1024
    + b"\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n"
)


def test_the_documented_example_is_valid():
    assert verify_chunks(BODY, SIGNED, SCOPE)


@pytest.mark.parametrize(
    "changed",
    [
        BODY.replace(b"a" * 65536, b"a" * 65535 + b"b"),
        BODY.replace(b"\r\n400;", b"\r\n3ff;"),
        BODY.replace(b"0055627c", b"0055627d"),
        BODY[: BODY.index(b"\r\n400;")] + BODY[BODY.index(b"\r\n0;") :],
        BODY[: BODY.index(b"\r\n0;")],
        b"",
        b"a" * 100,
    ],
    ids=["data", "size", "signature", "missing chunk", "no last chunk", "empty", "no frame"],
)
def test_a_changed_body_is_not_valid(changed):
    assert not verify_chunks(changed, SIGNED, SCOPE)


def test_a_declared_trailer_must_be_signed():
    assert not verify_chunks(BODY, SIGNED_WITH_TRAILER, SCOPE)
