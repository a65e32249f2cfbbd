"""The sandbox as a notebook uses it: started beside the kernel, closed with it.

moto keeps its state in globals of the process, so each sandbox has its own process: two of them can't
see each other, and a kernel's interrupt does not reach them.
"""

from __future__ import annotations

import atexit
import json
import math
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import boto3

from rolecall.iam import explain, parse_case
from rolecall.sandbox._actor_credentials import KERNEL_CLOCK, ActorAccess, environment_without_aws
from rolecall.sandbox._boto3_session import plain_session
from rolecall.sandbox._cli_home import path_with_cli
from rolecall.sandbox.call_explanation import CallExplanation
from rolecall.sandbox.diagram import Diagram
from rolecall.sandbox.metadata_log import MetadataRequest
from rolecall.sandbox.trail_entries import TrailEntry, TrailTable

_KEPT = 10_000
_LOCAL = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class SandboxError(RuntimeError):
    """The sandbox can't do what was requested. The text says why, and what to do."""


class SandboxClock:
    """The sandbox's own time."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Return the sandbox's time, UTC."""
        return datetime.now(UTC) + self._ahead

    def advance(self, *, hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
        """Put the clock forward, so that credentials expire without waiting; returns the new time, UTC."""
        by = timedelta(hours=hours, minutes=minutes, seconds=seconds).total_seconds()
        answer = self._sandbox._control("POST", "/clock", {"advance_seconds": by})
        self._ahead += timedelta(seconds=by)
        return datetime.fromisoformat(answer["time"])


class Sandbox:
    """A world of AWS accounts, alive on this machine only.

    Parameters
    ----------
    world
        A world of the course by its name, or the path of a world file.
    course
        The course that a name belongs to; by default the one that the notebook is part of.

    Raises
    ------
    SandboxError
        When there is no such world, or its file has faults; with file, line and column.

    Examples
    --------
    >>> lab = Sandbox("reports")
    >>> lab.client("sts", actor="dana").get_caller_identity()["Arn"]
    'arn:aws:iam::111122223333:user/dana'
    >>> lab.close()
    """

    def __init__(self, world: str | Path, *, course: str | Path | None = None) -> None:
        command = [sys.executable, "-m", "rolecall", "sandbox", "serve", "--json", "--until-eof"]
        command += ["--world", str(world)]
        if course is not None:
            command += ["--course", str(course)]
        # The output goes to a file, because a pipe that is never read would block the process.
        self._output = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._output,
            text=True,
            encoding="utf-8",
            env=environment_without_aws(os.environ),
            # An interrupt of the kernel goes to its process group, and is not meant for the sandbox.
            start_new_session=True,
        )
        atexit.register(self.close)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._output.seek(0)
            problem = self._output.read().strip().removeprefix("rolecall: ")
            self.close()
            raise SandboxError(problem)
        self._describe(json.loads(line))
        self._files = tempfile.TemporaryDirectory(prefix="rolecall-")
        self.clock = SandboxClock(self)

    def _describe(self, description: Mapping[str, Any]) -> None:
        self.endpoint: str = description["endpoint"]
        self.region: str = description["region"]
        self._control_url: str = description["control"]["url"]
        self._token: str = description["control"]["token"]
        self.issuers: dict[str, str] = dict(description.get("issuers", {}))
        further = description.get("container_imds_endpoints", {})
        self._actors = {
            name: ActorAccess(**fields, container_imds_endpoint=further.get(name))
            for name, fields in description["actors"].items()
        }

    @property
    def actors(self) -> dict[str, str]:
        """The identities that you can use: each actor's name and ARN."""
        return {name: actor.arn for name, actor in self._actors.items()}

    def session(
        self, *, actor: str | None = None, credentials: Mapping[str, str] | None = None
    ) -> boto3.Session:
        """Return a plain boto3 session that signs as an actor, or with credentials that STS issued.

        Parameters
        ----------
        actor
            A user signs with its keys; an instance, a task or a pod with what its endpoint gives it.
        credentials
            The ``Credentials`` of an answer of STS.

        Raises
        ------
        SandboxError
            When the world has no such actor, or not one of the two is given.
        """
        if (actor is None) == (credentials is None):
            raise SandboxError("a session is an actor's, or made of credentials: give one of the two")
        who = self._actor(actor) if actor is not None else None
        empty = self._empty("credentials")
        return plain_session(self.endpoint, self.region, empty, who, credentials or {}, self.clock.now)

    def client(
        self,
        service: str,
        *,
        actor: str | None = None,
        credentials: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Any:
        """Return a plain boto3 client of a service, in a session as `session` makes it.

        Parameters
        ----------
        options
            What `boto3.client` takes, such as ``config``.
        """
        return self.session(actor=actor, credentials=credentials).client(service, **options)

    def use(self, actor: str) -> None:
        """Make the kernel's environment an actor's, for plain `boto3.client(…)` and for `!aws …`.

        The environment's own AWS settings are set aside, so nothing here can reach a real account.
        """
        who = self._actor(actor)
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ.update(self._environment(who))
        KERNEL_CLOCK.follow(lambda: self.clock._ahead)
        # boto3 keeps the first session it made, with the credentials of that moment.
        boto3.DEFAULT_SESSION = None

    def environment(self, actor: str, *, in_container: bool = False) -> dict[str, str]:
        """Return the variables that make any AWS client act as an actor.

        Parameters
        ----------
        in_container
            For an instance: as what runs in a container there, one network hop further from its metadata.
        """
        return self._environment(self._actor(actor), in_container=in_container)

    def _environment(self, who: ActorAccess, *, in_container: bool = False) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_CONFIG_FILE": str(self._empty("config")),
            "AWS_SHARED_CREDENTIALS_FILE": str(self._empty("credentials")),
            "AWS_PAGER": "",
            **path_with_cli(Path(self._files.name)),
            **{name: _with_loopback(os.environ.get(name, "")) for name in ("NO_PROXY", "no_proxy")},
            **who.environment(in_container=in_container),
        }

    def mfa(self, actor: str) -> tuple[str, str]:
        """Return the serial number of a user's MFA device, and its current code; each code works once.

        Raises
        ------
        SandboxError
            When the actor is no user with a device.
        """
        self._actor(actor)
        device = self._control("GET", f"/mfa?actor={quote(actor)}")
        return device["serial_number"], device["code"]

    @property
    def trail(self) -> TrailTable:
        """Every decision since the start or the last reset, the newest last."""
        return TrailTable(
            TrailEntry.of(event) for event in self._control("GET", f"/decisions?last={_KEPT}")
        )

    def calls(self, after: int = 0) -> list[dict[str, Any]]:
        """Every call that came after one, with who made it, its parameters and its error's code.

        Parameters
        ----------
        after
            The number of a call; 0 for all that are kept.
        """
        return list(self._control("GET", f"/calls?after={after}"))

    def metadata_requests(self) -> list[MetadataRequest]:
        """Return the requests to metadata services of instances since the start or the last reset."""
        return [MetadataRequest(**one) for one in self._control("GET", "/metadata")]

    def web_identity_token(
        self,
        issuer: str,
        *,
        subject: str,
        audience: str = "sts.amazonaws.com",
        minutes: float = 10,
        **claims: Any,
    ) -> str:
        """Return a token of one of the world's OpenID Connect issuers, as a CI job or a pod would be given.

        Raises
        ------
        SandboxError
            When the world has no such issuer.
        ValueError
            If ``minutes`` is negative or not finite.
        """
        body = {
            "issuer": issuer,
            "subject": subject,
            "audience": audience,
            "lasting_seconds": _seconds(minutes),
            "claims": claims,
        }
        return str(self._control("POST", "/token", body)["token"])

    def saml_assertion(
        self,
        provider: str,
        *,
        subject: str,
        role: str,
        minutes: float = 5,
        attributes: Mapping[str, str | list[str]] | None = None,
    ) -> str:
        """Return a signed response of one of the world's SAML providers, as a company's directory posts it.

        Parameters
        ----------
        role
            The ARN of the role that the directory offers.
        attributes
            Further attributes of AWS's, such as ``{"PrincipalTag:team": "data"}``.

        Raises
        ------
        SandboxError
            When the world has no such provider.
        ValueError
            If ``minutes`` is negative or not finite.
        """
        body = {
            "provider": provider,
            "subject": subject,
            "role": role,
            "lasting_seconds": _seconds(minutes),
            "attributes": dict(attributes or {}),
        }
        return str(self._control("POST", "/assertion", body)["assertion"])

    def explain(self, entry: TrailEntry | int | None = None) -> CallExplanation:
        """Why a call was allowed or denied: the last one, or one of the trail.

        Parameters
        ----------
        entry
            An entry of the trail, or its id.

        Raises
        ------
        SandboxError
            When no call was made yet, or the trail has no such entry.
        """
        number = entry.id if isinstance(entry, TrailEntry) else entry
        events = self._control("GET", f"/decisions?last={1 if number is None else _KEPT}")
        if not events:
            raise SandboxError("no call was made in this sandbox yet: make one, then ask why")
        event = next((one for one in reversed(events) if number in (None, one["id"])), None)
        if event is None:
            raise SandboxError(
                f"the trail has no entry {number}; it has {events[0]['id']} to {events[-1]['id']}"
            )
        decision = parse_case(event["case"]).decide()
        return CallExplanation(explain(decision), decision.allowed, event["error"])

    def diagram(self) -> Diagram:
        """Who may assume which role now, who is only trusted, and who has: drawn in a notebook."""
        return Diagram.of(self._control("GET", "/relations"))

    def reset(self) -> None:
        """Everything as the world declares it; the actors keep their keys."""
        self._control("POST", "/reset", {})
        self.clock._ahead = timedelta()

    def close(self) -> None:
        """End the sandbox and everything in it."""
        atexit.unregister(self.close)
        if self._process.poll() is None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._output):
            if stream is not None:
                stream.close()
        if hasattr(self, "_files"):
            self._files.cleanup()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Sandbox at {self.endpoint} with {', '.join(self._actors)}>"

    def _actor(self, name: str) -> ActorAccess:
        if name not in self._actors:
            raise SandboxError(f"there is no actor {name!r}; there are {', '.join(self._actors)}")
        return self._actors[name]

    def _empty(self, name: str) -> Path:
        path = Path(self._files.name) / name
        path.touch(mode=0o600)
        return path

    def _control(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(
            self._control_url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self._token}"},
        )
        try:
            with _LOCAL.open(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise SandboxError(json.load(error)["error"]) from None


def _seconds(minutes: float) -> float:
    """How long a token is valid, in seconds."""
    if not (math.isfinite(minutes) and minutes >= 0):
        raise ValueError(f"minutes must be a finite number that isn't negative, not {minutes}")
    return minutes * 60


def _with_loopback(hosts: str) -> str:
    """Return the hosts reached without a proxy, this machine among them."""
    listed = [host for host in hosts.split(",") if host]
    return ",".join(dict.fromkeys([*listed, "127.0.0.1", "localhost"]))
