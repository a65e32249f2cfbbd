"""An HTTP request as it arrived, before it is interpreted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import parse_qsl, unquote_to_bytes
from wsgiref.types import WSGIEnvironment

HEADERS_WITH_UNDERSCORES = "moto.preserved_header_names"
"""Where the WSGI environment keeps the lower-case names of such headers, by their names in WSGI.

WSGI writes them like names with hyphens. The key is moto's.
"""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request.

    Parameters
    ----------
    method
        The HTTP method, in upper case.
    path
        The path as it was sent, with its percent-encoding.
    query
        The query string as it was sent, without the question mark.
    headers
        The headers, by lower-case name.
    body
        The whole body, not decoded.
    source_ip
        The address of the client.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    source_ip: str

    @classmethod
    def from_environ(cls, environ: WSGIEnvironment) -> HttpRequest:
        """Read a request and its body from a WSGI environment.

        Parameters
        ----------
        environ
            The environment. Its input stream is replaced, so that it can be read again.

        Returns
        -------
        HttpRequest
            The request.
        """
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
        names = environ.get(HEADERS_WITH_UNDERSCORES, {})
        headers = {
            names.get(name) or name[5:].replace("_", "-").lower(): value
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

    def write_to(self, environ: WSGIEnvironment) -> None:
        """Put this request in the place of another one in a WSGI environment."""
        for name in [name for name in environ if name.startswith("HTTP_")]:
            del environ[name]
        environ["REQUEST_METHOD"] = self.method
        environ["PATH_INFO"] = unquote_to_bytes(self.path).decode("latin-1")
        environ["QUERY_STRING"] = self.query
        environ["REQUEST_URI"] = environ["RAW_URI"] = self.path + (f"?{self.query}" if self.query else "")
        environ["CONTENT_TYPE"] = self.headers.get("content-type", "")
        environ["CONTENT_LENGTH"] = str(len(self.body))
        environ["wsgi.input"] = BytesIO(self.body)
        names = {_name_in_wsgi(header): header for header in self.headers}
        for name, header in names.items():
            if header not in ("content-type", "content-length"):
                environ[name] = self.headers[header]
        environ[HEADERS_WITH_UNDERSCORES] = {
            name: header for name, header in names.items() if "_" in header
        }

    def query_parameters(self) -> dict[str, str]:
        """Return the decoded parameters of the query; the last value counts if a name is repeated."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


def _name_in_wsgi(header: str) -> str:
    return f"HTTP_{header.upper().replace('-', '_')}"
