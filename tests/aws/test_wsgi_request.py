"""A request that is shared with moto is read as one that moto makes itself."""

from io import BytesIO

import pytest
from moto.core.request import EnvironHeaders, Request

from rolecall.aws.http import HEADERS_WITH_UNDERSCORES
from rolecall.aws.wsgi_request import WsgiRequest

FORM = "application/x-www-form-urlencoded"


def environ(method="GET", path="/", query="", body=b"", content_type="", **headers):
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "RAW_URI": path + (f"?{query}" if query else ""),
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": content_type,
        "HTTP_HOST": "127.0.0.1:5000",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "5000",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        **headers,
    }


@pytest.mark.parametrize(
    "given",
    [
        {"path": "/reports/a%20b", "query": "versionId=1&acl"},
        {"path": "//reports"},
        {"path": "/", "HTTP_HOST": "reports.s3.amazonaws.com:80"},
        {"method": "POST", "body": b"Action=ListUsers&Version=1", "content_type": FORM},
        {"method": "POST", "body": b'{"TableName": "items"}', "content_type": "application/x-amz-json-1.0"},
        {"method": "PUT", "body": b"any bytes \xff", "content_type": "text/plain"},
    ],
    ids=str,
)
@pytest.mark.parametrize("names", [("form", "data"), ("data", "form")], ids="-".join)
def test_a_request_has_the_same_properties(given, names):
    ours, theirs = WsgiRequest(environ(**given)), Request(environ(**given))

    for name in ("args", "host", "url", "url_root", "raw_path", "raw_url", "files", *names, *names):
        assert getattr(ours, name) == getattr(theirs, name), name


def test_a_form_takes_the_place_of_the_query():
    with_form = environ("POST", "/", "Action=ListUsers", b"Action=GetUser", FORM)

    assert dict(WsgiRequest(with_form).values) == {"Action": "GetUser"}
    assert dict(WsgiRequest(environ(query="Action=ListUsers")).values) == {"Action": "ListUsers"}


def test_an_object_is_no_form_whatever_its_type():
    request = WsgiRequest(environ("PUT", "/reports/form", body=b"a=b", content_type=FORM))

    assert not request.form


def test_headers_are_found_as_moto_finds_them():
    given = environ(HTTP_X_AMZ_DATE="20260101", HTTP_EMPTY="", HTTP_CONTENT_TYPE="ignored")
    ours, theirs = WsgiRequest(given).headers, EnvironHeaders(given)

    for name in ("X-Amz-Date", "x-amz-date", "empty", "Content-Type", "content-length", "missing"):
        assert (name in ours, ours.get(name), ours.get(name, "no")) == (
            name in theirs,
            theirs.get(name),
            theirs.get(name, "no"),
        )
    assert list(ours.items()) == list(theirs.items())
    assert list(ours.items(lower=True)) == list(theirs.items(lower=True))
    assert list(ours.keys()) == list(theirs.keys())
    with pytest.raises(KeyError):
        ours["missing"]


def test_two_headers_that_differ_in_hyphens_are_both_found():
    given = environ(**{"HTTP_X_AMZ_META_A_B": "hyphens", "HTTP_X_AMZ_META_A_B.": "underscores"})
    given[HEADERS_WITH_UNDERSCORES] = {"HTTP_X_AMZ_META_A_B.": "x-amz-meta-a_b"}

    headers = WsgiRequest(given).headers

    assert (headers["x-amz-meta-a-b"], headers["x-amz-meta-a_b"]) == ("hyphens", "underscores")
    assert ("x-amz-meta-a_b", "underscores") in headers.items()


def test_a_request_is_made_once_and_sees_the_headers_that_are_added():
    given = environ()
    first = WsgiRequest.of(given)
    assert "X-Moto-Account-Id" not in dict(first.headers.items())

    given["HTTP_X_MOTO_ACCOUNT_ID"] = "111122223333"

    assert WsgiRequest.of(given) is first
    assert dict(first.headers.items())["X-Moto-Account-Id"] == "111122223333"


def test_the_request_of_another_environment_is_another_one():
    given = environ()
    first = WsgiRequest.of(given)

    assert WsgiRequest.of(dict(given)) is not first
