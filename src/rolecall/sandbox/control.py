"""The control API of a sandbox: its clock, its reset, its actors, its decisions."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import AwareDatetime, Field
from werkzeug.exceptions import BadRequest, NotFound, Unauthorized
from werkzeug.wrappers import Request, Response

from rolecall.sandbox._web import Body, WebService, json_response, query_number, read_body
from rolecall.sandbox.clock import timestamp
from rolecall.sandbox.gateway import Gateway
from rolecall.sandbox.machine_endpoints import MachineEndpoints
from rolecall.sandbox.overview import overview
from rolecall.sandbox.relations import relations
from rolecall.sandbox.roles_that_allow import roles_that_allow

_HUNDRED_YEARS = 100 * 365 * 86_400.0
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
_Seconds = Annotated[float, Field(ge=0, le=_HUNDRED_YEARS, allow_inf_nan=False)]


class _Clock(Body):
    advance_seconds: _Seconds


class _Moment(Body):
    time: Annotated[AwareDatetime, Field(ge=_FIRST, le=_LAST)]


class _Token(Body):
    issuer: str
    subject: str
    audience: str
    lasting_seconds: _Seconds = 600
    claims: dict[str, Any] = Field(default_factory=dict)


class _Assertion(Body):
    provider: str
    subject: str
    role: str
    lasting_seconds: _Seconds = 300
    attributes: dict[str, str | list[str]] = Field(default_factory=dict)


class Control(WebService):
    """The control API.

    Parameters
    ----------
    gateway
        The sandbox.
    machines
        The endpoints of its machines.
    token
        What requests must send as ``Authorization: Bearer TOKEN``.
    """

    def __init__(self, gateway: Gateway, machines: MachineEndpoints, token: str) -> None:
        self._gateway = gateway
        self._machines = machines
        self._expected = f"Bearer {token}".encode()
        super().__init__(
            [
                ("POST", "/clock", self._advance_clock),
                ("PUT", "/clock", self._set_clock),
                ("POST", "/reset", self._reset),
                ("POST", "/build", self._build),
                ("POST", "/token", self._mint_token),
                ("POST", "/assertion", self._mint_assertion),
                ("POST", "/access", self._remember_access),
                ("GET", "/access", self._list_changes_of_access),
                ("GET", "/actors", self._list_actors),
                ("GET", "/calls", self._list_calls),
                ("GET", "/decisions", self._list_decisions),
                ("GET", "/metadata", self._list_metadata_requests),
                ("GET", "/mfa", self._show_mfa_code),
                ("GET", "/overview", self._show_overview),
                ("GET", "/relations", self._show_relations),
                ("GET", "/roles-that-allow", self._list_roles_that_allow),
            ]
        )

    def authenticate(self, request: Request) -> None:
        """Check the token.

        Raises
        ------
        Unauthorized
            If the request has no token, or another one.
        """
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), self._expected):
            raise Unauthorized("The request needs the header Authorization: Bearer TOKEN.")

    def _advance_clock(self, request: Request) -> Response:
        seconds = read_body(request, _Clock).advance_seconds
        try:
            now = self._gateway.clock.advance(timedelta(seconds=seconds))
        except OverflowError:
            raise BadRequest("advance_seconds: the clock can't go beyond the year 9999") from None
        return json_response({"time": timestamp(now)})

    def _set_clock(self, request: Request) -> Response:
        self._gateway.clock.set(read_body(request, _Moment).time.astimezone(UTC))
        return json_response({"time": timestamp(self._gateway.clock.now())})

    def _reset(self, request: Request) -> Response:
        self._gateway.reset()
        return json_response({"time": timestamp(self._gateway.clock.now())})

    def _build(self, request: Request) -> Response:
        problems = self._gateway.builder.build_everything()
        return json_response([{"where": where, "problem": problem} for where, problem in problems])

    def _remember_access(self, request: Request) -> Response:
        self._gateway.access.remember()
        return json_response({})

    def _list_changes_of_access(self, request: Request) -> Response:
        changes = self._gateway.access.since()
        if changes is None:
            raise NotFound(
                "No state was kept. POST /access keeps the state with which changes are compared."
            )
        return json_response([one._asdict() for one in changes])

    def _list_actors(self, request: Request) -> Response:
        return json_response(self._machines.description())

    def _mint_token(self, request: Request) -> Response:
        body = read_body(request, _Token)
        issuers = self._gateway.issuers
        if body.issuer not in issuers.urls:
            known = ", ".join(issuers.urls) or "none"
            raise NotFound(f"The world has no OIDC issuer {body.issuer!r}. Its issuers: {known}.")
        valid_for = timedelta(seconds=body.lasting_seconds)
        token = issuers.mint(body.issuer, body.subject, body.audience, valid_for, body.claims)
        return json_response({"token": token})

    def _mint_assertion(self, request: Request) -> Response:
        body = read_body(request, _Assertion)
        saml = self._gateway.saml
        if body.provider not in saml.names:
            known = ", ".join(saml.names) or "none"
            raise NotFound(f"The world has no SAML provider {body.provider!r}. Its providers: {known}.")
        valid_for = timedelta(seconds=body.lasting_seconds)
        try:
            assertion = saml.mint(body.provider, body.subject, body.role, valid_for, body.attributes)
        except (ValueError, OverflowError) as error:
            # XML can't contain most control characters, and a date has at most four digits for the year.
            raise BadRequest(f"The assertion can't be written: {error}") from None
        return json_response({"assertion": assertion})

    def _show_mfa_code(self, request: Request) -> Response:
        name = request.args.get("actor", "")
        world = self._gateway.world
        actor = world.actors.get(name)
        account, _, user = (actor.user or "").partition("/") if actor else ("", "", "")
        device = self._gateway.mfa.device(world.accounts[account].id, user) if account else None
        if device is None:
            raise NotFound(f"{name!r} is not a user with an MFA device. Add mfa: true to the user.")
        return json_response({"serial_number": device.serial_number, "code": device.code})

    def _list_calls(self, request: Request) -> Response:
        return json_response(self._gateway.calls.after(query_number(request, "after", 0)))

    def _list_decisions(self, request: Request) -> Response:
        events = self._gateway.trail.last(query_number(request, "last", 1))
        return json_response([event.document() for event in events])

    def _list_metadata_requests(self, request: Request) -> Response:
        return json_response(self._gateway.metadata.as_json())

    def _show_overview(self, request: Request) -> Response:
        return json_response(overview(self._gateway))

    def _show_relations(self, request: Request) -> Response:
        return json_response(relations(self._gateway))

    def _list_roles_that_allow(self, request: Request) -> Response:
        number, gateway = query_number(request, "event", 0), self._gateway
        event = gateway.trail.event(number)
        if event is None or event.decision.allowed:
            raise NotFound(f"The trail has no denied call {number}.")
        return json_response(roles_that_allow(event.decision, gateway.iam, gateway.guardrails))
