"""What moto holds of resources with policies of their own: their owner, their policy, their tags.

Only this module and iam_state look into moto's backends.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.backends import get_backend

from rolecall.iam import MalformedPolicyDocument, Policy, PolicyType


def resource_policy(arn: str) -> Policy | None:
    """The resource-based policy of a queue, topic, key, secret, function, repository or table."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or not parts[4]:
        return None
    _, _, service, region, account, resource = parts
    find = _FIND.get(service)
    document = find(account, region, resource, arn) if find else None
    if not document:
        return None
    text = document if isinstance(document, str) else json.dumps(document)
    name = f"{_CALLED[service]} of {resource.rpartition('/')[2].rpartition(':')[2]}"
    try:
        return Policy.parse(text, PolicyType.RESOURCE, name)
    except MalformedPolicyDocument:
        # moto accepts some documents that AWS would not; one that means nothing grants nothing.
        return Policy(f"{name} (malformed)", PolicyType.RESOURCE, text, ())


def full_arn(service: str, account: str, region: str, name: str) -> str | None:
    """The ARN of a key given by id, alias or alias ARN, or of a secret given by name; None for neither."""
    if service == "kms":
        backend = _backend("kms", account, region)
        alias = name.rpartition(":")[2] if name.startswith("arn:") else name
        identifier = backend.get_key_id_from_alias(alias) if alias.startswith("alias/") else name
        key = backend.keys.get(identifier or "")
        return str(key.arn) if key else None
    backend = _backend("secretsmanager", account, region)
    secret = backend.secrets.get(name)
    return str(secret.arn) if secret else None


def tags(arn: str) -> dict[str, str]:
    """The tags of a resource that the sandbox knows to look for; empty for others."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or not parts[4]:
        return {}
    _, _, service, region, account, resource = parts
    if service == "sqs":
        queue = _backend("sqs", account, region).queues.get(resource)
        return dict(queue.tags) if queue else {}
    if service == "ec2" and "/" in resource:
        listed = _backend("ec2", account, region).describe_tags(
            {"resource-id": [resource.rpartition("/")[2]]}
        )
        return {tag["key"]: tag["value"] for tag in listed}
    if service == "secretsmanager":
        secret = _secret(account, region, arn)
        return {tag["Key"]: tag["Value"] for tag in (secret.tags or [])} if secret else {}
    if service == "dynamodb":
        table = _backend("dynamodb", account, region).tables.get(resource.split("/")[1])
        return {tag["Key"]: tag["Value"] for tag in table.tags} if table else {}
    if service == "sns":
        topic = _backend("sns", account, region).topics.get(arn)
        return dict(topic._tags) if topic else {}
    if service == "kms" and resource.startswith("key/"):
        backend = _backend("kms", account, region)
        identifier = resource.partition("/")[2]
        if identifier in backend.keys:
            return {
                tag["TagKey"]: tag["TagValue"] for tag in backend.list_resource_tags(identifier)["Tags"]
            }
    return {}


def _backend(service: str, account: str, region: str) -> Any:
    return get_backend(service)[account][region]


def _queue(account: str, region: str, resource: str, arn: str) -> Any:
    queue = _backend("sqs", account, region).queues.get(resource)
    return queue.policy if queue else None


def _topic(account: str, region: str, resource: str, arn: str) -> Any:
    topic = _backend("sns", account, region).topics.get(arn)
    return topic.policy if topic else None


def _key(account: str, region: str, resource: str, arn: str) -> Any:
    key = _backend("kms", account, region).keys.get(resource.partition("/")[2])
    return key.policy if key else None


def _secret(account: str, region: str, arn: str) -> Any:
    secrets = _backend("secretsmanager", account, region).secrets.values()
    return next((one for one in secrets if one.arn == arn), None)


def _secret_policy(account: str, region: str, resource: str, arn: str) -> Any:
    secret = _secret(account, region, arn)
    return secret.policy if secret else None


def _function(account: str, region: str, resource: str, arn: str) -> Any:
    backend = _backend("lambda", account, region)
    name = resource.split(":")[1]
    known = {one.function_name: one for one in backend.list_functions()}
    function = known.get(name)
    return function.policy.wire_format() if function and function.policy.statements else None


def _repository(account: str, region: str, resource: str, arn: str) -> Any:
    repository = _backend("ecr", account, region).repositories.get(resource.partition("/")[2])
    return repository.policy if repository else None


def _table(account: str, region: str, resource: str, arn: str) -> Any:
    backend = _backend("dynamodb", account, region)
    table = arn.partition("/index/")[0]
    policy = backend.resource_policies.get(table)
    return policy.policy_doc if policy else None


_FIND: dict[str, Callable[[str, str, str, str], Any]] = {
    "dynamodb": _table,
    "ecr": _repository,
    "kms": _key,
    "lambda": _function,
    "secretsmanager": _secret_policy,
    "sns": _topic,
    "sqs": _queue,
}
_CALLED = {
    "dynamodb": "table policy",
    "ecr": "repository policy",
    "kms": "key policy",
    "lambda": "function policy",
    "secretsmanager": "secret policy",
    "sns": "topic policy",
    "sqs": "queue policy",
}
