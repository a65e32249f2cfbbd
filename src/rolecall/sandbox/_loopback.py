"""Keep AWS clients on this machine.

A session that a sandbox returns has one endpoint for all of its clients. If such a client would sign or
send a request for another machine, it raises an error before it resolves any name. `only_loopback` does the
same for every session of the process.
"""

from __future__ import annotations

import inspect
import ipaddress
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config
from botocore.httpsession import URLLib3Session
from botocore.loaders import create_loader
from botocore.signers import RequestSigner, S3PostPresigner

from rolecall.sandbox._errors import OutsideSandboxError

# Sessions share the service models that botocore has read.
_LOADER = create_loader()
# The sandbox has one endpoint: no proxy, no variants, and no prefix.
_ONE_ENDPOINT = Config(
    proxies={}, inject_host_prefix=False, use_dualstack_endpoint=False, use_fips_endpoint=False
)
# The operations that `generate_db_auth_token` of RDS and of Aurora DSQL sign, for the host of a database.
_DATABASE_TOKENS = frozenset({"connect", "DbConnect", "DbConnectAdmin"})
_CREATE_CLIENT = inspect.signature(botocore.session.Session.create_client)


def require_loopback(url: str) -> None:
    """Raise `OutsideSandboxError` if a URL isn't on the loopback interface. Resolves no names."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise OutsideSandboxError(url)


def with_loopback(hosts: str) -> str:
    """Add this machine to a comma-separated list of hosts that need no proxy."""
    listed = [host for host in hosts.split(",") if host]
    return ",".join(dict.fromkeys([*listed, "127.0.0.1", "localhost"]))


class LoopbackSession(botocore.session.Session):
    """A botocore session whose clients all use one endpoint on this machine.

    boto3's clients, resources, and transfers, and botocore's credential providers, get their client from
    `create_client`.

    Parameters
    ----------
    endpoint
        The endpoint's URL.
    """

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self._endpoint = endpoint
        self.register_component("data_loader", _LOADER)
        # The mode "auto" would look for the region in the metadata of an EC2 instance.
        self.set_config_variable("defaults_mode", "legacy")
        for event, handler in (("before-sign", _before_sign), ("before-send", _before_send)):
            self.register(event, handler)

    def create_client(self, *args: Any, **options: Any) -> Any:
        """Create a client as botocore does, at the session's endpoint.

        Raises
        ------
        OutsideSandboxError
            If `endpoint_url` isn't on this machine.
        """
        call = _CREATE_CLIENT.bind(self, *args, **options)
        given = call.arguments
        if given.get("endpoint_url") is None:
            given["endpoint_url"] = self._endpoint
        require_loopback(given["endpoint_url"])
        config: Any = given.get("config") or Config()
        given["config"] = config.merge(_ONE_ENDPOINT)
        if config.defaults_mode == "auto":
            given["config"].defaults_mode = "standard"
        return super().create_client(*call.args[1:], **call.kwargs)


# S3 Control puts the account before the host of the endpoint, which then has no address.
_WITH_ACCOUNT = re.compile(r"(https?://)\d{12}\.(127\.0\.0\.1|localhost)(?=[:/]|$)")


def _leave_out_account(request: Any) -> None:
    """Send a request for S3 Control to the endpoint itself; a header has the account, too."""
    request.url = _WITH_ACCOUNT.sub(r"\1\2", request.url)


def _before_send(**event: Any) -> None:
    _leave_out_account(event["request"])
    require_loopback(event["request"].url)


def _before_sign(**event: Any) -> None:
    # A presigned URL is a request that someone else sends. A token for a database isn't a request.
    _leave_out_account(event["request"])
    if event["operation_name"] not in _DATABASE_TOKENS:
        require_loopback(event["request"].url)


@contextmanager
def only_loopback() -> Iterator[None]:
    """Have botocore sign and send nothing for another machine, in all sessions of this process."""
    client: Any = URLLib3Session
    signer: Any = RequestSigner
    post_signer: Any = S3PostPresigner
    send, sign, sign_post = client.send, signer.sign, post_signer.generate_presigned_post

    def send_to_loopback(self: Any, request: Any) -> Any:
        require_loopback(request.url)
        proxy = self._proxy_config.proxy_url_for(request.url)
        if proxy is not None:
            require_loopback(proxy)
        return send(self, request)

    def sign_for_loopback(self: Any, operation_name: str, request: Any, *args: Any, **options: Any) -> Any:
        _before_sign(operation_name=operation_name, request=request)
        return sign(self, operation_name, request, *args, **options)

    def sign_post_for_loopback(self: Any, request_dict: Any, *args: Any, **options: Any) -> Any:
        require_loopback(request_dict["url"])
        return sign_post(self, request_dict, *args, **options)

    client.send = send_to_loopback
    signer.sign = sign_for_loopback
    post_signer.generate_presigned_post = sign_post_for_loopback
    try:
        yield
    finally:
        client.send, signer.sign, post_signer.generate_presigned_post = send, sign, sign_post
