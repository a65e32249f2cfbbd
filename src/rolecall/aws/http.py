"""An HTTP request as it arrived, before anyone has interpreted it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import parse_qsl, unquote
from wsgiref.types import WSGIEnvironment


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request.

    Parameters
    ----------
    path
        As it was sent, percent-encoding and all.
    query
        The query string as it was sent, without the question mark.
    headers
        By lower-case name.
    source_ip
        Where it came from.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    source_ip: str

    @classmethod
    def from_environ(cls, environ: WSGIEnvironment) -> HttpRequest:
        """Reads a WSGI environment, its body included; the environment is left ready to be read again."""
        length = environ.get("CONTENT_LENGTH") or ""
        stream = environ["wsgi.input"]
        if length.isdigit():
            body = stream.read(int(length))
        elif environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
            body = stream.read()
        else:
            body = b""
        environ["wsgi.input"] = BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        headers = {
            name[5:].replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            if environ.get(name):
                headers[name.replace("_", "-").lower()] = environ[name]
        uri = environ.get("REQUEST_URI") or environ.get("RAW_URI") or environ["PATH_INFO"]
        path, _, query = uri.partition("?")
        return cls(
            environ["REQUEST_METHOD"],
            path or "/",
            query,
            headers,
            body,
            environ.get("REMOTE_ADDR") or "127.0.0.1",
        )

    def query_parameters(self) -> dict[str, str]:
        """The query's parameters, decoded; the last one counts where a name stands twice."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    def decoded_path(self) -> str:
        """The path without percent-encoding."""
        return unquote(self.path)
