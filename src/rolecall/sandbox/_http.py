"""The connections of the sandbox's HTTP servers: cheroot's, with less work for each request.

cheroot reads a request line by line, and sends head and body of a response one after the other, each of
which wakes the client. Together this takes as long as a short call to AWS.
"""

from __future__ import annotations

import re
import select
import socket
import sys
from functools import lru_cache
from typing import Any
from wsgiref.types import WSGIEnvironment

from cheroot import wsgi
from cheroot.server import ChunkedRFile, HeaderReader, HTTPConnection, HTTPRequest

from rolecall.aws.http import HEADERS_WITH_UNDERSCORES

_NEXT_REQUEST_MS = 5
_AT_ONCE = 64 * 1024
_CRLF = b"\r\n"
# The start of a request line whose target cheroot rejects: it takes what follows // for a host name.
_OTHER_TARGET = re.compile(rb"([A-Z]+ )(?:https?://[^/?# ]*/?|/(?=/))", re.IGNORECASE)
# Lines with a colon, and the empty line after them. A line that goes on in the next one doesn't match.
_HEADERS = re.compile(rb"(?:[^\s:][^\r\n:]*+:[^\r\n]*+\r\n)*+\r\n")


class _Stream:
    """Both directions of a connection: what is written is sent when the response is complete.

    Parameters
    ----------
    connection
        The socket.
    """

    closed = False
    """cheroot reads this before it ends a request that delays its stop."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._received = b""
        self._written: list[bytes] = []
        self.bytes_read = self.bytes_written = 0

    def has_data(self) -> bool:
        """Return whether a part of the next request was received."""
        return bool(self._received)

    def read(self, size: int | None = None) -> bytes:
        """Read a number of bytes, or fewer if the client has closed the connection."""
        if size is None or size < 0:
            while self._receive():
                pass
            size = len(self._received)
        if len(self._received) < size:
            parts = [self._take(len(self._received))]
            missing = size - len(parts[0])
            while missing and self._receive():
                parts.append(self._take(missing))
                missing -= len(parts[-1])
            return b"".join(parts)
        return self._take(size)

    def readline(self, size: int | None = None) -> bytes:
        """Read up to the end of a line, or up to a number of bytes."""
        limit = size if size is not None and size >= 0 else None
        start = 0
        while (end := self._received.find(b"\n", start, limit)) < 0:
            start = len(self._received)
            if (limit is not None and start >= limit) or not self._receive():
                return self._take(start if limit is None else limit)
        return self._take(end + 1)

    def take_match(self, pattern: re.Pattern[bytes]) -> bytes | None:
        """Read what matches a pattern; None if it hasn't all been received, or is something else."""
        found = pattern.match(self._received)
        return self._take(found.end()) if found else None

    def put_back(self, data: bytes) -> None:
        """Make data the next that is read."""
        self._received = data + self._received
        self.bytes_read -= len(data)

    def write(self, data: bytes) -> int:
        """Keep data until the response is complete, or until it is long."""
        self._written.append(data)
        if len(data) > _AT_ONCE:
            self.flush()
        return len(data)

    def flush(self) -> None:
        """Send what was written."""
        if not self._written:
            return
        data = memoryview(b"".join(self._written))
        self._written.clear()
        self.bytes_written += len(data)
        while data:
            # Unlike that of `sendall`, the time limit is for each part, however long a response is.
            data = data[self._socket.send(data) :]

    def close(self) -> None:
        """Do nothing; the connection closes its socket."""

    def _take(self, size: int) -> bytes:
        taken, self._received = self._received[:size], self._received[size:]
        self.bytes_read += len(taken)
        return taken

    def _receive(self) -> bool:
        # The client may wait for a part of the response, such as 100 Continue, before it sends more.
        self.flush()
        received = self._socket.recv(_AT_ONCE)
        self._received += received
        return bool(received)


class _HeaderReader(HeaderReader):
    """Read all headers in one step, if each is on one line and comes once."""

    def __call__(self, rfile: Any, hdict: Any | None = None) -> Any:
        """Read the headers of a request into a dictionary, and return it."""
        hdict = {} if hdict is None else hdict
        stream: _Stream = rfile.rfile
        head = stream.take_match(_HEADERS)
        if head is None:
            return super().__call__(rfile, hdict)
        headers = [line.partition(b":") for line in head.split(_CRLF)[:-2]]
        hdict.update((_title(name), value.strip()) for name, _, value in headers)
        if len(hdict) < len(headers):
            hdict.clear()
            stream.put_back(head)
            return super().__call__(rfile, hdict)
        return hdict


class _Request(HTTPRequest):
    header_reader = _HeaderReader()

    def read_request_line(self) -> bool:
        """Read the first line, also with a target in absolute form or with // at its start.

        https://www.rfc-editor.org/rfc/rfc9112.html#section-3.2.2
        """
        stream: _Stream = self.conn.rfile
        line = stream.readline()
        found = _OTHER_TARGET.match(line)
        doubled = found is not None and found[0].endswith(b" /")
        if found is not None:
            line = found[1] + (b"" if doubled else b"/") + line[found.end() :]
        stream.put_back(line)
        read = bool(super().read_request_line())  # type: ignore[no-untyped-call]
        if read and doubled:
            self.uri, self.path = b"/" + self.uri, b"/" + self.path
        return read

    def respond(self) -> None:
        """Answer the request once its body is known, if that comes in chunks."""
        if self.chunked_read and not self._join_chunks():
            self.close_connection = True
            return
        super().respond()

    def _join_chunks(self) -> bool:
        """Put the body in the place of its chunks; return False after the response to malformed ones.

        cheroot would leave what comes after the last chunk, and what the application doesn't read, and take
        it for the next request.
        """
        stream: _Stream = self.conn.rfile
        chunks: Any = ChunkedRFile(stream, 0)
        try:
            body = b"".join(iter(lambda: chunks.read(_AT_ONCE), b""))
            for _ in chunks.read_trailer_lines():
                # No AWS client sends trailers in this way.
                pass
        except ValueError as error:
            self.simple_response("400 Bad Request", str(error))
            return False
        stream.put_back(body)
        # A length that was sent as well doesn't count.
        self.inheaders[b"Content-Length"] = b"%d" % len(body)
        self.chunked_read = False
        return True


class Connection(HTTPConnection):
    """A connection whose next request is answered by the same thread, if it comes soon.

    cheroot hands a connection to another thread after each request, which takes as long as a short call.
    """

    RequestHandlerClass = _Request

    def __init__(self, server: Any, sock: socket.socket, makefile: Any = None) -> None:
        stream = _Stream(sock)
        super().__init__(server, sock, lambda *arguments: stream)
        self.environ = {
            "ACTUAL_SERVER_PROTOCOL": server.protocol,
            "SCRIPT_NAME": "",
            "SERVER_NAME": server.server_name,
            "SERVER_PORT": str(server.bind_addr[1]),
            "SERVER_SOFTWARE": server.software,
            "wsgi.errors": sys.stderr,
            "wsgi.multiprocess": False,
            "wsgi.multithread": True,
            "wsgi.run_once": False,
            "wsgi.url_scheme": "http",
            "wsgi.version": (1, 0),
        }

    def communicate(self) -> bool:
        """Answer requests until none comes soon, and return whether the connection stays open.

        A client that connects and sends nothing, as browsers do, takes no thread.
        """
        while self.rfile.has_data() or self._receives():
            if not self._answer():
                return False
            if self.server.requests.qsize > 0:
                break
        return True

    def _answer(self) -> bool:
        """Answer one request, and return whether the connection stays open."""
        stays_open = bool(super().communicate())  # type: ignore[no-untyped-call]
        try:
            self.wfile.flush()
        except OSError:
            # The client has closed its side, or doesn't read the response.
            return False
        return stays_open

    def _receives(self) -> bool:
        if not hasattr(select, "poll"):
            return bool(select.select([self.socket], [], [], _NEXT_REQUEST_MS / 1000)[0])
        arrival = select.poll()
        arrival.register(self.socket, select.POLLIN)
        return bool(arrival.poll(_NEXT_REQUEST_MS))


class HttpGateway(wsgi.Gateway_10):
    """Make the WSGI environment of a request.

    It keeps the names of headers with underscores, such as ``x-amz-meta-my_key``, which S3 distinguishes.
    """

    def get_environ(self) -> WSGIEnvironment:  # type: ignore[override]
        """Return the environment, with what is the same for all requests of the connection."""
        request = self.req
        connection: Connection = request.conn
        environ: WSGIEnvironment = {
            **connection.environ,
            "PATH_INFO": request.path.decode("latin-1"),
            "QUERY_STRING": request.qs.decode("latin-1"),
            "REMOTE_ADDR": connection.remote_addr or "",
            "REMOTE_PORT": str(connection.remote_port or ""),
            "REQUEST_METHOD": request.method.decode("latin-1"),
            "REQUEST_URI": request.uri.decode("latin-1"),
            "SERVER_PROTOCOL": request.request_protocol.decode("latin-1"),
            "wsgi.input": request.rfile,
        }
        underscored = environ[HEADERS_WITH_UNDERSCORES] = {}
        for header, value in request.inheaders.items():
            name = _name_in_environ(header)
            if b"_" in header:
                # A name that differs in the hyphens only can be there too.
                name += "." if header.replace(b"_", b"-") in request.inheaders else ""
                underscored[name] = header.decode("latin-1").lower()
            environ[name] = value.decode("latin-1")
        return environ


@lru_cache(maxsize=1024)
def _title(header: bytes) -> bytes:
    return header.strip().title()


@lru_cache(maxsize=1024)
def _name_in_environ(header: bytes) -> str:
    name = header.decode("latin-1").upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"
