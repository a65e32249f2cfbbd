"""Run moto as a WSGI application in this process, and make boto3 clients that call it without a network."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Iterable
from functools import lru_cache
from operator import attrgetter
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import WSGIEnvironment

import boto3
from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import BotoCoreError, ClientError
from moto.backends import get_backend
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.model_instances import reset_model_data
from werkzeug.test import EnvironBuilder

from rolecall.aws.errors import AwsError
from rolecall.aws.operations import Operation
from rolecall.sandbox import moto_dispatch
from rolecall.sandbox.moto_input import REGION, with_encoded_copy_source, without_other_parameters
from rolecall.sandbox.moto_patches import patch_moto
from rolecall.sandbox.responses import Response

_log = logging.getLogger(__name__)

patch_moto()

_ACCOUNT_HEADER = "HTTP_X_MOTO_ACCOUNT_ID"
_SIGNED = "AWS4-HMAC-SHA256 Credential="
_client_lock = threading.Lock()


class NotPerformed(Exception):
    """moto can't perform an operation. The text completes a sentence that names the operation."""


def perform(environ: WSGIEnvironment, service: str, account: str, region: str) -> Response:
    """Let moto perform a request that is authorized.

    Parameters
    ----------
    environ
        The request; its body can be read again.
    service
        The service that was decided for. An unsigned request names none, and moto would look for one in the
        body.
    account
        The account in which the operation is performed.
    region
        The Region in which it is performed.

    Raises
    ------
    NotPerformed
        If moto lacks the operation, or fails on these parameters.
    """
    if not environ.get("HTTP_AUTHORIZATION", "").startswith(_SIGNED):
        environ["HTTP_AUTHORIZATION"] = (
            f"{_SIGNED}{_credential(environ, service, region)}, SignedHeaders=host, Signature=0"
        )
    environ[_ACCOUNT_HEADER] = account
    environ[REGION] = region
    with_encoded_copy_source(environ)
    without_other_parameters(environ)
    return _run_or_say_why(environ, service)


def _credential(environ: WSGIEnvironment, service: str, region: str) -> str:
    """Return the key and the scope of a signature, which moto finds only at the start of the header."""
    header = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].partition(",")[0]
    presigned = dict(parse_qsl(environ.get("QUERY_STRING", ""))).get("X-Amz-Credential")
    return header or presigned or f"anonymous/20000101/{region}/{service}/aws4_request"


def call(operation: Operation, account: str, region: str) -> dict[str, Any]:
    """Perform an operation that is authorized, and return its result as boto3 does.

    Raises
    ------
    AwsError
        The error that moto returns.
    NotPerformed
        If moto lacks the operation, or fails on these parameters.
    """
    service = client(operation.service, account, region)
    try:
        result: dict[str, Any] = getattr(service, xform_name(operation.name))(**operation.parameters)
    except ClientError as error:
        found = error.response
        status = found["ResponseMetadata"]["HTTPStatusCode"]
        raise AwsError(found["Error"]["Code"], found["Error"]["Message"], status) from None
    except BotoCoreError as error:
        raise NotPerformed(str(error)) from error
    result.pop("ResponseMetadata", None)
    return result


def _run_or_say_why(environ: WSGIEnvironment, service: str) -> Response:
    if not _has_service(service):
        raise NotPerformed("the sandbox doesn't have this service")
    try:
        response = moto_dispatch.dispatch(environ)
    except NotImplementedError as error:
        # moto has operations without some of their filters.
        what = "filter" if str(error).lower().startswith(("filter dicts", "the filter")) else "operation"
        raise NotPerformed(f"the sandbox doesn't have this {what}") from None
    except Exception as error:
        # moto doesn't validate many parameters, and fails on them instead.
        _log.exception("moto failed in the service %s", service)
        raise NotPerformed(
            "the sandbox can't perform it with these parameters; its log has the traceback"
        ) from error
    if response.status >= 500:
        _log.error("moto returned %s in the service %s: %s", response.status, service, response.body[:2000])
        raise NotPerformed("the sandbox can't perform it with these parameters")
    return response


@lru_cache(maxsize=512)
def _has_service(service: str) -> bool:
    try:
        get_backend(service)
    except (ImportError, AttributeError):
        return False
    # A service that no account has used yet has an empty, and therefore falsy, collection of backends.
    return True


# moto keeps the results of these methods with their objects, which hold all resources of an account.
_KEPT_RESULTS = {
    "moto.ec2.models.subnets": "Subnet._base_avail_ip_iterator",
    "moto.emr.models": "ElasticMapReduceBackend._get_instance_type_names",
    "moto.rds.models": "RDSBackend.db_cluster_options",
}


def forget_everything() -> None:
    """Empty every backend of every account."""
    backends: list[Any] = BackendDict._instances
    for one in backends:
        # By default, a backend that is reset builds itself again, and is then dropped.
        if one.backend.reset is BaseBackend.reset:
            one.clear()
    BackendDict.reset()
    # moto also lists every object that it ever created, for its dashboard.
    reset_model_data()
    for module, method in _KEPT_RESULTS.items():
        if module in sys.modules:
            attrgetter(method)(sys.modules[module]).cache_clear()


class _Raw(io.BytesIO):
    """A body that botocore can read."""

    def stream(self, **kwargs: Any) -> Iterable[bytes]:
        contents = self.read()
        while contents:
            yield contents
            contents = self.read()


def client(service: str, account: str, region: str) -> Any:
    """Return a boto3 client that works in an account without any permission checks.

    Clients are kept: boto3 needs up to half a second to create one.
    """
    with _client_lock:
        return _kept_client(service, account, region)


@lru_cache(maxsize=64)
def _kept_client(service: str, account: str, region: str) -> Any:
    created = _session().client(service, region_name=region, endpoint_url="http://127.0.0.1")

    def send(request: AWSPreparedRequest, **kwargs: Any) -> AWSResponse:
        headers = [
            (key, value.decode() if isinstance(value, bytes) else str(value))
            for key, value in request.headers.items()
        ]
        body: Any = request.body or b""
        builder = EnvironBuilder(path=request.url, method=request.method, headers=headers, data=body)
        environ = builder.get_environ()
        environ[_ACCOUNT_HEADER] = account
        response = _run_or_say_why(environ, service)
        answer_headers: Any = dict(response.headers)
        return AWSResponse(request.url, response.status, answer_headers, _Raw(response.body))

    created.meta.events.register("before-send", send)
    return created


@lru_cache(maxsize=1)
def _session() -> boto3.Session:
    return boto3.Session("rolecall", "rolecall", region_name="us-east-1")
