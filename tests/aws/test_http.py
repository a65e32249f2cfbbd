from io import BytesIO

from rolecall.aws.http import HttpRequest


def environ(**more):
    return {"REQUEST_METHOD": "PUT", "PATH_INFO": "/a b", "wsgi.input": BytesIO(b"text and more"), **more}


def test_the_path_keeps_its_percent_encoding():
    request = HttpRequest.from_environ(environ(REQUEST_URI="/a%20b?versionId=1&versionId=2"))

    assert (request.path, request.query) == ("/a%20b", "versionId=1&versionId=2")
    assert request.query_parameters() == {"versionId": "2"}


def test_the_body_is_as_long_as_its_header_says_and_can_be_read_again():
    sent = environ(CONTENT_LENGTH="4")

    request = HttpRequest.from_environ(sent)

    assert (request.body, sent["wsgi.input"].read()) == (b"text", b"text")


def test_headers_have_lower_case_names():
    request = HttpRequest.from_environ(
        environ(HTTP_X_AMZ_DATE="20261126T080000Z", CONTENT_TYPE="text/plain")
    )

    assert (request.headers["x-amz-date"], request.headers["content-type"]) == (
        "20261126T080000Z",
        "text/plain",
    )


def test_a_request_is_written_with_names_that_differ_in_an_underscore():
    headers = {"x-amz-meta-a-b": "1", "x-amz-meta-a_b": "2", "content-length": "0"}
    written = {}

    HttpRequest("PUT", "/", "", headers, b"", "127.0.0.1").write_to(written)

    assert HttpRequest.from_environ(written).headers == headers
