"""Let AWS clients use a sandbox, and none of the AWS settings of this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import boto3

from rolecall.sandbox._actor_credentials import ActorAccess
from rolecall.sandbox._cli_home import forget_sessions, path_with_cli
from rolecall.sandbox._errors import SandboxError
from rolecall.sandbox._loopback import LoopbackSession, with_loopback


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """What AWS clients need to use a sandbox.

    Parameters
    ----------
    endpoint, region
        The endpoint and the default Region of the sandbox.
    folder
        The folder with the files of its clients.
    """

    endpoint: str
    region: str
    folder: Path

    def session(
        self, credentials: ActorAccess | Mapping[str, str], now: Callable[[], datetime]
    ) -> boto3.Session:
        """Create a boto3 session that signs as an actor, or with temporary credentials.

        Parameters
        ----------
        credentials
            The actor, or the ``Credentials`` that an operation of STS returned.
        now
            The clock of the sandbox, which decides when credentials are refreshed.

        Raises
        ------
        SandboxError
            If the sandbox is closed.
        """
        core = LoopbackSession(self.endpoint)
        core.set_config_variable("region", self.region)
        # Otherwise AWS_PROFILE would name a profile that the empty files don't have.
        core.get_component("config_store").set_config_variable("profile", None)
        empty = self._empty_file("credentials")
        core.set_config_variable("config_file", empty)
        core.set_config_variable("credentials_file", empty)
        if not isinstance(credentials, ActorAccess):
            core.set_credentials(
                credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials.get("SessionToken")
            )
        elif (provider := credentials.provider(now)) is not None:
            core.register_component("credential_provider", provider)
        else:
            core.set_credentials(credentials.access_key_id, credentials.secret_access_key)
        return boto3.Session(botocore_session=core)

    def environment(self, actor: ActorAccess, *, in_container: bool = False) -> dict[str, str]:
        """Return the environment variables with which any client acts as an actor.

        Raises
        ------
        SandboxError
            If the sandbox is closed.
        """
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            # Otherwise the host of S3 Control's requests would start with the account ID.
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_CONFIG_FILE": self._empty_file("config"),
            "AWS_SHARED_CREDENTIALS_FILE": self._empty_file("credentials"),
            "AWS_PAGER": "",
            **path_with_cli(self.folder),
            **{name: with_loopback(os.environ.get(name, "")) for name in ("NO_PROXY", "no_proxy")},
            **actor.environment(in_container=in_container),
        }

    def forget_sessions(self, now: datetime | None = None) -> None:
        """Delete the sessions that the AWS CLI has cached; at a time, only those that have expired then."""
        forget_sessions(self.folder, now)

    def delete_files(self) -> None:
        """Delete the folder, which the process of the sandbox does too, unless it was killed."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _empty_file(self, name: str) -> str:
        """Return an empty file, to use in place of one of this machine."""
        path = self.folder / name
        try:
            path.touch(mode=0o600)
        except FileNotFoundError:
            raise SandboxError(
                "the sandbox is closed. Create a new one with Sandbox(…), and its sessions and clients."
            ) from None
        return str(path)
