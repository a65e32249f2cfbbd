"""Requests to S3 by a browser for a page of another origin."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from urllib.parse import unquote

from rolecall.aws.errors import AwsError
from rolecall.aws.s3_cors import matching_rule, response_headers
from rolecall.aws.templates import values
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.s3 import bucket_account, cors_rules
from rolecall.sandbox.responses import Response

_PREFLIGHT = {"BucketCORSPreflightCheck": "BUCKET", "ObjectCORSPreflightCheck": "OBJECT"}
_METHODS = frozenset({"DELETE", "GET", "HEAD", "POST", "PUT"})
_NOT_ALLOWED = (
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, "
    "request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted "
    "by the resource's CORS spec."
)


class CrossOriginRequests(Gap):
    """A preflight request is answered by the first rule that allows it; moto compares only the origin."""

    operations = frozenset({"s3.*"})
    rule = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors-troubleshooting.html"

    def validate(self, call: Call) -> None:
        """Raise BadRequest for an incomplete preflight request, AccessForbidden for a denied one.

        Raise InvalidRequest for rules that S3 rejects: https://github.com/versity/versitygw/issues/1870
        """
        if call.operation.name == "PutBucketCors":
            for allowed in values(call.operation.parameters, "CORSConfiguration.CORSRules.AllowedOrigins"):
                if allowed.count("*") > 1:
                    message = f'AllowedOrigin "{allowed}" can not have more than one wildcard.'
                    raise AwsError("InvalidRequest", message, 400)
        kind = _PREFLIGHT.get(call.operation.name)
        if kind is None:
            return
        headers = call.request.headers
        origin, method = headers.get("origin"), headers.get("access-control-request-method")
        if origin is None:
            raise AwsError("BadRequest", "Insufficient information. Origin request header needed.", 400)
        if method not in _METHODS:
            message = f"Invalid Access-Control-Request-Method: {method or 'null'}"
            raise AwsError("BadRequest", message, 400)
        bucket = _bucket(call)
        if bucket_account(bucket) is None:
            raise _forbidden("CORSResponse: Bucket not found", method, "BUCKET")
        rules = cors_rules(bucket)
        if not rules:
            raise _forbidden("CORSResponse: CORS is not enabled for this bucket.", method, kind)
        if matching_rule(rules, origin, method, _requested(call)) is None:
            raise _forbidden(_NOT_ALLOWED, method, kind)

    def after(self, call: Call, response: Response) -> Response:
        """Replace moto's headers by those of the rule that allows the request."""
        headers = call.request.headers
        origin = headers.get("origin")
        kept = [one for one in response.headers if not _is_about_origins(one[0])]
        if origin is None:
            same = len(kept) == len(response.headers)
            return response if same else replace(response, headers=tuple(kept))
        preflight = call.operation.name in _PREFLIGHT
        method = headers.get("access-control-request-method", "") if preflight else call.request.method
        requested = _requested(call) if preflight else ()
        rule = matching_rule(cors_rules(_bucket(call)), origin, method, requested)
        if rule is not None:
            kept += response_headers(rule, origin, requested)
        return replace(response, headers=tuple(kept))


@lru_cache(maxsize=1024)
def _is_about_origins(header: str) -> bool:
    return header.lower().startswith("access-control-")


def _bucket(call: Call) -> str:
    """Return the name of the bucket; the service model of a preflight request has no parameters."""
    return call.operation.text("Bucket") or unquote(call.request.path).lstrip("/").partition("/")[0]


def _requested(call: Call) -> tuple[str, ...]:
    listed = call.request.headers.get("access-control-request-headers", "")
    return tuple(name.strip() for name in listed.split(",") if name.strip())


def _forbidden(message: str, method: str, kind: str) -> AwsError:
    return AwsError("AccessForbidden", message, 403, {"Method": method, "ResourceType": kind})
