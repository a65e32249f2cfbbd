"""Read the tags of a resource of any service that moto has, by its ARN.

Most of moto's services keep tags by ARN, or return the tags of an ARN in the method behind their operation
ListTagsForResource. The others keep tags in the resources; `_COLLECTIONS` says where.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import Any

from moto.backends import get_backend
from moto.core.resource_tagging import TaggableResourcesMixin
from moto.utilities.tagging_service import TaggingService

# The services of moto behind a prefix of IAM actions, if there are several, or if the name differs.
SERVICES: Mapping[str, tuple[str, ...]] = {
    "aidevops": ("devops-agent",),
    "aoss": ("opensearchserverless",),
    "apigateway": ("apigateway", "apigatewayv2"),
    "aps": ("amp",),
    "aws-marketplace": ("meteringmarketplace",),
    "bedrock": ("bedrock", "bedrock-agent", "bedrock-runtime"),
    "bedrock-agentcore": ("bedrock-agentcore", "bedrock-agentcore-control"),
    "cloudhsm": ("cloudhsmv2",),
    "connect-campaigns": ("connectcampaigns",),
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "elasticfilesystem": ("efs",),
    "elasticloadbalancing": ("elb", "elbv2"),
    "elasticmapreduce": ("emr",),
    "es": ("es", "opensearch"),
    "execute-api": ("apigatewaymanagementapi",),
    "iot": ("iot", "iot-data"),
    "kinesisanalytics": ("kinesisanalyticsv2",),
    "kinesisvideo": ("kinesis-video-archived-media", "kinesisvideo"),
    "lex": ("lexv2-models",),
    "mediastore": ("mediastore", "mediastore-data"),
    "mobiletargeting": ("pinpoint",),
    "s3": ("s3", "s3control"),
    "sagemaker": ("sagemaker", "sagemaker-metrics", "sagemaker-runtime"),
    "servicecatalog": ("servicecatalog", "servicecatalog-appregistry"),
    "servicequotas": ("service-quotas",),
    "ses": ("ses", "sesv2"),
    "sso": ("sso-admin",),
    "states": ("stepfunctions",),
    "tag": ("resourcegroupstaggingapi",),
    "timestream": ("timestream-query", "timestream-write"),
}

# Where resources that have their tags in themselves are, by the service and the type in the ARN. A type
# inside another is written with its path, as its attribute is.
_COLLECTIONS: Mapping[str, Mapping[str, str]] = {
    "apigateway": {
        "apikeys": "keys",
        "domainnames": "domain_names",
        "restapis": "apis",
        "restapis/stages": "apis.stages",
        "usageplans": "usage_plans",
        "vpclinks": "vpc_links",
    },
    "appmesh": {"mesh": "meshes"},
    "codebuild": {"project": "codebuild_projects"},
    "cognito-identity": {"identitypool": "identity_pools"},
    "cognito-idp": {"userpool": "user_pools"},
    "databrew": {"dataset": "datasets", "job": "jobs", "recipe": "recipes", "ruleset": "rulesets"},
    "datapipeline": {"pipeline": "pipelines"},
    "emr": {"cluster": "clusters"},
    "emr-containers": {"virtualclusters": "virtual_clusters", "virtualclusters/jobruns": "job_runs"},
    "emr-serverless": {"applications": "applications"},
    "forecast": {"dataset-group": "dataset_groups"},
    "guardduty": {"detector": "detectors", "detector/filter": "detectors.filters"},
    "kinesis": {"stream": "streams"},
    "kinesisvideo": {"stream": "streams"},
    "medialive": {"channel": "_channels", "input": "_inputs"},
    "mediapackage": {"channels": "_channels", "origin_endpoints": "_origin_endpoints"},
    "mediapackagev2": {"channelGroup": "channel_groups", "channelGroup/channel": "channel_groups.channels"},
    "redshift": {
        "cluster": "clusters",
        "parametergroup": "cluster_parameter_groups",
        "snapshot": "snapshots",
        "subnetgroup": "subnet_groups",
    },
    "transfer": {"connector": "connectors", "server": "servers"},
}

# The types of SSM's resources that have tags, by the type in the ARN.
_SSM_TYPES = {
    "document": "Document",
    "maintenancewindow": "MaintenanceWindow",
    "managed-instance": "ManagedInstance",
    "opsitem": "OpsItem",
    "opsmetadata": "OpsMetadata",
    "parameter": "Parameter",
    "patchbaseline": "PatchBaseline",
}

_LISTING_METHODS = ("list_tags_for_resource", "list_tags", "get_tags")


def resource_tags(prefix: str, arn: str) -> dict[str, str]:
    """Return the tags of a resource, by key; empty if there is no such resource.

    Parameters
    ----------
    prefix
        The prefix of the service's IAM actions, such as ``elasticloadbalancing``.
    arn
        The ARN of the resource.
    """
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return {}
    _, _, _, region, account, resource = parts
    for service in SERVICES.get(prefix, (prefix,)):
        for state in _backends(service, account, region):
            for found in _ways(service, state, arn, resource):
                if tags := _by_key(found):
                    return tags
    return {}


def _backends(service: str, account: str, region: str) -> Iterator[Any]:
    """Yield the backends that can have a resource: all accounts' if the ARN has no account."""
    if f"moto.{_PACKAGES.get(service, service.replace('-', ''))}.models" not in sys.modules:
        # No request has used the service yet, and its import is slow.
        return
    backends = get_backend(service)
    for owner in [account] if account else list(backends):
        if owner not in backends:
            continue
        regional = backends[owner]
        if region in regional.regions:
            yield regional[region]
        elif "aws" in regional.regions:
            yield regional["aws"]
        elif not region:
            yield from list(regional.values())


_PACKAGES = {"lambda": "awslambda"}


def _ways(service: str, state: Any, arn: str, resource: str) -> Iterator[Any]:
    """Yield what each way to find the tags of a resource returns, the fastest first."""
    own = _SPECIAL.get(service)
    if own is not None:
        yield own(state, arn, resource)
        return
    if service in _COLLECTIONS:
        yield _in_resource(state, _COLLECTIONS[service], arn, resource)
    for kept in vars(state).values():
        if isinstance(kept, TaggingService):
            yield kept.get_tag_dict_for_resource(_existing(arn, kept.tags))
    for name in _LISTING_METHODS:
        if method := getattr(state, name, None):
            yield _listed(method, arn)
            break
    if isinstance(state, TaggableResourcesMixin):
        tags = _listed_by_mixin(state)
        yield tags.get(_existing(arn, tags))


def _listed_by_mixin(state: TaggableResourcesMixin) -> dict[str, Any]:
    """Return the tags of every resource that moto lists, by its ARN."""
    tags = {}
    try:
        for one in state.iter_tagged_resources():
            tags[one.arn] = one.tags
    except (AttributeError, KeyError):
        # A tag without a key, which ECS accepts, ends moto's list, and so does a model card of SageMaker.
        pass
    return tags


def _existing(arn: str, known: Iterable[str]) -> str:
    """Return the ARN of a resource; the IDs that AWS makes and a request doesn't have are ``*``."""
    return next((one for one in known if fnmatchcase(one, arn)), arn) if "*" in arn else arn


def _listed(method: Callable[..., Any], argument: Any, *more: Any) -> Any:
    """Return what a method of moto's lists; None if there is no such resource.

    Each service has its own exception for that, and some have a KeyError or an AttributeError.
    """
    with suppress(Exception):
        return method(argument, *more)
    return None


def _in_resource(state: Any, collections: Mapping[str, str], arn: str, resource: str) -> Any:
    """Return the tags in a resource, which is found by its ID or name, or else by its ARN."""
    first = re.search("[/:]", resource.strip("/"))
    words = resource.strip("/").split(first[0]) if first else [resource]
    path = collections.get("/".join(words[::2]), collections.get(words[0], ""))
    found: Any = state
    for attribute, name in zip(path.split("."), words[1::2], strict=False):
        found = _member(getattr(found, attribute, {}), name, arn)
    return getattr(found, "tags", None)


def _member(collection: Mapping[str, Any], name: str, arn: str) -> Any:
    if name in collection:
        return collection[name]
    return next((one for one in collection.values() if getattr(one, "arn", None) == arn), None)


def _by_key(found: Any) -> dict[str, str]:
    """Return tags by key, in any of the forms in which moto has them."""
    if isinstance(found, Mapping):
        inner = [one for one in found.values() if isinstance(one, (list, Mapping))]
        if len(found) != 1 or not inner:
            return {str(key): str(value or "") for key, value in found.items()}
        # The tags are in a response, under the name of its only member.
        found = inner[0]
        if isinstance(found, Mapping):
            return {str(key): str(value or "") for key, value in found.items()}
    return dict(_pairs(found or ()))


def _pairs(tags: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for tag in tags:
        if isinstance(tag, Mapping) and (key := tag.get("Key") or tag.get("key") or tag.get("TagKey")):
            value = tag.get("Value") or tag.get("value") or tag.get("TagValue")
            yield str(key), str(value or "")


def _of_parameter_store(state: Any, arn: str, resource: str) -> Any:
    type, _, name = resource.partition("/")
    tags = state._resource_tags.get(_SSM_TYPES.get(type, ""), {})
    return tags.get(name) or tags.get(f"/{name}")


def _of_user_pool(state: Any, arn: str, resource: str) -> Any:
    pool = state.user_pools.get(resource.partition("/")[2])
    return pool.extended_config.get("UserPoolTags") if pool else None


def _of_identifier(state: Any, arn: str, resource: str) -> Any:
    return state.tagger.get_tag_dict_for_resource(re.split("[/:]", resource)[-1])


def _of_domain(state: Any, arn: str, resource: str) -> Any:
    # AWS's ARNs of domains have no Region.
    return state.tagger.get_tag_dict_for_resource(_existing(arn.replace("::", ":*:"), state.tagger.tags))


def _of_data_set(state: Any, arn: str, resource: str) -> Any:
    return state.tagger.get_tag_dict_for_resource(arn.replace(":dataset/", ":data-set/"))


def _of_group(state: Any, arn: str, resource: str) -> Any:
    group = state.autoscaling_groups.get(resource.rpartition("/")[2])
    return group.tags if group else None


# Services of which moto knows the resources by something else than their ARN.
_SPECIAL: Mapping[str, Callable[[Any, str, str], Any]] = {
    "autoscaling": _of_group,
    "cognito-idp": _of_user_pool,
    "config": lambda state, arn, resource: _listed(state.list_tags_for_resource, arn, 100),
    "ds": _of_identifier,
    "ivs": lambda state, arn, resource: next(
        (one["tags"] for one in state.channels if one["arn"] == arn), None
    ),
    # moto's ARNs have only the ID.
    "mq": lambda state, arn, resource: state.tagger.get_tag_dict_for_resource(
        arn.replace(":broker:*:", ":broker:")
    ),
    # moto's ARNs have a colon less than AWS's.
    "networkmanager": lambda state, arn, resource: _listed(
        state.list_tags_for_resource, arn.replace("::", ":")
    ),
    "organizations": lambda state, arn, resource: _listed(
        lambda identifier: state.list_tags_for_resource(ResourceId=identifier), resource.rpartition("/")[2]
    ),
    "logs": lambda state, arn, resource: state.tagger.get_tag_dict_for_resource(
        arn.partition(":log-stream")[0].removesuffix(":*")
    ),
    "quicksight": _of_data_set,
    "ssm": _of_parameter_store,
    "swf": _of_domain,
    "workspaces": lambda state, arn, resource: _listed(state.describe_tags, resource.rpartition("/")[2]),
}
