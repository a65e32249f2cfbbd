"""KMS keys with their aliases and grants."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.aws.regions import is_region
from rolecall.sandbox.moto_state._backends import backend
from rolecall.sandbox.moto_state.resources import Arn, ServiceResources, parse_arn

_MANAGED = "alias/aws/"
# Operations of a grant that have no encryption context, so that the constraints don't apply to them.
# https://docs.aws.amazon.com/kms/latest/developerguide/grants.html#grant-constraints
_WITHOUT_CONTEXT = frozenset(
    {"DescribeKey", "GenerateMac", "GetPublicKey", "RetireGrant", "Sign", "Verify", "VerifyMac"}
)


class Keys(ServiceResources):
    """Keys with their policies, grants, aliases, and tags."""

    policy_kind = "key policy"

    def _document(self, arn: Arn) -> Any:
        key = _key(arn)
        if key is None or not key.grants:
            return key.policy if key else None
        # A grant allows what a statement of the key policy for its principal would.
        # https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
        try:
            document = json.loads(key.policy)
        except ValueError:
            return key.policy
        statements = document.get("Statement", [])
        written = statements if isinstance(statements, list) else [statements]
        granted = [one for grant in key.grants.values() for one in _statements(grant)]
        return {**document, "Statement": [*written, *granted]}

    def _tags(self, arn: Arn) -> dict[str, str]:
        key = _key(arn)
        if key is None:
            return {}
        tags = backend("kms", arn.account, arn.region).list_resource_tags(key.id)["Tags"]
        return {tag["TagKey"]: tag["TagValue"] for tag in tags}

    def context(self, arn: str, action: str) -> dict[str, str | list[str]]:
        """Return the tags, the aliases, and the kind of a key.

        https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
        """
        keys = super().context(arn, action)
        parts = parse_arn(arn)
        key = _key(parts) if parts else None
        if key is None:
            return keys
        keys["kms:KeySpec"] = keys["kms:CustomerMasterKeySpec"] = str(key.key_spec or "SYMMETRIC_DEFAULT")
        keys["kms:KeyUsage"] = keys["kms:CustomerMasterKeyUsage"] = _usage(key)
        keys["kms:KeyOrigin"] = str(key.origin)
        keys["kms:MultiRegion"] = "true" if key.multi_region else "false"
        if key.aliases:
            keys["kms:ResourceAliases"] = list(key.aliases)
        return keys


def give_id(account: str, region: str, made: str, id: str) -> None:
    """Give another ID to a key that was just created; moto chooses each ID by chance."""
    keys = backend("kms", account, region).keys
    key = keys.pop(made)
    key.id, key.arn = id, key.arn.replace(made, id)
    keys[id] = key


def _key(arn: Arn) -> Any:
    kind, _, identifier = arn.resource.partition("/")
    if not is_region(arn.region):
        return None
    return backend("kms", arn.account, arn.region).keys.get(identifier) if kind == "key" else None


def _statements(grant: Any) -> Iterator[dict[str, Any]]:
    """Return what a grant allows as statements of a key policy."""
    constraints = grant.constraints or {}
    plain = [one for one in grant.operations if not constraints or one in _WITHOUT_CONTEXT]
    constrained = [one for one in grant.operations if one not in plain]
    if plain:
        yield _statement(f"Grant {grant.id}", grant.grantee_principal, plain)
    if constrained:
        made = _statement(f"Constrained grant {grant.id}", grant.grantee_principal, constrained)
        yield {**made, "Condition": _conditions(constraints)}
    if grant.retiring_principal:
        yield _statement(f"Retirement of grant {grant.id}", grant.retiring_principal, ["RetireGrant"])


def _statement(sid: str, principal: str, operations: list[str]) -> dict[str, Any]:
    kind = "Service" if principal.endswith(".amazonaws.com") else "AWS"
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {kind: principal},
        "Action": [f"kms:{operation}" for operation in operations],
        "Resource": "*",
    }


def _conditions(constraints: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return the conditions that the constraints of a grant stand for.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantConstraints.html
    """
    equal = constraints.get("EncryptionContextEquals") or {}
    pairs = {**equal, **(constraints.get("EncryptionContextSubset") or {})}
    conditions: dict[str, Any] = {
        "StringEquals": {f"kms:EncryptionContext:{key}": value for key, value in pairs.items()}
    }
    if equal:
        conditions["ForAllValues:StringEquals"] = {"kms:EncryptionContextKeys": list(equal)}
    return conditions


def key_arn(account: str, region: str, name: str) -> str | None:
    """Return the ARN of a key that is given by its id, alias, or alias ARN, or None."""
    state = backend("kms", account, region)
    alias = name.rpartition(":")[2] if name.startswith("arn:") else name
    if alias.startswith(_MANAGED):
        return managed_key_arn(account, region, alias.removeprefix(_MANAGED))
    identifier = state.get_key_id_from_alias(alias) if alias.startswith("alias/") else name
    key = state.keys.get(identifier or "")
    return str(key.arn) if key else None


def unusable(arn: str) -> AwsError | None:
    """Return the error for a key that can't be used in its state; None if it can.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
    """
    parts = parse_arn(arn)
    key = _key(parts) if parts else None
    if key is None or key.key_state == "Enabled":
        return None
    if key.key_state == "Disabled":
        return AwsError("DisabledException", f"{arn} is disabled.", 400)
    state = {"PendingDeletion": "pending deletion", "PendingImport": "pending import"}.get(key.key_state)
    return AwsError("KMSInvalidStateException", f"{arn} is {state}.", 400) if state else None


def granted_key(account: str, region: str, token: str) -> str | None:
    """Return the ARN of the key that a grant is on, by the grant's token."""
    for key in list(backend("kms", account, region).keys.values()):
        if any(grant.token == token for grant in key.grants.values()):
            return str(key.arn)
    return None


# Services that have an AWS managed key, by the last part of its alias.
_SERVICES = {
    "acm": "AWS Certificate Manager",
    "dynamodb": "Amazon DynamoDB",
    "ebs": "EBS",
    "ec2": "EBS",
    "elasticfilesystem": "EFS",
    "es": "Amazon OpenSearch Service",
    "glue": "AWS Glue",
    "kinesis": "Amazon Kinesis",
    "kinesisvideo": "Amazon Kinesis Video Streams",
    "lambda": "AWS Lambda",
    "rds": "RDS",
    "redshift": "Redshift",
    "s3": "Amazon S3",
    "secretsmanager": "AWS Secrets Manager",
    "sns": "Amazon SNS",
    "sqs": "Amazon SQS",
    "ssm": "AWS Systems Manager",
    "xray": "AWS X-Ray",
}


def managed_key_arn(account: str, region: str, service: str) -> str | None:
    """Return the ARN of a service's AWS managed key, which is created when it is first needed.

    Parameters
    ----------
    service
        The last part of the alias, such as ``s3``.

    Returns
    -------
    str or None
        The ARN; None if there is no such service.
    """
    if service not in _SERVICES:
        return None
    state, alias = backend("kms", account, region), f"{_MANAGED}{service}"
    key = next((one for one in list(state.keys.values()) if alias in one.aliases), None)
    if key is None:
        description = f"Default key that protects my {_SERVICES[service]} data when no other key is defined"
        key = state.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", description, None)
        state.create_alias(key.id, alias)
    if key.key_manager != "AWS":
        key.key_manager = "AWS"
        key.policy = json.dumps(_managed_policy(account, region, service))
    return str(key.arn)


def _managed_policy(account: str, region: str, service: str) -> dict[str, Any]:
    """Return the key policy of an AWS managed key.

    https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk
    """
    via = "ec2" if service == "ebs" else service
    name = _SERVICES[service]
    return {
        "Version": "2012-10-17",
        "Id": f"auto-{service}-2",
        "Statement": [
            {
                "Sid": f"Allow access through {name} for all principals in the account that are authorized "
                f"to use {name}",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": [
                    "kms:Encrypt",
                    "kms:Decrypt",
                    "kms:ReEncrypt*",
                    "kms:GenerateDataKey*",
                    "kms:CreateGrant",
                    "kms:DescribeKey",
                ],
                "Resource": "*",
                "Condition": {
                    "StringEquals": {
                        "kms:CallerAccount": account,
                        "kms:ViaService": f"{via}.{region}.amazonaws.com",
                    }
                },
            },
            {
                "Sid": "Allow direct access to key metadata to the account",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
                "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
                "Resource": "*",
            },
        ],
    }


def key_usage(arn: str) -> str | None:
    """Return what a key is for, such as ``ENCRYPT_DECRYPT``; None if there is no such key."""
    parts = parse_arn(arn)
    key = _key(parts) if parts else None
    return _usage(key) if key else None


def _usage(key: Any) -> str:
    # https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
    return str(key.key_usage or "ENCRYPT_DECRYPT")
