"""The endpoints from which instances, tasks, and pods read their credentials.

The world's machines have an endpoint from the start. A machine that is launched later gets its endpoint
when the control API lists the actors.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol
from wsgiref.types import WSGIApplication

from rolecall.sandbox.container_credentials import METADATA_PATH, PATH, ContainerCredentials
from rolecall.sandbox.containers import Container, container_of_world, ecs_task
from rolecall.sandbox.gateway import Gateway
from rolecall.sandbox.imds import InstanceMetadata
from rolecall.sandbox.instances import Ec2Instance
from rolecall.sandbox.moto_state.ec2 import instances
from rolecall.sandbox.moto_state.ecs import running_tasks


class Listener(Protocol):
    """Something that serves one application."""

    url: str

    def close(self) -> None:
        """Stop listening."""


@dataclass(frozen=True, slots=True)
class _Endpoint:
    arn: str
    account: str
    fields: dict[str, str]
    listeners: tuple[Listener, ...]
    in_container: str = ""


class MachineEndpoints:
    """The endpoints of all machines of a sandbox.

    Parameters
    ----------
    gateway
        The sandbox.
    listen
        Serve an application on a free port.
    """

    def __init__(self, gateway: Gateway, listen: Callable[[WSGIApplication], Listener]) -> None:
        self._gateway = gateway
        self._listen = listen
        self._lock = threading.Lock()
        self._launched: dict[str, _Endpoint] = {}
        self._declared: dict[str, _Endpoint] = {}
        for name, actor in gateway.world.actors.items():
            if actor.instance is not None:
                account_name, _, instance = actor.instance.partition("/")
                machine = Ec2Instance.of_world(gateway.world, account_name, instance)
                self._declared[name] = self._serve_instance(machine)
            elif actor.user is None:
                self._declared[name] = self._serve_container(container_of_world(gateway.world, actor))

    def description(self) -> dict[str, Any]:
        """Return all actors, and the metadata endpoints for containers on instances.

        A user has an access key. A machine has an endpoint. An instance that was launched is
        listed by its ID until it is terminated, and a task by its ID until it is stopped.
        """
        with self._lock:
            self._update()
            machines = self._declared | self._launched
        actors: dict[str, dict[str, str | None]] = {}
        for name, keys in self._gateway.builder.actors.items():
            actors[name] = {
                "arn": keys.arn,
                "account": keys.account,
                "access_key_id": keys.access_key_id,
                "secret_access_key": keys.secret_access_key,
            }
        for name, machine in machines.items():
            actors[name] = {"arn": machine.arn, "account": machine.account, **machine.fields}
        for_containers = {name: one.in_container for name, one in machines.items() if one.in_container}
        return {"actors": actors, "container_imds_endpoints": for_containers}

    def _update(self) -> None:
        """Start the endpoints of machines that were launched, and stop those of machines that are gone."""
        found: dict[str, Ec2Instance | Container] = {
            machine.id if isinstance(machine, Ec2Instance) else machine.session_name: machine
            for machine in self._find_launched()
        }
        for name in [*self._launched]:
            if name not in found or found[name].arn != self._launched[name].arn:
                for listener in self._launched.pop(name).listeners:
                    listener.close()
        for name, machine in found.items():
            if name not in self._launched:
                self._launched[name] = (
                    self._serve_instance(machine)
                    if isinstance(machine, Ec2Instance)
                    else self._serve_container(machine)
                )

    def _find_launched(self) -> Iterator[Ec2Instance | Container]:
        declared = {one.arn for one in self._gateway.builder.actors.values()}
        for account in sorted(self._gateway.iam.accounts):
            for region, identifier in instances(account):
                instance = Ec2Instance(account, region, identifier, identifier)
                if instance.arn not in declared:
                    yield instance
            for task in running_tasks(account):
                if task.task_role:
                    # A task without a task role has no credentials.
                    yield ecs_task(account, task.arn, task.task_role.rpartition("/")[2])

    def _serve_instance(self, instance: Ec2Instance) -> _Endpoint:
        metadata = InstanceMetadata(self._gateway, instance)
        on_instance, in_container = self._listen(metadata), self._listen(metadata.for_containers())
        fields = {"imds_endpoint": on_instance.url}
        listeners = (on_instance, in_container)
        return _Endpoint(instance.arn, instance.account, fields, listeners, in_container.url)

    def _serve_container(self, container: Container) -> _Endpoint:
        credentials = ContainerCredentials(self._gateway, container)
        listener = self._listen(credentials)
        fields = {
            "container_credentials_uri": listener.url + PATH,
            "container_authorization_token": credentials.authorization_token,
        }
        if container.is_task:
            fields["container_metadata_uri"] = listener.url + METADATA_PATH
        return _Endpoint(container.arn, container.account, fields, (listener,))
