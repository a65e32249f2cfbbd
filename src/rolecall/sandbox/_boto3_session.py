"""Create boto3 sessions that use a sandbox, and none of the AWS settings of this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import boto3

from rolecall.sandbox._actor_credentials import ActorAccess
from rolecall.sandbox._loopback import LoopbackSession


def session(
    endpoint: str,
    region: str,
    empty: Path,
    credentials: ActorAccess | Mapping[str, str],
    now: Callable[[], datetime],
) -> boto3.Session:
    """Create a session that signs as an actor, or with temporary credentials.

    Parameters
    ----------
    endpoint, region
        The endpoint and the default region of the sandbox.
    empty
        An empty file, to use in place of the files with configuration and credentials.
    credentials
        The actor, or the ``Credentials`` that an operation of STS returned.
    now
        The sandbox's clock, which decides when credentials are refreshed.
    """
    core = LoopbackSession(endpoint)
    core.set_config_variable("region", region)
    # Otherwise AWS_PROFILE would name a profile that the empty files don't have.
    core.get_component("config_store").set_config_variable("profile", None)
    core.set_config_variable("config_file", str(empty))
    core.set_config_variable("credentials_file", str(empty))
    if not isinstance(credentials, ActorAccess):
        core.set_credentials(
            credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials.get("SessionToken")
        )
    elif (provider := credentials.provider(now)) is not None:
        core.register_component("credential_provider", provider)
    else:
        core.set_credentials(credentials.access_key_id, credentials.secret_access_key)
    return boto3.Session(botocore_session=core)
