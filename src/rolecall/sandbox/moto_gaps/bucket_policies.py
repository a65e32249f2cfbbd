"""Bucket policies whose size, actions, resources, or conditions S3 rejects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import lru_cache

from rolecall._reference import actions
from rolecall.aws.errors import AwsError
from rolecall.aws.mapping import supported_keys
from rolecall.iam import MalformedPolicyDocument, Policy, PolicyType
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap

_ARN = "arn:aws:s3:::"
_EVERYTHING = frozenset({"bucket", "object"})
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html
_LARGEST = 20 * 1024
_TOO_LARGE = "Policy exceeds the maximum allowed document size."
# Every request to S3 has these keys, although the reference doesn't list them for each action.
# https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html
_OF_EVERY_REQUEST = frozenset(
    {
        "s3:accessgrantsinstancearn",
        "s3:accesspointnetworkorigin",
        "s3:authtype",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
        "s3:resourceaccount",
        "s3:signatureage",
        "s3:signatureversion",
        "s3:tlsversion",
        "s3:x-amz-content-sha256",
    }
)


class BucketPolicies(Gap):
    """S3 rejects actions, resources, and condition keys that it doesn't have, or that don't go together."""

    operations = frozenset({"s3.DeleteBucketPolicy", "s3.GetBucketPolicy", "s3.PutBucketPolicy"})
    rule = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html"

    def before(self, call: Call) -> None:
        """Raise MethodNotAllowed for another account, or MalformedPolicy with the first fault.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
        """
        if call.caller.account != call.account:
            message = "The specified method is not allowed against this resource."
            details = {"Method": call.request.method, "ResourceType": "BUCKETPOLICY"}
            raise AwsError("MethodNotAllowed", message, 405, details)
        if call.name != "s3.PutBucketPolicy":
            return
        document = call.operation.parameters.get("Policy")
        text = document.decode("utf-8", "replace") if isinstance(document, bytes) else str(document)
        try:
            policy = Policy.parse(text, PolicyType.RESOURCE)
        except MalformedPolicyDocument:
            return  # PolicyDocuments reports it.
        if len(json.dumps(json.loads(text), separators=(",", ":"))) > _LARGEST:
            raise AwsError("MalformedPolicy", _TOO_LARGE, 400)
        bucket = call.operation.text("Bucket", "")
        problem = next(_problems(policy, bucket), None)
        if problem is not None:
            raise AwsError("MalformedPolicy", problem, 400)


def _problems(policy: Policy, bucket: str) -> Iterator[str]:
    for statement in policy.statements:
        resource = statement.resource
        if resource is None:
            yield "Missing required field Resource"
            continue
        if not all(_is_in(bucket, value) for value in resource.values):
            yield "Policy has invalid resource"
        action = statement.action
        for value in action.values:
            types = _types_of_action(value)
            if types is None:
                yield "Policy has invalid action"
            elif not action.negated and not resource.negated:
                named = frozenset().union(*(_types_of_resource(one) for one in resource.values))
                if not types & named:
                    yield "Action does not apply to any resource(s) in statement"
        for test in statement.conditions:
            key = _without_tag(test.key.lower())
            if ":" not in key or (key.startswith("s3:") and key not in _known_keys()):
                yield "Policy has an invalid condition key"
            elif not action.negated and not all(_has_key(value, key) for value in action.values):
                yield "Conditions do not apply to combination of actions and resources in statement"


def _is_in(bucket: str, resource: str) -> bool:
    """Whether a resource can be the bucket or one of its objects."""
    if not resource.strip("*"):
        return True
    name = resource.removeprefix(_ARN).partition("/")[0]
    return resource.startswith(_ARN) and ("${" in name or fnmatchcase(bucket, name.replace("[", "[[]")))


def _types_of_resource(resource: str) -> frozenset[str]:
    if "/" in resource:
        return frozenset({"object"})
    return _EVERYTHING if "*" in resource else frozenset({"bucket"})


def _has_key(pattern: str, key: str) -> bool:
    """Whether a key is one that every request has, or any of the actions of a pattern."""
    return not key.startswith("s3:") or key in _OF_EVERY_REQUEST or key in _keys_of_action(pattern)


@lru_cache(maxsize=1)
def _known_keys() -> frozenset[str]:
    return _keys_of_action("s3:*") | _OF_EVERY_REQUEST


@lru_cache(maxsize=256)
def _keys_of_action(pattern: str) -> frozenset[str]:
    """Return the condition keys of the actions of a pattern: those that any of them has."""
    name = pattern.lower().partition(":")[2] or "*"
    found = [supported_keys(f"s3:{key}") for key in actions("s3") if fnmatchcase(key, name)]
    return frozenset(_without_tag(key) for keys in found for key in keys)


def _without_tag(key: str) -> str:
    """Return a condition key without the key of a tag, such as s3:existingobjecttag."""
    return key.partition("/")[0]


def _types_of_action(pattern: str) -> frozenset[str] | None:
    """Return what the actions of a pattern apply to; None if S3 has no such action."""
    if pattern in ("*", "*:*"):
        return _EVERYTHING
    service, _, name = pattern.lower().partition(":")
    known = [action for key, action in actions("s3").items() if fnmatchcase(key, name)]
    if service != "s3" or not known:
        return None
    return frozenset(one["name"] for action in known for one in action["resourceTypes"]) & _EVERYTHING
