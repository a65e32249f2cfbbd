"""Conversions of parameters into the parts of ARNs, as the templates in ``tables/`` name them.

A conversion takes a value and the scope of the request. It returns ``None`` for a value that it doesn't
apply to, such as a statement that is no SELECT, or a name that no resource has.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import cast
from urllib.parse import quote

import yaml

from rolecall.aws import partiql
from rolecall.aws.arns import account_of, service_of
from rolecall.aws.function_names import parse_function_name
from rolecall.aws.s3 import copied_object
from rolecall.aws.service_linked_roles import service_linked_role
from rolecall.aws.state import Scope

Conversion = Callable[[str, Scope], str | None]


def convert(name: str, value: str, scope: Scope) -> str | None:
    """Apply a conversion by its name."""
    return CONVERSIONS[name](value, scope)


def _iam(type: str) -> Conversion:
    return lambda value, scope: scope.state.iam_arn(scope.account, type, value)


def _mfa(value: str, scope: Scope) -> str:
    return value if value.startswith("arn:") else f"arn:aws:iam::{scope.account}:mfa/{value}"


def _without_scheme(value: str, scope: Scope) -> str:
    return value.rpartition("://")[2].rstrip("/")


def _service_linked_role(value: str, scope: Scope) -> str:
    return service_linked_role(value).name


def _role_suffix(value: str, scope: Scope) -> str:
    return f"_{value}"


def _quoted(value: str, scope: Scope) -> str:
    return quote(value, safe="")


@cache
def _data(name: str) -> Mapping[str, str]:
    text = (files("rolecall.aws.tables") / f"{name}.yaml").read_text(encoding="utf-8")
    return cast(Mapping[str, str], yaml.load(text, yaml.CSafeLoader))


def _deleted_role(value: str, scope: Scope) -> str:
    """Return path and name of the role in the ID ``task/aws-service-role/SERVICE/ROLE/ID``."""
    return value.removeprefix("task/").rpartition("/")[0]


def _access_key_user(value: str, scope: Scope) -> str | None:
    return scope.state.access_key_user(value)


def _account(value: str, scope: Scope) -> str:
    return account_of(value) or value


def _queue(value: str, scope: Scope) -> str:
    """Return the ARN of a queue from its URL, ``https://HOST/ACCOUNT/NAME``."""
    path, _, name = value.rstrip("/").rpartition("/")
    owner = path.rpartition("/")[2]
    account = owner if re.fullmatch(r"\d{12}", owner) else scope.account
    return f"arn:aws:sqs:{scope.region}:{account}:{name}"


def _key(value: str, scope: Scope) -> str | None:
    """Return the ARN of a KMS key from its ID, its ARN, an alias, or the ARN of an alias."""
    parts = value.split(":", 5)
    if len(parts) < 6:
        return scope.state.full_arn("kms", scope.account, scope.region, value)
    known = scope.state.full_arn("kms", parts[4], parts[3], parts[5].removeprefix("key/"))
    # An alias of another account may exist or not; the request is decided on it without telling which.
    return known or (value if parts[5].startswith("key/") or parts[4] != scope.account else None)


def _ciphertext_key(value: str, scope: Scope) -> str | None:
    return scope.state.ciphertext_key(scope.account, scope.region, value.encode("latin-1"))


def _granted_key(value: str, scope: Scope) -> str | None:
    """Return the ARN of the key that a grant is on, by the grant's token."""
    return scope.state.granted_key(scope.account, scope.region, value)


def _secret(value: str, scope: Scope) -> str:
    """Return the ARN of a secret from its name, or from its ARN with or without the suffix."""
    parts = value.split(":", 6)
    if len(parts) == 7 and value.startswith("arn:"):
        _, _, _, region, account, _, name = parts
        return scope.state.full_arn("secretsmanager", account, region, name) or value
    known = scope.state.full_arn("secretsmanager", scope.account, scope.region, value)
    return known or f"arn:aws:secretsmanager:{scope.region}:{scope.account}:secret:{value}-??????"


def _stack(value: str, scope: Scope) -> str:
    """Return the ARN of a stack from its name, or from the ARN of one of its change sets."""
    if value.startswith("arn:") and ":stack/" in value:
        return value
    known = scope.state.full_arn("cloudformation", scope.account, scope.region, value)
    return known or f"{value}/*"


def _policy_patch(value: str, scope: Scope) -> str | None:
    """Add nothing for a patch of the policy of an API; a patch of something else isn't one of it."""
    return "" if value == "/policy" else None


def _organization_entity(value: str, scope: Scope) -> str | None:
    """Return the ARN of a policy, root, unit, or account of an organization, by its ID."""
    return scope.state.full_arn("organizations", scope.account, scope.region, value)


def _function(value: str, scope: Scope) -> str:
    """Return the name of a Lambda function, or its ARN if another account is named.

    https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#lambda-Invoke-request-FunctionName
    """
    if value.startswith("arn:"):
        return value
    function = parse_function_name(value)
    if function.account:
        return f"arn:aws:lambda:{scope.region}:{function.account}:function:{function.qualified}"
    return function.qualified


def _qualifier(value: str, scope: Scope) -> str:
    return f":{value}"


def _topic(value: str, scope: Scope) -> str | None:
    """Return the ARN of the topic in the ARN of a subscription."""
    return value.rpartition(":")[0] if value.count(":") == 6 else None


def _log_group(value: str, scope: Scope) -> str:
    """Return the ARN that CloudWatch Logs evaluates a log group on, from its name or ARN."""
    if value.startswith("arn:"):
        return f"{value.removesuffix(':*')}:log-stream:"
    return f"arn:aws:logs:{scope.region}:{scope.account}:log-group:{value}:log-stream:"


def _name_of_log_group(value: str, scope: Scope) -> str:
    return value.removesuffix(":*").rpartition(":log-group:")[2]


def _rule_bus(value: str, scope: Scope) -> str:
    """Return the event bus as it is in the ARN of a rule: empty for the default one."""
    name = value.partition(":event-bus/")[2] or value
    return "" if name == "default" else f"{name}/"


def _task_definition(value: str, scope: Scope) -> str:
    """Return family and revision of a task definition; without a revision, the latest one counts.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html#ECS-RunTask-request-taskDefinition
    """
    if ":" in value:
        return value
    return scope.state.full_arn("ecs", scope.account, scope.region, value) or f"{value}:*"


def _parameter(value: str, scope: Scope) -> str:
    """Return the name of a parameter without leading slash, version, and label."""
    if value.startswith("arn:"):
        return value
    name = value.lstrip("/").partition(":")[0]
    # AWS owns the public parameters.
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html
    return f"arn:aws:ssm:{scope.region}::parameter/{name}" if name.startswith("aws/service/") else name


# The beginnings of the names of documents that AWS owns, whose ARNs have no account.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-restrict-access-quickstart.html
_AWS_DOCUMENTS = ("AWS-", "AWSConfigRemediation-", "AWSEC2-", "AWSSupport-", "Amazon")


def _document(value: str, scope: Scope) -> str:
    """Return the ARN of a document of Systems Manager, from its name or its ARN."""
    if value.startswith("arn:"):
        return value
    account = "" if value.startswith(_AWS_DOCUMENTS) else scope.account
    return f"arn:aws:ssm:{scope.region}:{account}:document/{value}"


def _record_name(value: str, scope: Scope) -> str:
    """Return the name of a DNS record as Route 53 normalizes it for its condition key.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html
    """
    return value.lower().removesuffix(".")


def _iterated_stream(value: str, scope: Scope) -> str | None:
    """Return the ARN of the stream of Kinesis that a shard iterator is for."""
    name = stream_of_iterator(value)
    return f"arn:aws:kinesis:{scope.region}:{scope.account}:stream/{name}" if name else None


def _iterated_table_stream(value: str, scope: Scope) -> str:
    """Return the ARN of the stream of DynamoDB with which a shard iterator begins."""
    arn, _, position = value.partition("|")
    own = f"arn:aws:dynamodb:{scope.region}:{scope.account}:table/"
    return arn if position and service_of(arn) == "dynamodb" else f"{own}*/stream/*"


def stream_of_iterator(iterator: str) -> str:
    """Return the name of the stream in a shard iterator; empty if the sandbox didn't create it."""
    try:
        return base64.b64decode(iterator).decode().partition(":")[0]
    except ValueError:
        return ""


def _no_slash(value: str, scope: Scope) -> str:
    return value.lstrip("/")


def _load_balancer_type(value: str, scope: Scope) -> str:
    """Return the type of a load balancer as it is in its ARN."""
    return {"application": "app", "network": "net", "gateway": "gwy"}.get(value, value)


def _principal_path(value: str, scope: Scope) -> str:
    """Return a principal as it is in the ARN of an access entry of EKS, ``role/ACCOUNT/NAME``.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html
    """
    _, _, _, _, account, path = value.split(":", 5) if value.count(":") >= 5 else ("",) * 4 + ("*", value)
    kind, _, name = path.partition("/")
    return f"{kind}/{account}/{name}"


_SSM_TYPES = {
    "Document": "document",
    "ManagedInstance": "managed-instance",
    "MaintenanceWindow": "maintenancewindow",
    "Parameter": "parameter",
    "PatchBaseline": "patchbaseline",
    "OpsItem": "opsitem",
    "OpsMetadata": "opsmetadata",
    "Automation": "automation-execution",
    "Association": "association",
}


def _ssm_type(value: str, scope: Scope) -> str | None:
    type = _SSM_TYPES.get(value)
    return f"arn:aws:ssm:{scope.region}:{scope.account}:{type}/" if type else None


def _managed_node(value: str, scope: Scope) -> str | None:
    """Return the ARN of an EC2 instance or a hybrid node of Systems Manager."""
    if value.startswith("i-"):
        return f"arn:aws:ec2:{scope.region}:{scope.account}:instance/{value}"
    if value.startswith("mi-"):
        return f"arn:aws:ssm:{scope.region}:{scope.account}:managed-instance/{value}"
    if match := re.fullmatch(r"ecs:([^_]+)_([^_]+)_.+", value):
        return f"arn:aws:ecs:{scope.region}:{scope.account}:task/{match[1]}/{match[2]}"
    return None


def _kafka_cluster(value: str, scope: Scope) -> str | None:
    """Return the name and the unique ID in the ARN of a cluster, which the ARNs of its topics have too."""
    return value.partition(":cluster/")[2] or None


def _partiql(*verbs: str) -> Conversion:
    """Return the table of a PartiQL statement, with its index, if the statement has one of the verbs."""

    def table(value: str, scope: Scope) -> str | None:
        try:
            statement = partiql.parse(value)
        except partiql.MalformedStatement:
            return None
        if statement.verb not in verbs:
            return None
        return statement.table + (f"/index/{statement.index}" if statement.index else "")

    return table


def _copied(*, version: bool) -> Conversion:
    """Return the bucket and key in ``x-amz-copy-source``, if a version is named or if it isn't."""

    def source(value: str, scope: Scope) -> str | None:
        path, named = copied_object(value)
        return path if (named is not None) is version else None

    return source


def _ec2_id(type: str) -> Conversion:
    return lambda value, scope: scope.state.ec2_id(scope.account, scope.region, type, value)


def _associated(type: str) -> Conversion:
    """Return a conversion to the ID of what an association is about; all IDs if it doesn't exist."""
    return lambda value, scope: scope.state.ec2_id(scope.account, scope.region, type, value) or "*"


# AMIs and snapshots have no account in their ARNs, because they can be public.
_EC2_WITHOUT_ACCOUNT = ("image", "snapshot", "fpga-image")


def _ec2_resource(value: str, scope: Scope) -> str | None:
    """Return the ARN of an EC2 resource, whose type is the prefix of its ID."""
    type = _data("_ec2_types").get(value.rpartition("-")[0])
    if type is None:
        return None
    account = "" if type in _EC2_WITHOUT_ACCOUNT else scope.account
    return f"arn:aws:ec2:{scope.region}:{account}:{type}/{value}"


CONVERSIONS: Mapping[str, Conversion] = {
    "user": _iam("user"),
    "role": _iam("role"),
    "group": _iam("group"),
    "instance_profile": _iam("instance-profile"),
    "server_certificate": _iam("server-certificate"),
    "mfa": _mfa,
    "without_scheme": _without_scheme,
    "service_linked_role": _service_linked_role,
    "role_suffix": _role_suffix,
    "quoted": _quoted,
    "deleted_role": _deleted_role,
    "access_key_user": _access_key_user,
    "account": _account,
    "queue": _queue,
    "key": _key,
    "ciphertext_key": _ciphertext_key,
    "granted_key": _granted_key,
    "secret": _secret,
    "stack": _stack,
    "policy_patch": _policy_patch,
    "organization_entity": _organization_entity,
    "function": _function,
    "qualifier": _qualifier,
    "topic": _topic,
    "log_group": _log_group,
    "name_of_log_group": _name_of_log_group,
    "rule_bus": _rule_bus,
    "task_definition": _task_definition,
    "parameter": _parameter,
    "document": _document,
    "record_name": _record_name,
    "iterated_stream": _iterated_stream,
    "iterated_table_stream": _iterated_table_stream,
    "no_slash": _no_slash,
    "ssm_type": _ssm_type,
    "lower_case": lambda value, scope: value.lower(),
    "load_balancer_type": _load_balancer_type,
    "principal_path": _principal_path,
    "managed_node": _managed_node,
    "kafka_cluster": _kafka_cluster,
    "partiql_select": _partiql("SELECT", "EXISTS"),
    "partiql_insert": _partiql("INSERT"),
    "partiql_update": _partiql("UPDATE"),
    "partiql_delete": _partiql("DELETE"),
    "copied_object": _copied(version=False),
    "copied_version": _copied(version=True),
    "security_group": _ec2_id("security-group"),
    "launch_template": _ec2_id("launch-template"),
    "profile_association": _ec2_id("profile-association"),
    "address": _associated("address"),
    "route_table_association": _associated("route-table-association"),
    "subnet_association": _associated("subnet-association"),
    "vpc_association": _associated("vpc-association"),
    "network_acl_association": _associated("network-acl-association"),
    "attached_interface": _associated("attached-interface"),
    "attached_instance": _associated("attached-instance"),
    "ec2_resource": _ec2_resource,
}
"""The conversions by their names in the tables."""
