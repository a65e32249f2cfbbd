"""Identify the service that a request is for, its protocol, and its Region."""

from __future__ import annotations

from functools import lru_cache
from typing import cast
from urllib.parse import unquote_to_bytes

from botocore.exceptions import DataNotFoundError, UnknownServiceError
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException
from werkzeug.test import EnvironBuilder

from rolecall.aws.errors import Protocol
from rolecall.aws.http import HttpRequest
from rolecall.aws.sigv4 import form_parameters

# The services of each signing name that isn't the name of its only service. Where several services share a
# signing name, the operation distinguishes them. S3 comes last: any path can be one of its buckets.
# https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html
_BY_SIGNING_NAME: dict[str, tuple[str, ...]] = {
    "access-analyzer": ("accessanalyzer",),
    "aidevops": ("devops-agent",),
    "airflow": ("mwaa",),
    "aoss": ("opensearchserverless",),
    "apigateway": ("apigateway", "apigatewayv2"),
    "aps": ("amp",),
    "aws-marketplace": ("meteringmarketplace",),
    "bedrock": ("bedrock", "bedrock-agent", "bedrock-runtime"),
    "bedrock-agentcore": ("bedrock-agentcore", "bedrock-agentcore-control"),
    "cloudcontrolapi": ("cloudcontrol",),
    "cloudhsm": ("cloudhsmv2",),
    "connect-campaigns": ("connectcampaigns",),
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "elasticfilesystem": ("efs",),
    "elasticloadbalancing": ("elbv2", "elb"),
    "elasticmapreduce": ("emr",),
    "email": ("ses", "sesv2"),
    "es": ("opensearch", "es"),
    "execute-api": ("apigatewaymanagementapi",),
    "iotdata": ("iot-data",),
    "kinesisanalytics": ("kinesisanalyticsv2",),
    "kinesisvideo": ("kinesisvideo", "kinesis-video-archived-media"),
    "lex": ("lexv2-models",),
    "mediastore": ("mediastore", "mediastore-data"),
    "mobiletargeting": ("pinpoint",),
    "monitoring": ("cloudwatch",),
    "s3": ("s3control", "s3"),
    "sagemaker": ("sagemaker", "sagemaker-runtime", "sagemaker-metrics"),
    "servicecatalog": ("servicecatalog", "servicecatalog-appregistry"),
    "servicequotas": ("service-quotas",),
    "ses": ("ses", "sesv2"),
    "sso": ("sso-admin",),
    "states": ("stepfunctions",),
    "tagging": ("resourcegroupstaggingapi",),
    "timestream": ("timestream-write", "timestream-query"),
}
# The signing names of directory buckets, Outposts, and Object Lambda, for which clients of S3 sign, too.
_FURTHER_OF_S3 = frozenset({"s3express", "s3-outposts", "s3-object-lambda"})
# All paths of S3 Control begin with the version of its API.
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_AWS_S3_Control.html
_S3_CONTROL_PATH = "/v20180820/"
# Services with operations that clients don't sign, by the prefix of their targets.
_UNSIGNED_TARGETS = {
    "AWSCognitoIdentityProviderService": "cognito-idp",
    "AWSCognitoIdentityService": "cognito-identity",
    "AmazonSQS": "sqs",
}
# The services of the query protocol, by the version of their API.
_BY_VERSION = {
    "2010-03-31": "sns",
    "2010-05-08": "iam",
    "2011-06-15": "sts",
    "2012-11-05": "sqs",
    "2016-11-15": "ec2",
}
# The portal of IAM Identity Center and its token service, by their paths.
# https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/welcome.html
# https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/Welcome.html
_UNSIGNED_PATHS = {
    "/federation/credentials": "sso",
    "/assignment/accounts": "sso",
    "/assignment/roles": "sso",
    "/logout": "sso",
    "/token": "sso-oidc",
    "/client/register": "sso-oidc",
    "/device_authorization": "sso-oidc",
}

UNSIGNED_STS = ("AssumeRoleWithWebIdentity", "AssumeRoleWithSAML")
"""Operations that are authenticated by a token in their parameters, not by a signature."""


# Services with one endpoint for all Regions, and the Region that it is in.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion
_GLOBAL_SERVICES = {
    "account": "us-east-1",
    "budgets": "us-east-1",
    "ce": "us-east-1",
    "cloudfront": "us-east-1",
    "globalaccelerator": "us-west-2",
    "health": "us-east-1",
    "iam": "us-east-1",
    "networkmanager": "us-west-2",
    "organizations": "us-east-1",
    "route53": "us-east-1",
    "route53domains": "us-east-1",
    "savingsplans": "us-east-1",
    "shield": "us-east-1",
    "support": "us-east-1",
    "waf": "us-east-1",
}


def region_for(service: str, region: str) -> str:
    """Return the Region that a request is made to.

    Parameters
    ----------
    service
        The service, by botocore's name.
    region
        The Region that the client is configured for.

    Returns
    -------
    str
        The Region of the endpoint, which is the same for all clients of a global service. SDKs call that of
        global endpoints ``aws-global``, and it is us-east-1.
    """
    return _GLOBAL_SERVICES.get(service, "us-east-1" if region == "aws-global" else region)


def accepts_unsigned(service: str) -> bool:
    """Whether a service, by botocore's name, has public resources or operations that aren't signed."""
    return service in ("s3", "sns", "sts", *_UNSIGNED_TARGETS.values(), *_UNSIGNED_PATHS.values())


def service_for(signing_name: str, request: HttpRequest) -> str:
    """Return botocore's name of the service that a request is signed for.

    Parameters
    ----------
    signing_name
        The service in the credential scope.
    request
        The request, whose operation distinguishes the services that share a signing name.
    """
    candidates = _BY_SIGNING_NAME.get(signing_name, (signing_name,))
    if len(candidates) == 1:
        return candidates[0]
    if signing_name == "s3" and not request.path.startswith(_S3_CONTROL_PATH):
        # Nearly every request is for S3 itself, and to match its path takes as long as to decide it.
        return "s3"
    return next((one for one in candidates if _has_operation(one, request)), candidates[0])


def _has_operation(service: str, request: HttpRequest) -> bool:
    """Whether a request is for an operation of a service, by its target, its API version, or its path."""
    model = get_service_model(service)
    target = request.headers.get("x-amz-target")
    if target is not None:
        prefix, _, name = target.rpartition(".")
        return bool(prefix == model.metadata.get("targetPrefix") and name in model.operation_names)
    if model.protocol == "query":
        return bool(form_parameters(request).get("Version") == model.api_version)
    builder = EnvironBuilder(
        query_string=request.query,
        method=request.method,
        headers=request.headers.items(),
    )
    path = {"PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"), "RAW_URI": request.path}
    try:
        get_service_router(service).match(Request(builder.get_environ() | path))
    except (HTTPException, NotImplementedError):
        return False
    return True


@lru_cache(maxsize=1024)
def protocol_of(service: str, content_type: str | None) -> Protocol:
    """Return the protocol of a request to a service; for an unknown one, what the content type suggests."""
    try:
        model = get_service_model(service)
    except (UnknownServiceError, DataNotFoundError):
        if service in _FURTHER_OF_S3:
            return "rest-xml"
        return _protocol_by_content_type(content_type or "")
    try:
        return cast(Protocol, determine_request_protocol(model, content_type))
    except NotImplementedError:
        # moto can't derive the protocol from the content type: use the protocol of the service model.
        return cast(Protocol, str(model.protocol))


def _protocol_by_content_type(content_type: str) -> Protocol:
    if content_type.startswith("application/x-www-form-urlencoded"):
        return "query"
    return "json" if content_type.startswith("application/x-amz-json") else "rest-json"


def service_and_protocol(request: HttpRequest) -> tuple[str, Protocol]:
    """Identify the service of a request, and the protocol of its response.

    Parameters
    ----------
    request
        The request. Its credential scope names the service; without one, the parameters or the target do.

    Returns
    -------
    tuple of str and Protocol
        botocore's name of the service, and the protocol.
    """
    header = request.headers.get("authorization", "")
    scope = header.partition("Credential=")[2].partition(",")[0].split("/")
    if len(scope) != 5:
        scope = request.query_parameters().get("X-Amz-Credential", "").split("/")
    if len(scope) == 5:
        service = service_for(scope[3], request)
    elif request.method == "POST" and form_parameters(request).get("Action") in UNSIGNED_STS:
        service = "sts"
    elif request.method == "POST" and b"Action=" in request.body[:4096]:
        service = _BY_VERSION.get(form_parameters(request).get("Version", ""), "sts")
    elif target := request.headers.get("x-amz-target"):
        if service := _UNSIGNED_TARGETS.get(target.partition(".")[0], ""):
            return service, "json"
        # The target names the service by another prefix, but an error only needs the protocol, JSON.
        return target.partition("_")[0].partition(".")[0].lower(), "json"
    elif (
        "x-amz-sso_bearer_token" in request.headers
        or request.headers.get("content-type") == "application/json"
    ):
        service = _UNSIGNED_PATHS.get(request.path, "s3")
    else:
        service = "s3"
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        return service, "smithy-rpc-v2-cbor"
    return service, protocol_of(service, request.headers.get("content-type"))
