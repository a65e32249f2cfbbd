"""Look up actions in the Service Authorization Reference."""

from __future__ import annotations

from functools import lru_cache

from rolecall._reference import actions, rcp_services


@lru_cache(maxsize=4096)
def supports_only_all_resources(action: str) -> bool:
    """Return whether an action, in lower case, can be allowed only on `Resource: "*"`.

    An action that isn't in the reference is assumed to support resources.
    """
    service, _, name = action.partition(":")
    known = actions(service).get(name)
    return known is not None and not known["resourceTypes"]


# The reference has no resource type for this action, but S3 evaluates it on arn:aws:s3:::*.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-walkthroughs-managing-access-example1.html
_ON_ALL_BUCKETS = frozenset({"s3:listallmybuckets"})
ALL_BUCKETS = "arn:aws:s3:::*"
# CloudWatch Logs evaluates this action on log-group:PREFIX:log-stream:, as its denials show.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
_ON_GIVEN_ARN = frozenset({"logs:describeloggroups"})


def evaluated_resource(action: str, resource: str) -> str:
    """Return the resource that AWS evaluates for an action, in lower case.

    For an action without resource types, that is ``*``, whatever resource the request names.
    """
    if action in _ON_ALL_BUCKETS:
        return ALL_BUCKETS
    if action in _ON_GIVEN_ARN:
        return resource
    return "*" if supports_only_all_resources(action) else resource


def spelling(action: str) -> str:
    """Return an action as AWS spells it, for any case."""
    service, _, name = action.partition(":")
    known = actions(service.lower()).get(name.lower())
    return f"{service.lower()}:{known['name']}" if known else action


@lru_cache(maxsize=4096)
def rcp_applies(action: str) -> bool:
    """Return whether RCPs apply to an action, in lower case.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
    """
    return action.partition(":")[0] in rcp_services() and action != "kms:retiregrant"
