"""How a kernel's AWS clients get an actor's credentials, and by whose clock they renew them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import botocore.credentials
from botocore.credentials import (
    ContainerProvider,
    CredentialProvider,
    CredentialResolver,
    InstanceMetadataProvider,
    RefreshableCredentials,
)
from botocore.utils import InstanceMetadataFetcher

# Where every SDK looks for a container's credentials.
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
_URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
_TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"


@dataclass(frozen=True, slots=True)
class ActorAccess:
    """Whom a learner acts as: a user with keys, or what reads its credentials from an endpoint."""

    arn: str
    account: str
    access_key_id: str = ""
    secret_access_key: str = ""
    imds_endpoint: str | None = None
    container_imds_endpoint: str | None = None
    container_credentials_uri: str | None = None
    container_authorization_token: str | None = None

    def environment(self, *, in_container: bool = False) -> dict[str, str]:
        """Return the variables by which any AWS client finds these credentials."""
        if self.imds_endpoint is not None:
            endpoint = self.container_imds_endpoint if in_container else self.imds_endpoint
            # Early versions 2 of the AWS CLI want the slash; later ones and the SDKs do not mind it.
            return {"AWS_EC2_METADATA_SERVICE_ENDPOINT": f"{endpoint}/"}
        if self.container_credentials_uri is not None:
            return {
                _URI: self.container_credentials_uri,
                _TOKEN: self.container_authorization_token or "",
                "AWS_EC2_METADATA_DISABLED": "true",
            }
        return {
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def provider(self, now: Callable[[], datetime]) -> CredentialResolver | None:
        """botocore's own provider for what reads from an endpoint, by a clock; None for a user."""
        if self.imds_endpoint is not None:
            fetcher = InstanceMetadataFetcher(
                timeout=5,
                num_attempts=3,
                config={"ec2_metadata_service_endpoint": self.imds_endpoint},
                base_url=self.imds_endpoint,
                # The kernel may act as a user meanwhile, whose environment turns metadata off.
                env={"AWS_EC2_METADATA_DISABLED": "false"},
            )
            return CredentialResolver([_ByClock(InstanceMetadataProvider(iam_role_fetcher=fetcher), now)])
        if self.container_credentials_uri is not None:
            return CredentialResolver([_ByClock(ContainerProvider(environ=self.environment()), now)])
        return None


class _ByClock(CredentialProvider):
    """A provider whose credentials are renewed when the sandbox's clock says so."""

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


class KernelClock:
    """How far the sandbox that the kernel's environment belongs to is ahead of this machine."""

    def __init__(self) -> None:
        self._ahead: Callable[[], timedelta] = timedelta
        self._told = False

    def follow(self, ahead: Callable[[], timedelta]) -> None:
        """Lets botocore renew the credentials that it found in the environment by that clock.

        botocore takes no clock from outside for those; without this, a session that the sandbox has
        ended by ``clock.advance`` would still look good to it.
        """
        self._ahead = ahead
        if self._told:
            return
        self._told = True
        refreshable: Any = RefreshableCredentials
        module: Any = botocore.credentials
        real = refreshable._seconds_remaining
        of_this_machine = module._local_now

        def seconds_remaining(credentials: Any) -> float:
            remaining: float = real(credentials)
            if credentials._time_fetcher is of_this_machine:
                remaining -= self._ahead().total_seconds()
            return remaining

        refreshable._seconds_remaining = seconds_remaining


KERNEL_CLOCK = KernelClock()


def environment_without_aws(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which nothing points to a real account."""
    return {name: value for name, value in environment.items() if not name.startswith("AWS_")}
