"""The control API of a sandbox: its clock, its reset, its decisions; behind a token of its owner's."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIEnvironment

from rolecall.sandbox.clock import timestamp
from rolecall.sandbox.gateway import Gateway
from rolecall.sandbox.relations import relations

_LONGEST_BODY = 64 * 1024


class _Refused(Exception):
    def __init__(self, status: str, problem: str) -> None:
        super().__init__(problem)
        self.status = status


class Control:
    """A WSGI application: ``/clock``, ``/reset``, ``/token`` and ``/assertion`` to post to,
    ``/decisions``, ``/calls``, ``/metadata``, ``/relations`` and ``/mfa`` to get."""

    def __init__(self, gateway: Gateway, token: str) -> None:
        self._gateway = gateway
        self._token = token

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request."""
        try:
            status, answer = "200 OK", self._answer(environ)
        except _Refused as refused:
            status, answer = refused.status, {"error": str(refused)}
        body = json.dumps(answer).encode()
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, environ: WSGIEnvironment) -> Any:
        given = environ.get("HTTP_AUTHORIZATION", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
            raise _Refused("401 Unauthorized", "the header Authorization: Bearer TOKEN is wanted")
        match environ["REQUEST_METHOD"], environ["PATH_INFO"]:
            case "POST", "/clock":
                return self._clock(environ)
            case "POST", "/reset":
                self._gateway.reset()
                return {"time": timestamp(self._gateway.clock.now())}
            case "GET", "/decisions":
                return self._decisions(environ)
            case "GET", "/calls":
                return self._calls(environ)
            case "GET", "/metadata":
                return self._gateway.metadata.told()
            case "GET", "/relations":
                return relations(self._gateway)
            case "GET", "/mfa":
                return self._mfa(environ)
            case "POST", "/token":
                return self._token_of(environ)
            case "POST", "/assertion":
                return self._assertion_of(environ)
            case method, path:
                raise _Refused("404 Not Found", f"there is no {method} {path}")

    def _clock(self, environ: WSGIEnvironment) -> Any:
        try:
            seconds = float(self._body(environ)["advance_seconds"])
            now = self._gateway.clock.advance(timedelta(seconds=seconds))
        except (ValueError, KeyError, TypeError, OverflowError):
            raise _Refused(
                "400 Bad Request", 'a body such as {"advance_seconds": 3600} is wanted, not below 0'
            ) from None
        return {"time": timestamp(now)}

    def _token_of(self, environ: WSGIEnvironment) -> Any:
        asked = self._body(environ)
        issuers = self._gateway.issuers
        name = asked.get("issuer")
        if name not in issuers.urls:
            known = ", ".join(issuers.urls) or "none"
            raise _Refused(
                "404 Not Found",
                f"there is no OIDC issuer {name!r} in this world; there are {known}",
            )
        claims = asked.get("claims") or {}
        lasting = timedelta(seconds=float(asked.get("lasting_seconds", 600)))
        token = issuers.mint(name, str(asked.get("subject")), str(asked.get("audience")), lasting, claims)
        return {"token": token}

    def _assertion_of(self, environ: WSGIEnvironment) -> Any:
        asked = self._body(environ)
        saml, name = self._gateway.saml, str(asked.get("provider"))
        if name not in saml.names:
            known = ", ".join(saml.names) or "none"
            raise _Refused(
                "404 Not Found", f"there is no SAML provider {name!r} in this world; there are {known}"
            )
        lasting = timedelta(seconds=float(asked.get("lasting_seconds", 300)))
        subject, role = str(asked.get("subject")), str(asked.get("role"))
        return {"assertion": saml.mint(name, subject, role, lasting, asked.get("attributes") or {})}

    def _body(self, environ: WSGIEnvironment) -> dict[str, Any]:
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > _LONGEST_BODY:
            raise _Refused("400 Bad Request", "a short JSON body is wanted")
        try:
            body = json.loads(environ["wsgi.input"].read(int(length)) or b"{}")
        except ValueError:
            raise _Refused("400 Bad Request", "the body is no JSON") from None
        if not isinstance(body, dict):
            raise _Refused("400 Bad Request", "the body is a JSON object")
        return body

    def _mfa(self, environ: WSGIEnvironment) -> Any:
        name = parse_qs(environ.get("QUERY_STRING", "")).get("actor", [""])[0]
        actor = self._gateway.world.actors.get(name)
        account, _, user = (actor.user or "").partition("/") if actor else ("", "", "")
        accounts = self._gateway.world.accounts
        device = self._gateway.mfa.device(accounts[account].id, user) if account else None
        if device is None:
            raise _Refused("404 Not Found", f"{name!r} is no user with an MFA device (mfa: true)")
        return {"serial_number": device.serial_number, "code": device.code}

    def _calls(self, environ: WSGIEnvironment) -> Any:
        after = parse_qs(environ.get("QUERY_STRING", "")).get("after", ["0"])[0]
        if not after.isdigit():
            raise _Refused("400 Bad Request", "after=N wants a number")
        return self._gateway.calls.after(int(after))

    def _decisions(self, environ: WSGIEnvironment) -> Any:
        last = parse_qs(environ.get("QUERY_STRING", "")).get("last", ["1"])[0]
        if not last.isdigit():
            raise _Refused("400 Bad Request", "last=N wants a number")
        return [event.document() for event in self._gateway.trail.last(int(last))]
