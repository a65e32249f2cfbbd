"""moto as a WSGI application in this process, and boto3 clients that speak to it without a network."""

from __future__ import annotations

import copy
import io
import os
from collections.abc import Iterable
from typing import Any
from wsgiref.types import WSGIEnvironment

# moto loads the AWS-managed policies when a backend is made; it must know before.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

import boto3
import moto.backends
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.base_backend import BackendDict
from moto.iam.access_control import PermissionResult
from moto.iam.models import IAMBackend, ManagedPolicy
from moto.s3.models import FakeBucket
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.test import EnvironBuilder, run_wsgi_app

from rolecall.aws.errors import AwsError

# moto reads the 1,500 AWS-managed policies anew for each account and each reset; once is enough.
_read_managed_policies = IAMBackend._init_aws_policies
_managed_policies: list[ManagedPolicy] = []


def _own_managed_policies(backend: IAMBackend) -> list[ManagedPolicy]:
    """Copies, since each account counts its own attachments."""
    if not _managed_policies:
        _managed_policies.extend(_read_managed_policies(backend))
    return [copy.copy(policy) for policy in _managed_policies]


IAMBackend._init_aws_policies = _own_managed_policies

# moto looks through its own folders twice for each request; they do not change.
_modules = tuple(moto.backends.list_of_moto_modules())
moto.backends.list_of_moto_modules = lambda: iter(_modules)

# Whether a request may be done is decided before moto sees it. moto would read a bucket policy once more
# without its conditions and principals, and refuse what a conditional Deny lets through.
FakeBucket.get_permission = lambda bucket, action, resource: PermissionResult.PERMITTED

ACCOUNT_HEADER = "HTTP_X_MOTO_ACCOUNT_ID"
application = DomainDispatcherApplication(create_backend_app)


def address(environ: WSGIEnvironment, service: str, region: str) -> None:
    """Makes sure that moto does what was decided: the same service, and none of moto's own pages.

    An unsigned request names no service, and moto would look for one in its body.

    Raises
    ------
    AwsError
        For a path that moto keeps for itself; to a client it is a bucket that is not there.
    """
    if environ["PATH_INFO"].lstrip("/").partition("/")[0] == "moto-api":
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404)
    if "HTTP_AUTHORIZATION" not in environ and "X-Amz-Credential" not in environ.get("QUERY_STRING", ""):
        scope = f"anonymous/20000101/{region}/{service}/aws4_request"
        environ["HTTP_AUTHORIZATION"] = (
            f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
        )


def forget_everything() -> None:
    """Empties every backend of every account."""
    BackendDict.reset()


class _Raw(io.BytesIO):
    """A body as botocore wants to read it."""

    def stream(self, **kwargs: Any) -> Iterable[bytes]:
        contents = self.read()
        while contents:
            yield contents
            contents = self.read()


def client(service: str, account: str, region: str) -> Any:
    """A boto3 client that works in an account, without asking anyone for permission."""
    session = boto3.Session("rolecall", "rolecall", region_name=region)
    made = session.client(service, endpoint_url="http://127.0.0.1")

    def send(request: AWSPreparedRequest, **kwargs: Any) -> AWSResponse:
        headers = [
            (key, value.decode() if isinstance(value, bytes) else str(value))
            for key, value in request.headers.items()
        ]
        body: Any = request.body or b""
        builder = EnvironBuilder(path=request.url, method=request.method, headers=headers, data=body)
        environ = builder.get_environ()
        environ[ACCOUNT_HEADER] = account
        content, status, answered = run_wsgi_app(application, environ, buffered=True)
        answer_headers: Any = dict(answered)
        return AWSResponse(request.url, int(status.split()[0]), answer_headers, _Raw(b"".join(content)))

    made.meta.events.register("before-send", send)
    return made
