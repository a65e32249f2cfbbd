"""An HTTP request as it arrived, before it is interpreted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import parse_qsl, unquote_to_bytes
from wsgiref.types import WSGIEnvironment

_MOST_REMEMBERED = 1024
HEADERS_WITH_UNDERSCORES = "moto.preserved_header_names"
"""Where the WSGI environment keeps the lower-case names of such headers, by their names in WSGI.

WSGI writes them like names with hyphens. The key is moto's.
"""


class Remembered(dict[str, str]):
    """A function of a text whose results are remembered, so that a look-up takes no call.

    Parameters
    ----------
    compute
        The function. Clients choose some of the texts, so this forgets all of them once they are many.
    """

    def __init__(self, compute: Callable[[str], str]) -> None:
        super().__init__()
        self._compute = compute

    def __missing__(self, text: str) -> str:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        result = self[text] = self._compute(text)
        return result


def _header_name(key: str) -> str:
    return key[5:].replace("_", "-").lower() if key.startswith("HTTP_") else ""


_header_names = Remembered(_header_name)
"""The names of the headers in lower case, by their keys in WSGI; empty for what isn't a header."""


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
        body = stream.read(int(length)) if length.isdigit() else b""
        environ["wsgi.input"] = BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        headers = {name: value for key, value in environ.items() if (name := _header_names[key])}
        for key, name in (environ.get(HEADERS_WITH_UNDERSCORES) or {}).items():
            if with_hyphens := _header_names[key]:
                headers[name] = headers.pop(with_hyphens)
        for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            if environ.get(name):
                headers[name.replace("_", "-").lower()] = environ[name]
        uri = environ.get("REQUEST_URI") or environ.get("RAW_URI") or environ["PATH_INFO"]
        environ["RAW_URI"] = uri
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
        names = {self._key_in_wsgi(header): header for header in self.headers}
        for name, header in names.items():
            if header not in ("content-type", "content-length"):
                environ[name] = self.headers[header]
        environ[HEADERS_WITH_UNDERSCORES] = {
            name: header for name, header in names.items() if "_" in header
        }

    def _key_in_wsgi(self, header: str) -> str:
        key = f"HTTP_{header.upper().replace('-', '_')}"
        # The name that differs in the hyphens only can be there too. The server writes both in this way.
        return f"{key}." if "_" in header and header.replace("_", "-") in self.headers else key

    def query_parameters(self) -> dict[str, str]:
        """Return the decoded parameters of the query; the last value counts if a name is repeated."""
        return dict(parse_qsl(self.query, keep_blank_values=True))
