"""Bucket policies whose actions or resources S3 rejects."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from rolecall._reference import actions
from rolecall.aws.errors import AwsError
from rolecall.iam import MalformedPolicyDocument, Policy, PolicyType
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap

_ARN = "arn:aws:s3:::"
_EVERYTHING = frozenset({"bucket", "object"})


class BucketPolicies(Gap):
    """S3 rejects unknown actions, foreign resources, and actions that don't fit the resources."""

    operations = frozenset({"s3.PutBucketPolicy"})
    rule = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html"

    def before(self, call: Call) -> None:
        """Raise MalformedPolicy with the message of the first fault."""
        document = call.operation.parameters.get("Policy")
        text = document.decode("utf-8", "replace") if isinstance(document, bytes) else document
        try:
            policy = Policy.parse(text, PolicyType.RESOURCE)
        except MalformedPolicyDocument:
            return  # PolicyDocuments reports it.
        bucket = call.operation.text("Bucket") or ""
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


def _types_of_action(pattern: str) -> frozenset[str] | None:
    """Return what the actions of a pattern apply to; None if S3 has no such action."""
    if pattern in ("*", "*:*"):
        return _EVERYTHING
    service, _, name = pattern.lower().partition(":")
    known = [action for key, action in actions("s3").items() if fnmatchcase(key, name)]
    if service != "s3" or not known:
        return None
    return frozenset(one["name"] for action in known for one in action["resourceTypes"]) & _EVERYTHING
