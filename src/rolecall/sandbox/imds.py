"""The instance metadata service of one instance.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
"""

from __future__ import annotations

import errno
import json
import secrets
from collections.abc import Callable, Iterable
from copy import copy
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import TypeVar
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from rolecall.sandbox.clock import timestamp
from rolecall.sandbox.gateway import Gateway
from rolecall.sandbox.instances import IMAGE, INSTANCE_TYPE, Ec2Instance
from rolecall.sandbox.metadata_log import MetadataRequest
from rolecall.sandbox.moto_state.ec2 import (
    associated_profile,
    availability_zone,
    host_name,
    image_and_type,
    is_running,
    metadata_options,
    private_address,
    security_groups,
    tags_in_metadata,
    user_data,
)
from rolecall.sandbox.moto_state.iam import RoleFacts
from rolecall.sandbox.service_sessions import NotTrusted, ServiceSessions
from rolecall.sandbox.world import MetadataOptions

_TTL = "X-aws-ec2-metadata-token-ttl-seconds"
_TOKEN = "X-aws-ec2-metadata-token"
_LONGEST_TTL = 21_600
_CREDENTIALS = "/latest/meta-data/iam/security-credentials/"
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
_VERSIONS = (
    *("1.0", "2007-01-19", "2007-03-01", "2007-08-29", "2007-10-10", "2007-12-15", "2008-02-01"),
    *("2008-09-01", "2009-04-04", "2011-01-01", "2011-05-01", "2012-01-12", "2014-02-25"),
    *("2014-11-05", "2015-10-20", "2016-04-19", "2016-06-30", "2016-09-02", "2018-03-28"),
    *("2018-08-17", "2018-09-24", "2019-10-01", "2020-10-27", "2021-01-03", "2021-03-23"),
    *("2021-07-15", "2022-09-24"),
)
# The page that AWS's own mock of the service returns: https://github.com/aws/amazon-ec2-metadata-mock
_ERROR_PAGE = """<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
\t"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
  <head>
    <title>{0}</title>
  </head>
  <body>
    <h1>{0}</h1>
  </body>
</html>"""
_Value = TypeVar("_Value")


class InstanceMetadata:
    """A WSGI application that answers as 169.254.169.254 does on an instance.

    Parameters
    ----------
    gateway
        The sandbox.
    instance
        The instance that the metadata is about.
    """

    def __init__(self, gateway: Gateway, instance: Ec2Instance) -> None:
        self._gateway = gateway
        self._instance = instance
        self._where = (instance.account, instance.region, instance.id)
        self._tokens: dict[str, datetime] = {}
        self._hops = 1
        self._sessions = ServiceSessions(
            gateway.runtime, "ec2.amazonaws.com", instance.id, instance_arn=instance.arn
        )

    def for_containers(self) -> InstanceMetadata:
        """Return the same service for clients in a container, which are one network hop further away."""
        service = copy(self)
        service._hops = 2
        return service

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        # A request for credentials comes before the AssumeRole that it may cause.
        last = self._gateway.trail.last(1)
        response = self._respond(request)
        self._gateway.metadata.record(
            MetadataRequest(
                last[-1].number if last else 0,
                self._instance.name,
                request.method,
                request.path,
                _TOKEN in request.headers,
                response.status_code,
            )
        )
        return response(environ, start_response)

    def _respond(self, request: Request) -> Response:
        if not self._is_running():
            raise ConnectionResetError(errno.ECONNRESET, "a stopped instance has no metadata service")
        if self._options().http_endpoint == "disabled":
            return _error(HTTPStatus.FORBIDDEN)
        if request.path == "/latest/api/token":
            if request.method == "PUT":
                return self._create_token(request)
            return _error(HTTPStatus.METHOD_NOT_ALLOWED)
        if request.method not in ("GET", "HEAD"):
            return _error(HTTPStatus.METHOD_NOT_ALLOWED)
        if not self._may_read(request.headers.get(_TOKEN)):
            return _error(HTTPStatus.UNAUTHORIZED)
        if request.path == "/":
            return _text("\n".join((*_VERSIONS, "latest")))
        _, version, *rest = request.path.split("/")
        return self._read("/".join(("", "latest", *rest)) if version in _VERSIONS else request.path)

    def _create_token(self, request: Request) -> Response:
        if "X-Forwarded-For" in request.headers:
            return _error(HTTPStatus.FORBIDDEN)
        ttl = request.headers.get(_TTL, "")
        if not (ttl.isascii() and ttl.isdigit() and len(ttl) < 10 and 1 <= int(ttl) <= _LONGEST_TTL):
            return _error(HTTPStatus.BAD_REQUEST)
        if self._options().http_put_response_hop_limit < self._hops:
            # The hop limit applies to the response with the token only: its packet is dropped on the way.
            raise ConnectionResetError(errno.ECONNRESET, "the hop limit is too small for a container")
        token = secrets.token_urlsafe(42)
        now = self._gateway.clock.now()
        for known, until in self._tokens.copy().items():
            if until <= now:
                self._tokens.pop(known, None)
        self._tokens[token] = now + timedelta(seconds=int(ttl))
        response = _text(token)
        response.headers[_TTL] = ttl
        return response

    def _may_read(self, token: str | None) -> bool:
        if token is None:
            return self._options().http_tokens == "optional"
        good_until = self._tokens.get(token)
        return good_until is not None and self._gateway.clock.now() < good_until

    def _read(self, path: str) -> Response:
        region = self._instance.region
        values: dict[str, Callable[[], str | bytes]] = {
            "/latest/meta-data/ami-id": lambda: self._image_and_type()[0],
            "/latest/meta-data/hostname": lambda: self._in_ec2(host_name),
            "/latest/meta-data/instance-id": lambda: self._instance.id,
            "/latest/meta-data/instance-type": lambda: self._image_and_type()[1],
            "/latest/meta-data/local-hostname": lambda: self._in_ec2(host_name),
            "/latest/meta-data/local-ipv4": lambda: self._in_ec2(private_address),
            "/latest/meta-data/placement/availability-zone": self._zone,
            "/latest/meta-data/placement/region": lambda: region,
            "/latest/meta-data/security-groups": self._security_groups,
            "/latest/meta-data/services/domain": lambda: "amazonaws.com",
            "/latest/meta-data/services/partition": lambda: "aws",
            "/latest/dynamic/instance-identity/document": self._identity,
        }
        role = self._role()
        if role is not None:
            values["/latest/meta-data/iam/info"] = lambda: self._info(role)
            values[_CREDENTIALS] = lambda: role.name
            values[f"{_CREDENTIALS}{role.name}"] = lambda: self._credentials(role)
        if self._is_in_moto():
            values |= self._launch_values()
        if path == _CREDENTIALS.rstrip("/"):
            path = _CREDENTIALS
        if path in values:
            return _text(values[path]())
        return self._listing(path, list(values))

    def _listing(self, path: str, known: list[str]) -> Response:
        prefix = path.rstrip("/") + "/"
        below = [one.removeprefix(prefix).partition("/") for one in known if one.startswith(prefix)]
        if not below:
            return _error(HTTPStatus.NOT_FOUND)
        if prefix == "/latest/":
            # The top-level items have no slash.
            below = [(name, "", "") for name, _, _ in below]
        return _text("\n".join(sorted({name + slash for name, slash, _ in below})))

    def _launch_values(self) -> dict[str, Callable[[], str | bytes]]:
        """Return what an instance only has if it was launched with it."""
        values: dict[str, Callable[[], str | bytes]] = {}
        data = user_data(*self._where)
        if data is not None:
            values["/latest/user-data"] = partial(bytes, data)
        for key, value in tags_in_metadata(*self._where).items():
            values[f"/latest/meta-data/tags/instance/{key}"] = partial(str, value)
        return values

    def _role(self) -> RoleFacts | None:
        profile = self._profile()
        if profile is None:
            return None
        return self._gateway.profile_roles.role(self._instance.account, profile, self._instance.id)

    def _is_in_moto(self) -> bool:
        """Return whether EC2 exists in moto, which then knows more than the world file does."""
        return self._gateway.builder.has_built("ec2")

    def _is_running(self) -> bool:
        if self._instance.declared is None or self._is_in_moto():
            return is_running(*self._where)
        return True

    def _profile(self) -> str | None:
        if self._instance.declared is None or self._is_in_moto():
            return associated_profile(*self._where)
        return self._instance.declared.instance_profile

    def _options(self) -> MetadataOptions:
        if self._instance.declared is None or self._is_in_moto():
            return metadata_options(*self._where)
        return self._instance.declared.metadata_options

    def _image_and_type(self) -> tuple[str, str]:
        if self._instance.declared is None:
            return image_and_type(*self._where)
        return IMAGE, INSTANCE_TYPE

    def _zone(self) -> str:
        if self._instance.declared is None or self._is_in_moto():
            return availability_zone(*self._where)
        return f"{self._instance.region}a"

    def _in_ec2(self, read: Callable[[str, str, str], _Value]) -> _Value:
        """Read what moto gave the instance, so that EC2 returns the same."""
        self._gateway.builder.ensure("ec2")
        return read(*self._where)

    def _security_groups(self) -> str:
        return "\n".join(self._in_ec2(security_groups))

    def _identity(self) -> str:
        image, instance_type = self._image_and_type()
        return json.dumps(
            {
                "accountId": self._instance.account,
                "architecture": "x86_64",
                "availabilityZone": self._zone(),
                "imageId": image,
                "instanceId": self._instance.id,
                "instanceType": instance_type,
                "pendingTime": timestamp(self._gateway.clock.now()),
                "privateIp": self._in_ec2(private_address),
                "region": self._instance.region,
                "version": "2017-09-30",
            },
            indent=2,
        )

    def _info(self, role: RoleFacts) -> str:
        account, profile = self._instance.account, self._profile() or ""
        return json.dumps(
            {
                "Code": "Success",
                "LastUpdated": timestamp(self._gateway.clock.now()),
                "InstanceProfileArn": self._gateway.iam.iam_arn(account, "instance-profile", profile),
                "InstanceProfileId": self._gateway.iam.profile_id(account, profile),
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


def _text(text: str | bytes) -> Response:
    return Response(text, headers={"Server": "EC2ws"}, content_type="text/plain")


def _error(status: HTTPStatus) -> Response:
    page = _ERROR_PAGE.format(f"{status.value} - {status.phrase}")
    phrase = f"{status.value} {status.phrase}"
    return Response(page, phrase, {"Server": "EC2ws"}, content_type="text/html")
