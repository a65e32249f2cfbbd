"""What the sandbox makes of moto's results without Flask and werkzeug is what they make of them."""

import flask
import pytest

from rolecall.sandbox import moto_app, moto_dispatch

assert moto_app  # It replaces the functions of moto that are slow.


@pytest.mark.parametrize(
    ("status", "headers", "content"),
    [
        (200, {}, ""),
        (200, {"Content-Type": "text/xml"}, "<a>ä</a>"),
        (200, {"content-type": "application/json", "x-amz-crc32": 12}, b"{}"),
        (404, {"status": "404", "Content-Length": "7", "ETag": '"a"'}, "missing"),
        (200, {"content-length": 3}, b"abc"),
        (500, {"X-Empty": ""}, "x"),
    ],
)
def test_a_plain_response_is_the_one_that_flask_makes(status, headers, content):
    response = moto_dispatch._plain_response(status, dict(headers), content, "GET")

    body, line, sent = flask.Response(content, status, headers).get_wsgi_response({"REQUEST_METHOD": "GET"})
    assert response is not None
    assert (response.status, response.body) == (int(line[:3]), b"".join(body))
    assert sorted((name.lower(), value) for name, value in response.headers) == sorted(
        (name.lower(), value) for name, value in sent
    )


@pytest.mark.parametrize(
    ("status", "headers", "content", "method"),
    [
        (200, {}, "", "HEAD"),
        (204, {}, "", "GET"),
        (304, {}, "", "GET"),
        ("200 OK", {}, "", "GET"),
        (200, {"Location": "/ä"}, "", "GET"),
        (200, {"X-Amz-Meta-A": "one\ntwo"}, "", "GET"),
        (200, {"Vary": ["a", "b"]}, "", "GET"),
        (200, [("A", "b")], "", "GET"),
        (200, {}, iter([b"a"]), "GET"),
        (200, {}, None, "GET"),
    ],
)
def test_flask_makes_every_other_response(status, headers, content, method):
    assert moto_dispatch._plain_response(status, headers, content, method) is None
