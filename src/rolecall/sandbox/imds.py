"""The instance metadata service of one instance.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
"""

from __future__ import annotations

import errno
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from wsgiref.types import StartResponse, WSGIEnvironment

from rolecall.sandbox.clock import timestamp
from rolecall.sandbox.gateway import Gateway
from rolecall.sandbox.instances import IMAGE, instance_arn, instance_id
from rolecall.sandbox.metadata_log import MetadataRequest
from rolecall.sandbox.moto_state.ec2 import (
    associated_profile,
    is_running,
    metadata_options,
    private_address,
)
from rolecall.sandbox.moto_state.iam import RoleFacts
from rolecall.sandbox.service_sessions import NotTrusted, ServiceSessions
from rolecall.sandbox.world import Instance, MetadataOptions

_TTL = "HTTP_X_AWS_EC2_METADATA_TOKEN_TTL_SECONDS"
_TOKEN = "HTTP_X_AWS_EC2_METADATA_TOKEN"
_LONGEST_TTL = 21_600
_CREDENTIALS = "/latest/meta-data/iam/security-credentials/"


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    text: str = ""
    headers: tuple[tuple[str, str], ...] = ()


_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
}


class InstanceMetadata:
    """A WSGI application that answers as 169.254.169.254 does on an instance.

    Parameters
    ----------
    account_name, name
        Which instance of the world this is.
    hops
        How many network hops away its clients are: 1 for what runs on the instance, 2 for what runs in a
        container there.
    """

    def __init__(self, gateway: Gateway, account_name: str, name: str, hops: int = 1) -> None:
        self._gateway = gateway
        account = gateway.world.accounts[account_name]
        self._account = account.id
        self._instance: Instance = account.instances[name]
        self._name = name
        self._id = instance_id(account_name, name)
        self._tokens: dict[str, datetime] = {}
        self._hops = hops
        arn = instance_arn(gateway.world.region, account.id, self._id)
        self._sessions = ServiceSessions(gateway, "ec2.amazonaws.com", self._id, instance_arn=arn)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request."""
        # A request for credentials comes before the AssumeRole that it may cause.
        last = self._gateway.trail.last(1)
        reply = self._reply(environ)
        self._gateway.metadata.record(
            MetadataRequest(
                last[-1].number if last else 0,
                self._name,
                environ["REQUEST_METHOD"],
                environ["PATH_INFO"],
                _TOKEN in environ,
                reply.status,
            )
        )
        body = reply.text.encode()
        headers = [
            ("Content-Type", "text/plain"),
            ("Content-Length", str(len(body))),
            ("Server", "EC2ws"),
            *reply.headers,
        ]
        start_response(f"{reply.status} {_REASONS[reply.status]}", headers)
        return [body]

    def _reply(self, environ: WSGIEnvironment) -> _Reply:
        if not self._is_running():
            raise ConnectionResetError(errno.ECONNRESET, "nothing runs on an instance that is stopped")
        if self._options().http_endpoint == "disabled":
            return _Reply(403)
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if path == "/latest/api/token":
            return self._new_token(environ) if method == "PUT" else _Reply(405)
        if method != "GET":
            return _Reply(405)
        if not self._may_read(environ.get(_TOKEN)):
            return _Reply(401)
        return self._read(path)

    def _new_token(self, environ: WSGIEnvironment) -> _Reply:
        if "HTTP_X_FORWARDED_FOR" in environ:
            return _Reply(403)
        ttl = environ.get(_TTL, "")
        if not ttl.isdigit() or not 1 <= int(ttl) <= _LONGEST_TTL:
            return _Reply(400)
        if self._options().http_put_response_hop_limit < self._hops:
            # Only the answer that holds a token is limited; its packet dies on the way.
            raise ConnectionResetError(errno.ECONNRESET, "the hop limit is too small for a container")
        token = secrets.token_urlsafe(42)
        now = self._gateway.clock.now()
        self._tokens = {known: until for known, until in self._tokens.items() if now < until}
        self._tokens[token] = now + timedelta(seconds=int(ttl))
        return _Reply(200, token, (("X-aws-ec2-metadata-token-ttl-seconds", ttl),))

    def _may_read(self, token: str | None) -> bool:
        if token is None:
            return self._options().http_tokens == "optional"
        good_until = self._tokens.get(token)
        return good_until is not None and self._gateway.clock.now() < good_until

    def _read(self, path: str) -> _Reply:
        region = self._gateway.world.region
        values: dict[str, Callable[[], str]] = {
            "/latest/meta-data/ami-id": lambda: IMAGE,
            "/latest/meta-data/instance-id": lambda: self._id,
            "/latest/meta-data/instance-type": lambda: "t3.micro",
            "/latest/meta-data/local-ipv4": self._address,
            "/latest/meta-data/placement/availability-zone": lambda: f"{region}a",
            "/latest/meta-data/placement/region": lambda: region,
            "/latest/dynamic/instance-identity/document": self._identity,
        }
        role = self._role()
        if role is not None:
            values["/latest/meta-data/iam/info"] = lambda: self._info(role)
            values[_CREDENTIALS] = lambda: role.name
            values[f"{_CREDENTIALS}{role.name}"] = lambda: self._credentials(role)
        if path == _CREDENTIALS.rstrip("/"):
            path = _CREDENTIALS
        if path in values:
            return _Reply(200, values[path]())
        return self._listing(path, list(values))

    def _listing(self, path: str, known: list[str]) -> _Reply:
        prefix = path.rstrip("/") + "/"
        names = {one.removeprefix(prefix).partition("/") for one in known if one.startswith(prefix)}
        if not names:
            return _Reply(404)
        return _Reply(200, "\n".join(sorted(name + slash for name, slash, _ in names)))

    def _role(self) -> RoleFacts | None:
        profile = self._profile()
        return self._gateway.iam.profile_role(self._account, profile) if profile else None

    def _is_moved_to_moto(self) -> bool:
        """Whether a request for EC2 was made, since when moto knows more than the world's file."""
        return self._gateway.builder.has_built("ec2")

    def _is_running(self) -> bool:
        region = self._gateway.world.region
        return not self._is_moved_to_moto() or is_running(self._account, region, self._id)

    def _profile(self) -> str | None:
        if self._is_moved_to_moto():
            return associated_profile(self._account, self._gateway.world.region, self._id)
        return self._instance.instance_profile

    def _options(self) -> MetadataOptions:
        if self._is_moved_to_moto():
            return metadata_options(self._account, self._gateway.world.region, self._id)
        return self._instance.metadata_options

    def _address(self) -> str:
        """The address that moto gave the instance; what EC2 tells of it must be the same."""
        self._gateway.builder.ensure("ec2")
        return private_address(self._account, self._gateway.world.region, self._id)

    def _identity(self) -> str:
        return json.dumps(
            {
                "accountId": self._account,
                "architecture": "x86_64",
                "availabilityZone": f"{self._gateway.world.region}a",
                "imageId": IMAGE,
                "instanceId": self._id,
                "instanceType": "t3.micro",
                "pendingTime": timestamp(self._gateway.clock.now()),
                "privateIp": self._address(),
                "region": self._gateway.world.region,
                "version": "2017-09-30",
            },
            indent=2,
        )

    def _info(self, role: RoleFacts) -> str:
        profile = self._profile() or ""
        return json.dumps(
            {
                "Code": "Success",
                "LastUpdated": timestamp(self._gateway.clock.now()),
                "InstanceProfileArn": self._gateway.iam.iam_arn(self._account, "instance-profile", profile),
                "InstanceProfileId": self._gateway.iam.profile_id(self._account, profile),
            },
            indent=2,
        )

    def _credentials(self, role: RoleFacts) -> str:
        now = self._gateway.clock.now()
        try:
            session = self._sessions.credentials(role)
        except NotTrusted:
            # https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html
            return json.dumps(
                {
                    "Code": "AssumeRoleUnauthorizedAccess",
                    "Message": (
                        f"EC2 cannot assume the role {role.name}. Please see documentation at "
                        "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html"
                        "#troubleshoot_iam-ec2_errors-info-doc."
                    ),
                    "LastUpdated": timestamp(now),
                },
                indent=2,
            )
        return json.dumps(
            {
                "Code": "Success",
                "LastUpdated": timestamp(session.issued),
                "Type": "AWS-HMAC",
                "AccessKeyId": session.access_key_id,
                "SecretAccessKey": session.secret_access_key,
                "Token": session.token,
                "Expiration": timestamp(session.expires),
            },
            indent=2,
        )
