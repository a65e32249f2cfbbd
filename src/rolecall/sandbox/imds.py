"""The instance metadata service of one instance.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from wsgiref.types import StartResponse, WSGIEnvironment

from rolecall.iam import PolicySet, Request, decide
from rolecall.sandbox.build import instance_arn, instance_id
from rolecall.sandbox.clock import timestamp
from rolecall.sandbox.gateway import Gateway
from rolecall.sandbox.iam_state import RoleFacts
from rolecall.sandbox.sessions import Session
from rolecall.sandbox.world import Instance

_TTL = "HTTP_X_AWS_EC2_METADATA_TOKEN_TTL_SECONDS"
_TOKEN = "HTTP_X_AWS_EC2_METADATA_TOKEN"
_LONGEST_TTL = 21_600
_LASTING = timedelta(hours=6)
# New credentials appear at least five minutes before the old ones expire.
_ROTATE_BEFORE = timedelta(minutes=15)
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
    """

    def __init__(self, gateway: Gateway, account_name: str, name: str) -> None:
        self._gateway = gateway
        account = gateway.world.accounts[account_name]
        self._account = account.id
        self._instance: Instance = account.instances[name]
        self._id = instance_id(account_name, name)
        self._tokens: dict[str, datetime] = {}
        self._session: Session | None = None
        self._issued: datetime | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request."""
        reply = self._reply(environ)
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
        if self._instance.metadata_options.http_endpoint == "disabled":
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
        token = secrets.token_urlsafe(42)
        self._tokens[token] = self._gateway.clock.now() + timedelta(seconds=int(ttl))
        return _Reply(200, token, (("X-aws-ec2-metadata-token-ttl-seconds", ttl),))

    def _may_read(self, token: str | None) -> bool:
        if token is None:
            return self._instance.metadata_options.http_tokens == "optional"
        good_until = self._tokens.get(token)
        return good_until is not None and self._gateway.clock.now() < good_until

    def _read(self, path: str) -> _Reply:
        region = self._gateway.world.region
        values: dict[str, Callable[[], str]] = {
            "/latest/meta-data/ami-id": lambda: "ami-0abcdef1234567890",
            "/latest/meta-data/instance-id": lambda: self._id,
            "/latest/meta-data/instance-type": lambda: "t3.micro",
            "/latest/meta-data/local-ipv4": lambda: "10.0.0.10",
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
        profile = self._instance.instance_profile
        return self._gateway.iam.profile_role(self._account, profile) if profile else None

    def _identity(self) -> str:
        return json.dumps(
            {
                "accountId": self._account,
                "architecture": "x86_64",
                "availabilityZone": f"{self._gateway.world.region}a",
                "imageId": "ami-0abcdef1234567890",
                "instanceId": self._id,
                "instanceType": "t3.micro",
                "pendingTime": timestamp(self._gateway.clock.now()),
                "privateIp": "10.0.0.10",
                "region": self._gateway.world.region,
                "version": "2017-09-30",
            },
            indent=2,
        )

    def _info(self, role: RoleFacts) -> str:
        profile = self._instance.instance_profile or ""
        return json.dumps(
            {
                "Code": "Success",
                "LastUpdated": timestamp(self._gateway.clock.now()),
                "InstanceProfileArn": self._gateway.iam.iam_arn(self._account, "instance-profile", profile),
                "InstanceProfileId": "AIPA" + self._id.removeprefix("i-")[:17].upper(),
            },
            indent=2,
        )

    def _credentials(self, role: RoleFacts) -> str:
        now = self._gateway.clock.now()
        if not self._ec2_is_trusted(role):
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
        session = self._session
        if (
            session is None
            or session.unique_id != role.unique_id
            or session.expires - _ROTATE_BEFORE <= now
            or self._gateway.sessions.find(session.access_key_id) is None
        ):
            session = self._gateway.sts.begin_role_session(
                role,
                self._id,
                _LASTING,
                instance_arn=instance_arn(self._gateway.world.region, self._account, self._id),
            )
            self._session, self._issued = session, now
        return json.dumps(
            {
                "Code": "Success",
                "LastUpdated": timestamp(self._issued or now),
                "Type": "AWS-HMAC",
                "AccessKeyId": session.access_key_id,
                "SecretAccessKey": session.secret_access_key,
                "Token": session.token,
                "Expiration": timestamp(session.expires),
            },
            indent=2,
        )

    def _ec2_is_trusted(self, role: RoleFacts) -> bool:
        asked = Request.of("ec2.amazonaws.com", "sts:AssumeRole", role.arn)
        return decide(asked, PolicySet(resource=role.trust_policy)).allowed
