"""A plain boto3 session that speaks to a sandbox and knows nothing of the machine's own AWS settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.loaders import create_loader

from rolecall.sandbox._actor_credentials import ActorAccess

# Sessions share what botocore reads of its services' models.
_LOADER = create_loader()


class _Session(boto3.Session):
    """A boto3 session whose clients speak to the sandbox unless told otherwise."""

    def __init__(self, endpoint: str, core: botocore.session.Session) -> None:
        super().__init__(botocore_session=core)
        self._endpoint = endpoint

    def client(self, service_name: str, *args: Any, **options: Any) -> Any:
        options.setdefault("endpoint_url", self._endpoint)
        return super().client(service_name, *args, **options)


def plain_session(
    endpoint: str,
    region: str,
    empty: Path,
    who: ActorAccess | None,
    credentials: Mapping[str, str],
    now: Callable[[], datetime],
) -> boto3.Session:
    """Return a session that signs as an actor, or with credentials that STS issued.

    Parameters
    ----------
    empty
        An empty file, for the files of configuration and credentials that every AWS client reads.
    who
        The actor; None to sign with the credentials.
    now
        The sandbox's clock, by which credentials are renewed.
    """
    core = botocore.session.Session()
    core.register_component("data_loader", _LOADER)
    core.set_config_variable("region", region)
    core.set_config_variable("config_file", str(empty))
    core.set_config_variable("credentials_file", str(empty))
    if who is None:
        core.set_credentials(
            credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials.get("SessionToken")
        )
    elif (provider := who.provider(now)) is not None:
        core.register_component("credential_provider", provider)
    else:
        core.set_credentials(who.access_key_id, who.secret_access_key)
    return _Session(endpoint, core)
