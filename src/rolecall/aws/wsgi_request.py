"""A request as moto's parsers and response classes read it: made once for each call, and read many times.

``tests/sandbox/test_moto_internals.py`` lists what this relies on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from io import BytesIO
from typing import Any
from wsgiref.types import WSGIEnvironment

from moto.core.request import EnvironHeaders
from moto.core.request import Request as MotoRequest
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.sansio.utils import get_current_url
from werkzeug.wrappers import Request

from rolecall.aws.http import HEADERS_WITH_UNDERSCORES, Remembered

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_REQUEST = "werkzeug.request"
"""Where werkzeug keeps the request in its WSGI environment."""
_NO_FORM: ImmutableMultiDict[str, Any] = ImmutableMultiDict()
_WITHOUT_PREFIX = ("CONTENT_TYPE", "CONTENT_LENGTH")


class _Once:
    """A property that is computed when it is first read, and is a plain attribute from then on.

    Those of werkzeug and moto are computed each time, or call a function for each look.
    """

    def __init__(self, compute: Callable[[Any], Any]) -> None:
        self._compute = compute

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type) -> Any:
        value = vars(instance)[self._name] = self._compute(instance)
        return value


def _once(owner: type, name: str) -> Any:
    """Return a property of a class as one that is computed once."""
    return _Once(getattr(owner, name).fget)


def key_of_header(header: str) -> str:
    """Return where the WSGI environment keeps a header."""
    name = header.upper().replace("-", "_")
    return name if name in _WITHOUT_PREFIX else f"HTTP_{name}"


def _name(key: str) -> str:
    if key in _WITHOUT_PREFIX:
        return key.replace("_", "-").title()
    is_header = key.startswith("HTTP_") and key[5:] not in _WITHOUT_PREFIX
    return key[5:].replace("_", "-").title() if is_header else ""


_keys = Remembered(key_of_header)
"""Where the WSGI environment keeps each header."""
_names = Remembered(_name)
"""The name of the header that it keeps under a key; empty for what isn't a header."""


class _Headers(EnvironHeaders):  # type: ignore[misc]
    """The headers of a request, with shorter look-ups, and listed once; moto lists them many times."""

    _listed: list[tuple[str, str]] | None = None

    def list_again(self) -> None:
        """Notice headers that were added to the environment."""
        self._listed = None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._all())

    def items(self, lower: bool = False) -> Iterator[tuple[str, str]]:
        return iter([(name.lower(), value) for name, value in self._all()] if lower else self._all())

    def keys(self, lower: bool = False) -> Iterator[str]:
        return iter([name for name, _ in self.items(lower)])

    def __contains__(self, header: str) -> bool:
        return _keys[header] in self.environ

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:
        if type is not None or "_" in key:
            return super().get(key, default, type)
        return self.environ.get(_keys[key], default)

    def __getitem__(self, key: str) -> str:
        # The server keeps a name with underscores under this key if one with hyphens is there too.
        second = self.environ.get(f"{_keys[key]}.") if "_" in key else None
        return str(self.environ[_keys[key]]) if second is None else str(second)

    def _all(self) -> list[tuple[str, str]]:
        if self._listed is None:
            kept = self.environ.get(HEADERS_WITH_UNDERSCORES) or {}
            self._listed = [
                (kept.get(key, name) if kept else name, value)
                for key, value in self.environ.items()
                # The body of a request without a type or a length has none of them.
                if (name := _names[key]) and (value or key[:5] == "HTTP_")
            ]
        return self._listed


class WsgiRequest(MotoRequest):  # type: ignore[misc]
    """A request that the gateway and moto share.

    Parameters
    ----------
    environ
        The WSGI environment. Its body is a `io.BytesIO`.
    """

    # moto adds the header Date to other responses; the server adds it here.
    from_wsgi_server = True

    args = _once(Request, "args")
    data = _once(Request, "data")
    host = _once(Request, "host")
    raw_path = _once(MotoRequest, "raw_path")
    raw_url = _once(MotoRequest, "raw_url")

    def __init__(self, environ: WSGIEnvironment) -> None:
        super().__init__(environ)
        self.headers = _Headers(environ)
        body = environ["wsgi.input"]
        has_form_type = environ.get("CONTENT_TYPE", "").strip().lower().startswith(_FORMS)
        if self.method == "PUT" or not has_form_type:
            # An object that is uploaded can be of any type, and none of them makes it a form. werkzeug's
            # parser for forms takes long to find out that this isn't one.
            self.__dict__.update(form=_NO_FORM, files=_NO_FORM)
        if isinstance(body, BytesIO) and not has_form_type and "HTTP_CONTENT_ENCODING" not in environ:
            # werkzeug would read it through three other streams.
            self._cached_data = body.getvalue()

    @classmethod
    def of(cls, environ: WSGIEnvironment) -> WsgiRequest:
        """Return the request of a WSGI environment; the same one each time."""
        known = environ.get(_REQUEST)
        if isinstance(known, cls) and known.environ is environ:
            known.headers.list_again()
            return known
        return cls(environ)

    @_Once
    def values(self) -> Any:
        """Return the fields of a form, or else the query, which moto reads only then."""
        return self.form or self.args

    @_Once
    def form(self) -> Any:
        """Return the fields of a form."""
        return self._form_and_files()[0]

    @_Once
    def files(self) -> Any:
        """Return the files in a form."""
        return self._form_and_files()[1]

    @_Once
    def url_root(self) -> str:
        """Return the address of the server."""
        return _address(self.scheme, self.host, self.root_path)

    @_Once
    def url(self) -> str:
        """Return the address, decoded as far as a browser shows it."""
        return _address(self.scheme, self.host, self.root_path, self.path, self.query_string)

    def _form_and_files(self) -> tuple[Any, Any]:
        self._load_form_data()
        return self.__dict__["form"], self.__dict__["files"]

    def _load_form_data(self) -> None:
        if "form" not in self.__dict__:
            super()._load_form_data()


def forget_request(environ: WSGIEnvironment) -> None:
    """Remove the request from its environment, which has changed, or isn't needed any more."""
    environ.pop(_REQUEST, None)


@lru_cache(maxsize=1024)
def _address(
    scheme: str, host: str, root_path: str, path: str | None = None, query: bytes | None = None
) -> str:
    return get_current_url(scheme, host, root_path, path, query)
