"""The credentials of an actor, for AWS clients in this process and in others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.credentials import (
    ContainerProvider,
    CredentialProvider,
    CredentialResolver,
    InstanceMetadataProvider,
    RefreshableCredentials,
)
from botocore.httpsession import URLLib3Session
from botocore.utils import ContainerMetadataFetcher, InstanceMetadataFetcher

from rolecall.sandbox._control_client import ControlApi
from rolecall.sandbox._errors import SandboxError

# The variables in which every SDK looks for the credentials of a container.
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
_URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
_TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
_METADATA = "ECS_CONTAINER_METADATA_URI_V4"
_TIMEOUT = 5


@dataclass(frozen=True, slots=True)
class ActorAccess:
    """An identity that a learner can act as: a user with access keys, or a machine with an endpoint.

    Parameters
    ----------
    arn, account
        The ARN of the actor, and the ID of its account.
    access_key_id, secret_access_key
        The access key of a user; else empty.
    imds_endpoint, container_imds_endpoint
        The URL of an instance's metadata service, from the instance and from a container on it.
    container_credentials_uri, container_authorization_token
        The URL with a container's credentials, and the token for it.
    container_metadata_uri
        The URL with the metadata of a container of an ECS task.
    """

    arn: str
    account: str
    access_key_id: str = ""
    secret_access_key: str = ""
    imds_endpoint: str | None = None
    container_imds_endpoint: str | None = None
    container_credentials_uri: str | None = None
    container_authorization_token: str | None = None
    container_metadata_uri: str | None = None

    def environment(self, *, in_container: bool = False) -> dict[str, str]:
        """Return the variables with which any AWS client finds these credentials."""
        if self.imds_endpoint is not None:
            endpoint = self.container_imds_endpoint if in_container else self.imds_endpoint
            # Early versions 2 of the AWS CLI need the slash at the end; other clients accept it.
            return {"AWS_EC2_METADATA_SERVICE_ENDPOINT": f"{endpoint}/"}
        if self.container_credentials_uri is not None:
            return {
                _URI: self.container_credentials_uri,
                _TOKEN: self.container_authorization_token or "",
                **({_METADATA: self.container_metadata_uri} if self.container_metadata_uri else {}),
                "AWS_EC2_METADATA_DISABLED": "true",
            }
        return {
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def provider(self, now: Callable[[], datetime]) -> CredentialResolver | None:
        """Return botocore's provider for credentials from an endpoint; None for a user.

        Parameters
        ----------
        now
            The clock that decides when the credentials are refreshed.
        """
        if self.imds_endpoint is not None:
            fetcher: Any = InstanceMetadataFetcher(
                timeout=_TIMEOUT,
                num_attempts=3,
                config={"ec2_metadata_service_endpoint": self.imds_endpoint},
                base_url=self.imds_endpoint,
                # The kernel may act as a user at the same time, whose environment disables metadata.
                env={"AWS_EC2_METADATA_DISABLED": "false"},
            )
            fetcher._session = _session_without_proxy()
            return CredentialResolver([_ByClock(InstanceMetadataProvider(iam_role_fetcher=fetcher), now)])
        if self.container_credentials_uri is not None:
            # The sandbox doesn't change between two attempts, so there is nothing to wait for.
            reader: Any = ContainerMetadataFetcher(_session_without_proxy(), sleep=lambda _: None)
            container = ContainerProvider(environ=self.environment(), fetcher=reader)
            return CredentialResolver([_ByClock(container, now)])
        return None


class Actors:
    """The identities that a learner can act as, by name.

    Parameters
    ----------
    description
        What the sandbox reported when it started.
    control
        The control API, which also lists the machines that were launched since.
    """

    def __init__(self, description: Mapping[str, Any], control: ControlApi) -> None:
        self.declared = _read(description)
        self._control = control

    def all(self) -> dict[str, ActorAccess]:
        """Return the actors of the world and the machines that were launched."""
        return _read(self._control("GET", "/actors"))

    def find(self, name: str) -> ActorAccess:
        """Return an actor by its name, or a machine that was launched by its ID or its ARN.

        Raises
        ------
        SandboxError
            If there is no such actor.
        """
        if name in self.declared:
            return self.declared[name]
        actors = self.all()
        launched = actors.get(name) or next((one for one in actors.values() if one.arn == name), None)
        if launched is None:
            raise SandboxError(
                f"there is no actor {name!r}; there are {', '.join(actors)}. An instance that you launch "
                "is an actor until you terminate it, and a task with a task role until you stop it."
            )
        return launched


def _read(description: Mapping[str, Any]) -> dict[str, ActorAccess]:
    """Read the actors in what the sandbox reports."""
    in_container = description["container_imds_endpoints"]
    return {
        name: ActorAccess(**fields, container_imds_endpoint=in_container.get(name))
        for name, fields in description["actors"].items()
    }


def _session_without_proxy() -> URLLib3Session:
    """Return botocore's HTTP client without the proxies of the environment, which are other machines."""
    return URLLib3Session(timeout=_TIMEOUT, proxies={})


class _ByClock(CredentialProvider):
    """A provider whose credentials are refreshed by the sandbox's clock."""

    def __init__(self, provider: CredentialProvider, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._provider = provider
        self._now = now
        self.METHOD = provider.METHOD

    def load(self) -> Any:
        credentials = self._provider.load()
        if isinstance(credentials, RefreshableCredentials):
            timed: Any = credentials
            timed._time_fetcher = self._now
        return credentials
