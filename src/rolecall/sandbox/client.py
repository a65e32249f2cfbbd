"""The sandbox as a notebook uses it: started with the kernel, and closed with it."""

from __future__ import annotations

import atexit
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import boto3

from rolecall.sandbox import _minted_tokens
from rolecall.sandbox._actor_credentials import Actors
from rolecall.sandbox._cell_sandboxes import CELLS
from rolecall.sandbox._client_settings import ClientSettings
from rolecall.sandbox._control_client import ControlApi
from rolecall.sandbox._errors import OutsideSandboxError, SandboxError
from rolecall.sandbox._kernel import KERNEL
from rolecall.sandbox._server_process import ServerProcess
from rolecall.sandbox.access_change import AccessChange
from rolecall.sandbox.call_explanation import CallExplanation, explain_event
from rolecall.sandbox.diagram import Diagram
from rolecall.sandbox.metadata_log import MetadataRequest
from rolecall.sandbox.notebook_file import NotebookSandbox, publish, withdraw
from rolecall.sandbox.sandbox_clock import SandboxClock
from rolecall.sandbox.trail_entries import TrailEntry, TrailTable
from rolecall.sandbox.world_overview import WorldOverview

__all__ = ["OutsideSandboxError", "Sandbox", "SandboxClock", "SandboxError"]

_EVERY_EVENT = 10_000
"""As many events as the trail of a sandbox keeps."""


class Sandbox:
    """A world of AWS accounts that runs on this machine only.

    Parameters
    ----------
    world
        The name of a world in the course, or the path of a world file.
    course
        The folder of the course; by default the one that the notebook belongs to.

    Attributes
    ----------
    endpoint, region
        The URL of the AWS endpoint, and its default region.
    issuers
        The URLs of the OpenID Connect issuers, by name.
    clock
        The clock of the sandbox.
    acting_as
        The actor that `use` was called with last; empty before.

    Raises
    ------
    SandboxError
        If there is no such world, or if its file has errors; with file, line, and column.

    Examples
    --------
    >>> lab = Sandbox("reports")
    >>> lab.client("sts", actor="dana").get_caller_identity()["Arn"]
    'arn:aws:iam::111122223333:user/dana'
    >>> lab.close()
    """

    def __init__(self, world: str | Path, *, course: str | Path | None = None) -> None:
        self._process = ServerProcess(world, course)
        atexit.register(self.close)
        description = self._process.description
        self.endpoint: str = description["endpoint"]
        self.region: str = description["region"]
        self.issuers: dict[str, str] = dict(description.get("issuers", {}))
        self._control = ControlApi(**description["control"])
        self._settings = ClientSettings(self.endpoint, self.region, Path(description["files"]))
        self.clock = SandboxClock(self._control, self._settings.forget_sessions)
        self._actors = Actors(description, self._control)
        self.acting_as = ""
        for earlier in CELLS.add(self):
            self._replace(earlier)
        self._publish()

    def _publish(self) -> None:
        publish(NotebookSandbox(url=self._control.url, token=self._control.token, acting_as=self.acting_as))

    def _replace(self, earlier: Sandbox) -> None:
        """Close the sandbox of an earlier run of this cell, and act as its actor if the kernel does."""
        used = KERNEL.uses(earlier)
        if used and earlier.acting_as not in self._actors.declared:
            # Closed, it would leave the kernel with the AWS settings of this machine.
            return
        earlier.close()
        if used:
            self.use(earlier.acting_as)

    @property
    def actors(self) -> dict[str, str]:
        """The identities that you can act as: the ARN of each actor, by name.

        An EC2 instance that you launched is listed by its ID until you terminate it, and an ECS task with a
        task role until you stop it.
        """
        return {name: actor.arn for name, actor in self._actors.all().items()}

    def session(
        self, *, actor: str | None = None, credentials: Mapping[str, str] | None = None
    ) -> boto3.Session:
        """Create a plain boto3 session that signs as an actor, or with credentials from STS.

        Its clients use the sandbox, whatever the AWS settings of this machine are.

        Parameters
        ----------
        actor
            The name of an actor, or the ID or the ARN of an EC2 instance or ECS task that you launched. A
            user signs with its access key; an instance, a task, or a pod gets its credentials from its
            endpoint.
        credentials
            The ``Credentials`` that an operation of STS returned.

        Raises
        ------
        SandboxError
            If the world has no such actor, or unless exactly one of the two is given.
        """
        if credentials is None and actor is not None:
            return self._settings.session(self._actors.find(actor), self.clock.now)
        if credentials is not None and actor is None:
            return self._settings.session(credentials, self.clock.now)
        raise SandboxError("give either actor or credentials to create a session")

    def client(
        self,
        service: str,
        *,
        actor: str | None = None,
        credentials: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Any:
        """Create a plain boto3 client in a session as `session` creates it.

        Parameters
        ----------
        service
            The name of the service in boto3, such as ``sts``.
        actor, credentials
            As for `session`.
        **options
            The options of `boto3.client`, such as ``config``.
        """
        return self.session(actor=actor, credentials=credentials).client(service, **options)

    def use(self, actor: str) -> None:
        """Make this kernel act as an actor, for plain `boto3.client(…)` and for `!aws …`.

        Until `close`, the AWS settings of this machine have no effect, and botocore raises
        `OutsideSandboxError` instead of sending a request to another machine.

        Parameters
        ----------
        actor
            The name of an actor, or the ID or the ARN of an EC2 instance or ECS task that you launched.

        Examples
        --------
        >>> with Sandbox("servers") as lab:
        ...     ec2 = lab.client("ec2", actor="admin")
        ...     launched = ec2.run_instances(
        ...         ImageId="ami-12345678", MinCount=1, MaxCount=1, IamInstanceProfile={"Name": "web"}
        ...     )
        ...     lab.use(launched["Instances"][0]["InstanceId"])
        ...     arn = boto3.client("sts").get_caller_identity()["Arn"]
        >>> arn.rpartition("/")[0]
        'arn:aws:sts::111122223333:assumed-role/web'
        """
        variables = self._settings.environment(self._actors.find(actor))
        KERNEL.use(self, variables, lambda: self.clock.ahead)
        self.acting_as = actor
        self._publish()

    def environment(self, actor: str, *, in_container: bool = False) -> dict[str, str]:
        """Return the environment variables with which any AWS client acts as an actor.

        Parameters
        ----------
        actor
            The name of an actor.
        in_container
            For an instance: whether the client runs in a container there, where a response of the metadata
            service needs one more network hop.
        """
        return self._settings.environment(self._actors.find(actor), in_container=in_container)

    def mfa(self, actor: str) -> tuple[str, str]:
        """Return the serial number of a user's MFA device, and its current code; each code works once.

        Raises
        ------
        SandboxError
            If the actor isn't a user with a device.
        """
        self._actors.find(actor)
        device = self._control("GET", f"/mfa?actor={quote(actor)}")
        return device["serial_number"], device["code"]

    @property
    def trail(self) -> TrailTable:
        """Every decision since the start or the last reset, the newest last."""
        return TrailTable(
            TrailEntry.of(event) for event in self._control("GET", f"/decisions?last={_EVERY_EVENT}")
        )

    @property
    def last_entry(self) -> int:
        """The ID of the newest entry of the trail; 0 if it is empty."""
        events = self._control("GET", "/decisions?last=1")
        return int(events[-1]["id"]) if events else 0

    def calls(self, after: int = 0) -> list[dict[str, Any]]:
        """Return every call after a given one, with its caller, parameters, and error code.

        Policy documents among the `parameters` are parsed; `sent` has all parameters as they were sent, and
        `at` the time of the sandbox.

        Parameters
        ----------
        after
            The number of a call; 0 for all calls that the sandbox keeps.
        """
        return list(self._control("GET", f"/calls?after={after}"))

    def remember_access(self) -> None:
        """Keep who can do what now, for `changes_of_access`, until the next reset."""
        self._control("POST", "/access", {})

    def changes_of_access(self) -> list[AccessChange]:
        """Return what was changed since `remember_access`: policies, boundaries, tags, keys, and so on.

        Raises
        ------
        SandboxError
            If nothing was kept.
        """
        return [AccessChange(**one) for one in self._control("GET", "/access")]

    def metadata_requests(self) -> list[MetadataRequest]:
        """Return the requests to instance metadata since the start or the last reset."""
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
        """Create a token of one of the world's OpenID Connect issuers, as a CI job or a pod gets it.

        Parameters
        ----------
        issuer
            The name of the issuer in the world.
        subject, audience
            The claims ``sub`` and ``aud``.
        minutes
            How long the token is valid.
        **claims
            More claims.

        Raises
        ------
        SandboxError
            If the world has no such issuer.
        ValueError
            If ``minutes`` is negative or not finite.
        """
        return _minted_tokens.web_identity_token(self._control, issuer, subject, audience, minutes, claims)

    def saml_assertion(
        self,
        provider: str,
        *,
        subject: str,
        role: str,
        minutes: float = 5,
        attributes: Mapping[str, str | list[str]] | None = None,
    ) -> str:
        """Create a signed response of one of the world's SAML providers, as an identity provider sends it.

        Parameters
        ----------
        provider
            The name of the provider in the world.
        subject
            The name of the user.
        role
            The ARN of the role that the user may assume.
        minutes
            How long the assertion is valid.
        attributes
            More attributes of AWS, such as ``{"PrincipalTag:team": "data"}``.

        Raises
        ------
        SandboxError
            If the world has no such provider.
        ValueError
            If ``minutes`` is negative or not finite.
        """
        return _minted_tokens.saml_assertion(
            self._control, provider, subject, role, minutes, attributes or {}
        )

    def explain(self, entry: TrailEntry | int | None = None) -> CallExplanation:
        """Explain why a call was allowed or denied: the last one, or an entry of the trail.

        Parameters
        ----------
        entry
            An entry of the trail, or its ID.

        Raises
        ------
        SandboxError
            If no call was made yet, or if the trail has no such entry.
        """
        number = entry.id if isinstance(entry, TrailEntry) else entry
        events = self._control("GET", f"/decisions?last={1 if number is None else _EVERY_EVENT}")
        if not events:
            raise SandboxError("no call was made in this sandbox yet: make one, then ask why")
        event = next((one for one in reversed(events) if number in (None, one["id"])), None)
        if event is None:
            raise SandboxError(
                f"the trail has no entry {number}; it has {events[0]['id']} to {events[-1]['id']}"
            )
        return explain_event(event, self._control)

    def diagram(self) -> Diagram:
        """Return a diagram of the roles: who can assume them, who is only trusted, and who assumed them."""
        return Diagram.of(self._control("GET", "/relations"))

    def overview(self) -> WorldOverview:
        """Return what the world contains now: accounts, users, roles, buckets, and machines."""
        return WorldOverview.of(self._control("GET", "/overview"))

    def reset(self) -> None:
        """Restore the world as its file declares it; the actors keep their access keys."""
        self._control("POST", "/reset", {})
        self.clock.ahead = timedelta()
        self._settings.forget_sessions()

    def build(self) -> list[tuple[tuple[str | int, ...], str]]:
        """Create what the world declares for services that no call has used yet.

        Returns
        -------
        list of tuple
            The place in the world's file of each resource that can't be created, and the reason.
        """
        found = self._control("POST", "/build", {})
        return [(tuple(one["where"]), one["problem"]) for one in found]

    def close(self) -> None:
        """End the sandbox, and restore the kernel's environment if it acts as one of the actors."""
        atexit.unregister(self.close)
        KERNEL.leave(self)
        withdraw(self._control.url)
        self._process.close()
        self._settings.delete_files()

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
        if self._process.is_closed:
            return "A sandbox of AWS that is closed."
        acting = f"You act as {self.acting_as}." if self.acting_as else "Choose an actor with use()."
        return f"A sandbox of AWS. {acting} Actors: {', '.join(self._actors.declared)}."
