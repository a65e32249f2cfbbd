"""Requests as any client may send them: in pieces, in chunks, several at a time, or malformed."""

import gc
import json
import socket
import threading
import weakref

import pytest

from rolecall.sandbox.server import _Listener


def echo(environ, start_response):
    """Return what the server read of a request."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(0 if environ["PATH_INFO"] == "/unread" else length)
    target = environ["REQUEST_URI"]
    seen = {name: value for name, value in environ.items() if name.startswith(("HTTP_", "CONTENT_"))}
    answer = json.dumps({"headers": seen, "body": body.decode(), "target": target}).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [answer]


@pytest.fixture(scope="module")
def port():
    listener = _Listener(echo).start()
    yield int(listener.url.rpartition(":")[2])
    listener.close()


@pytest.fixture
def client(port):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        yield client


def answer(client) -> tuple[str, dict]:
    """Read one response: its status line, and what the server read."""
    stream = client.makefile("rb")
    status = stream.readline().decode().strip()
    length = 0
    while (line := stream.readline().lower()) not in (b"\r\n", b""):
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    body = stream.read(length)
    return status, json.loads(body) if status.endswith("200 OK") else {}


def test_a_request_arrives_byte_by_byte(client):
    for byte in b"POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello":
        client.sendall(bytes([byte]))

    status, seen = answer(client)

    assert status == "HTTP/1.1 200 OK"
    assert (seen["target"], seen["body"]) == ("/a", "hello")
    assert seen["headers"] == {"HTTP_HOST": "localhost", "CONTENT_LENGTH": "5"}


# https://www.rfc-editor.org/rfc/rfc9112.html#section-3.2
@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("/a?b=//c", "/a?b=//c"),
        ("http://here/a?b=c", "/a?b=c"),
        ("HTTPS://here:443/", "/"),
        ("http://here", "/"),
        ("http://here?b=c", "/?b=c"),
        ("//a//b", "//a//b"),
        ("//", "//"),
    ],
)
def test_a_target_can_be_in_absolute_form_or_start_with_an_empty_segment(client, sent, read):
    client.sendall(f"GET {sent} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

    assert answer(client)[1]["target"] == read


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (b"X-A: b\r\n", {"HTTP_X_A": "b"}),
        (b"x-a:b\r\n", {"HTTP_X_A": "b"}),
        (b"X-A:  b:c  \r\n", {"HTTP_X_A": "b:c"}),
        (b"X-A: one\r\n two\r\n", {"HTTP_X_A": "two"}),
        (b"X-A: one\r\nX-A: two\r\n", {"HTTP_X_A": "two"}),
        (b"Accept: one\r\nAccept: two\r\n", {"HTTP_ACCEPT": "one, two"}),
        (b"X-Empty:\r\n", {"HTTP_X_EMPTY": ""}),
        (b"", {}),
    ],
)
def test_headers_are_read_as_cheroot_reads_them(client, sent, read):
    client.sendall(b"GET / HTTP/1.1\r\n" + sent + b"\r\n")

    assert answer(client)[1]["headers"] == read


@pytest.mark.parametrize("sent", [b"X-A b\r\n\r\n", b"X-A: b\n\r\n", b"X-A: b\r\nX-B: c\n\n"])
def test_malformed_headers_are_a_bad_request(client, sent):
    client.sendall(b"GET / HTTP/1.1\r\n" + sent)

    assert answer(client)[0] == "HTTP/1.1 400 Bad Request"


def test_several_requests_that_arrive_at_once_are_answered_in_order(client):
    client.sendall(b"".join(b"PUT / HTTP/1.1\r\nContent-Length: 1\r\n\r\n%d" % one for one in range(5)))
    stream = client.makefile("rb")
    length = len(b'{"headers": {"CONTENT_LENGTH": "1"}, "body": "0", "target": "/"}')

    bodies = []
    for _ in range(5):
        while stream.readline() != b"\r\n":
            pass
        bodies.append(json.loads(stream.read(length))["body"])

    assert bodies == ["0", "1", "2", "3", "4"]


def test_a_client_waits_for_100_continue(client):
    client.sendall(b"PUT / HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
    assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"

    client.sendall(b"hello")

    assert answer(client)[1]["body"] == "hello"


def test_a_body_comes_in_chunks(client):
    client.sendall(b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n")

    assert answer(client)[1]["body"] == "hello"


@pytest.mark.parametrize(
    ("path", "headers", "rest"),
    [
        ("/", b"", b"0\r\n\r\n"),
        ("/", b"Content-Length: 1\r\n", b"0\r\n\r\n"),
        ("/", b"", b"0\r\nX-Trailer: a\r\n\r\n"),
        ("/unread", b"", b"0\r\n\r\n"),
    ],
)
def test_what_follows_the_last_chunk_is_the_next_request(client, path, headers, rest):
    head = b"PUT %b HTTP/1.1\r\n%bTransfer-Encoding: chunked\r\n\r\n" % (path.encode(), headers)
    client.sendall(head + b"5\r\nhello\r\n" + rest)
    first = answer(client)
    client.sendall(b"GET / HTTP/1.1\r\n\r\n")

    assert first[1]["body"] == ("" if path == "/unread" else "hello")
    assert answer(client) == ("HTTP/1.1 200 OK", {"headers": {}, "body": "", "target": "/"})


@pytest.mark.parametrize("body", [b"zz\r\nhello\r\n", b"2\r\nhello\r\n"])
def test_malformed_chunks_are_a_bad_request(client, body):
    client.sendall(b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + body)

    assert answer(client)[0] == "HTTP/1.1 400 Bad Request"


@pytest.mark.parametrize("sent", [b"", b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"])
def test_a_client_that_sends_nothing_takes_no_thread(sent):
    listener = _Listener(echo, threads=1)
    listener._server.timeout = 60
    address = ("127.0.0.1", int(listener.start().url.rpartition(":")[2]))

    with socket.create_connection(address) as idle, socket.create_connection(address, timeout=10) as other:
        if sent:
            idle.sendall(sent)
            assert answer(idle)[0] == "HTTP/1.1 200 OK"
        other.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert answer(other)[0] == "HTTP/1.1 200 OK"
    listener.close()


def test_close_ends_a_request_whose_body_never_arrives():
    arrived = threading.Event()

    def wait_for_body(environ, start_response):
        arrived.set()
        return echo(environ, start_response)

    listener = _Listener(wait_for_body)
    listener._server.shutdown_timeout = 0.01
    address = ("127.0.0.1", int(listener.start().url.rpartition(":")[2]))
    with socket.create_connection(address, timeout=5) as client:
        client.sendall(b"PUT / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhe")
        arrived.wait()
        listener.close()

        assert answer(client)[1]["body"] == "he"


@pytest.mark.parametrize(
    "host",
    [
        b"127.0.0.1:8000",
        b"[::1]",
        b"localhost:8000",
        b"reports.localhost",
        b"111122223333.127.0.0.1",
        b"reports.s3.amazonaws.com",
        b"host.docker.internal:8000",
    ],
)
def test_a_host_that_no_page_can_have_is_answered(client, host):
    client.sendall(b"GET / HTTP/1.1\r\nHost: %b\r\n\r\n" % host)

    assert answer(client)[0] == "HTTP/1.1 200 OK"


@pytest.mark.parametrize(
    "host", [b"attacker.example:8000", b"127.0.0.1.attacker.example", b"[", b"192.0.2.1"]
)
def test_a_page_whose_name_resolves_to_this_machine_is_not_answered(client, host):
    client.sendall(b"POST / HTTP/1.1\r\nHost: %b\r\nContent-Length: 5\r\n\r\nhello" % host)
    rejected = answer(client)
    client.sendall(b"GET / HTTP/1.1\r\n\r\n")

    assert rejected == ("HTTP/1.1 403 Forbidden", {})
    assert answer(client)[0] == "HTTP/1.1 200 OK"


def test_a_server_that_was_closed_is_not_kept():
    listener = _Listener(echo).start()
    server = weakref.ref(listener._server)
    listener.close()

    del listener
    gc.collect()

    assert server() is None


def test_a_body_is_longer_than_what_is_read_at_once(client):
    body = b"x" * 1_000_000
    client.sendall(b"PUT / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n" + body)

    assert answer(client)[1]["body"] == body.decode()


def test_a_client_that_closes_its_side_early_does_not_disturb_the_next(client, port):
    client.sendall(b"PUT / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhe")
    client.close()

    with socket.create_connection(("127.0.0.1", port), timeout=10) as other:
        other.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert answer(other)[0] == "HTTP/1.1 200 OK"
