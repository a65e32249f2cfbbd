"""The KMS keys that services encrypt their data with, and the encryption contexts that they use."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rolecall.aws.arns import account_of
from rolecall.aws.conversions import stream_of_iterator
from rolecall.aws.partiql import statements
from rolecall.aws.regions import is_region
from rolecall.aws.s3 import copied_object as copied_source
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_state._backends import backend
from rolecall.sandbox.moto_state.kms import key_arn
from rolecall.sandbox.moto_state.s3 import bucket_account, s3_backend


@dataclass(frozen=True, slots=True)
class EncryptedData:
    """Data that a service encrypts with a KMS key, or has encrypted.

    Parameters
    ----------
    key
        The key as the resource or the request names it: by its ID, ARN, alias, or the ARN of an alias.
    owner
        The account that owns the resource.
    context
        The encryption context.
    """

    key: str
    owner: str
    context: Mapping[str, str] = field(default_factory=dict)


# https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html
_SECRETS = "/aws/reference/secretsmanager/"

Finder = Callable[[Call], Iterator[EncryptedData]]
"""Finds the encrypted data that a call reads or writes."""


def resolve_key(name: str, account: str, region: str, accounts: frozenset[str]) -> str | None:
    """Return the ARN of a key; None if it doesn't exist, or belongs to an account outside the sandbox.

    Parameters
    ----------
    name
        The key's ID, ARN, alias, or the ARN of an alias.
    account
        The account that an ID or an alias refers to.
    accounts
        The accounts of the sandbox.
    """
    parts = name.split(":", 5)
    if len(parts) == 6:
        _, _, _, region, account, name = parts
    if account not in accounts or not is_region(region):
        return None
    return key_arn(account, region, name.removeprefix("key/"))


def _of_object(bucket: str, key: str, version: str | None) -> Iterator[EncryptedData]:
    """Return an object that is encrypted with SSE-KMS.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#encryption-context
    """
    owner = bucket_account(bucket)
    found = s3_backend(owner).get_object(bucket, key, version_id=version) if owner else None
    if owner and found is not None and str(found.encryption or "").startswith("aws:kms"):
        covered = bucket if found.bucket_key_enabled in (True, "true", "True") else f"{bucket}/{key}"
        yield EncryptedData(
            found.kms_key_id or "alias/aws/s3", owner, {"aws:s3:arn": f"arn:aws:s3:::{covered}"}
        )


def read_object(call: Call) -> Iterator[EncryptedData]:
    """Find the object that a call reads."""
    operation = call.operation
    yield from _of_object(
        operation.text("Bucket", ""), operation.text("Key", ""), operation.text("VersionId")
    )


def copied_object(call: Call) -> Iterator[EncryptedData]:
    """Find the object that a call copies."""
    path, version = copied_source(call.operation.text("CopySource", ""))
    bucket, _, key = path.partition("/")
    yield from _of_object(bucket, key, version)


def written_object(call: Call) -> Iterator[EncryptedData]:
    """Find the key for a new object: the one of the request, or the bucket's default."""
    parameters = call.operation.parameters
    bucket, key = str(parameters.get("Bucket", "")), str(parameters.get("Key", ""))
    owner = bucket_account(bucket)
    if owner is None or parameters.get("SSECustomerAlgorithm"):
        return
    rule: Mapping[str, Any] = (s3_backend(owner).buckets[bucket].encryption or {}).get("Rule") or {}
    default = rule.get("ApplyServerSideEncryptionByDefault") or {}
    algorithm = parameters.get("ServerSideEncryption") or default.get("SSEAlgorithm") or ""
    if not str(algorithm).startswith("aws:kms"):
        return
    name = parameters.get("SSEKMSKeyId")
    if not name and not parameters.get("ServerSideEncryption"):
        name = default.get("KMSMasterKeyID")
    with_bucket_key = parameters.get("BucketKeyEnabled", rule.get("BucketKeyEnabled"))
    covered = bucket if with_bucket_key in (True, "true", "True") else f"{bucket}/{key}"
    context = {**_given_context(parameters), "aws:s3:arn": f"arn:aws:s3:::{covered}"}
    yield EncryptedData(str(name or "alias/aws/s3"), owner, context)


def _given_context(parameters: Mapping[str, Any]) -> dict[str, str]:
    try:
        given = json.loads(base64.b64decode(str(parameters.get("SSEKMSEncryptionContext") or "")) or "{}")
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in given.items()} if isinstance(given, dict) else {}


def uploaded_object(call: Call) -> Iterator[EncryptedData]:
    """Find the key of a multipart upload."""
    parameters = call.operation.parameters
    bucket, key = str(parameters.get("Bucket", "")), str(parameters.get("Key", ""))
    owner = bucket_account(bucket)
    state = s3_backend(owner).buckets[bucket] if owner else None
    upload = state.multiparts.get(parameters.get("UploadId")) if state else None
    if owner and upload is not None and str(upload.sse_encryption or "").startswith("aws:kms"):
        yield EncryptedData(
            upload.kms_key_id or "alias/aws/s3", owner, {"aws:s3:arn": f"arn:aws:s3:::{bucket}/{key}"}
        )


def set_object_key(bucket: str, key: str, arn: str) -> None:
    """Write the ARN of the key on the newest version of an object, as S3 does for each form of its name."""
    owner = bucket_account(bucket)
    found = s3_backend(owner).get_object(bucket, key) if owner else None
    if found is not None and str(found.encryption or "").startswith("aws:kms"):
        found.kms_key_id = arn


def secret(call: Call) -> Iterator[EncryptedData]:
    """Find a secret, or several of them.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    """
    parameters = call.operation.parameters
    for identifier in [parameters.get("SecretId"), *(parameters.get("SecretIdList") or [])]:
        found = _secret(call, str(identifier)) if identifier else None
        if found is not None:
            owner = account_of(str(found.arn))
            # A replica is encrypted with a key of its own Region.
            key = found.config.get("KmsKeyId") if hasattr(found, "source") else found.kms_key_id
            key = key or "alias/aws/secretsmanager"
            yield EncryptedData(key, owner, {"SecretARN": str(found.arn)})


def _secret(call: Call, identifier: str) -> Any:
    owner = account_of(identifier) or call.account
    return backend("secretsmanager", owner, call.region).secrets.get(identifier)


def missing_secret(call: Call, identifier: str) -> bool:
    """Whether there is no secret with a name or an ARN."""
    return _secret(call, identifier) is None


def missing_parameter(call: Call, name: str) -> bool:
    """Whether there is no parameter with a name."""
    return backend("ssm", call.account, call.region).get_parameter(name) is None


def written_secret(call: Call) -> Iterator[EncryptedData]:
    """Find the key for a new value of a secret."""
    parameters = call.operation.parameters
    if call.operation.name in ("CreateSecret", "UpdateSecret", "PutSecretValue") and not (
        parameters.get("SecretString") or parameters.get("SecretBinary") or parameters.get("KmsKeyId")
    ):
        return
    if parameters.get("KmsKeyId"):
        yield EncryptedData(str(parameters["KmsKeyId"]), call.account)
    elif call.operation.name == "CreateSecret":
        yield EncryptedData("alias/aws/secretsmanager", call.account)
    else:
        yield from secret(call)


def parameter(call: Call) -> Iterator[EncryptedData]:
    """Find the SecureString parameters that a call reads in plain text.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html
    """
    parameters = call.operation.parameters
    if not parameters.get("WithDecryption"):
        return
    state = backend("ssm", call.account, call.region)
    names = [parameters.get("Name"), *(parameters.get("Names") or [])]
    # Systems Manager passes these on to Secrets Manager, which decrypts the secret itself.
    own = [str(name) for name in names if name and not str(name).startswith(_SECRETS)]
    found = [state.get_parameter(name) for name in own]
    if path := parameters.get("Path"):
        prefix = f"{str(path).rstrip('/')}/"
        recursive = bool(parameters.get("Recursive"))
        inside = state._parameters.get_keys_beginning_with(prefix, recursive)
        found = [state.get_parameter(name) for name in inside]
    for one in found:
        if one is not None and one.parameter_type == "SecureString":
            arn = f"arn:aws:ssm:{call.region}:{call.account}:parameter/{one.name.lstrip('/')}"
            yield EncryptedData(one.keyid or "alias/aws/ssm", call.account, {"PARAMETER_ARN": arn})


def written_parameter(call: Call) -> Iterator[EncryptedData]:
    """Find the key for a new value of a SecureString parameter."""
    parameters = call.operation.parameters
    if parameters.get("Type") == "SecureString":
        name = str(parameters.get("Name", "")).lstrip("/")
        arn = f"arn:aws:ssm:{call.region}:{call.account}:parameter/{name}"
        key = str(parameters.get("KeyId") or "alias/aws/ssm")
        yield EncryptedData(key, call.account, {"PARAMETER_ARN": arn})


def queue(call: Call) -> Iterator[EncryptedData]:
    """Find a queue with SSE-KMS.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
    """
    name = str(call.operation.parameters.get("QueueUrl", "")).rpartition("/")[2]
    found = backend("sqs", call.account, call.region).queues.get(name)
    if found is not None and found.kms_master_key_id:
        yield EncryptedData(found.kms_master_key_id, call.account, {"aws:sqs:arn": str(found.queue_arn)})


def topic(call: Call) -> Iterator[EncryptedData]:
    """Find a topic with SSE.

    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    arn = call.operation.text("TopicArn") or call.operation.text("TargetArn", "")
    found = backend("sns", call.account, call.region).topics.get(arn)
    if found is not None and found.kms_master_key_id:
        yield EncryptedData(found.kms_master_key_id, call.account, {"aws:sns:topicArn": arn})


def stream(call: Call) -> Iterator[EncryptedData]:
    """Find the stream of Kinesis that a call writes to, or reads with an iterator.

    https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html
    """
    parameters = call.operation.parameters
    arn = str(parameters.get("StreamARN") or "")
    name = str(parameters.get("StreamName") or arn.rpartition("/")[2])
    if not name and (iterator := parameters.get("ShardIterator")):
        # moto reports an iterator that it didn't create.
        name = stream_of_iterator(str(iterator))
    found = backend("kinesis", call.account, call.region).streams.get(name)
    if found is not None and found.encryption_type == "KMS" and found.key_id:
        yield EncryptedData(found.key_id, call.account, {"aws:kinesis:arn": str(found.arn)})


def delivery_stream(call: Call) -> Iterator[EncryptedData]:
    """Find a Firehose stream with a customer managed key.

    https://docs.aws.amazon.com/firehose/latest/dev/encryption.html
    """
    name = str(call.operation.parameters.get("DeliveryStreamName", ""))
    found = backend("firehose", call.account, call.region).delivery_streams.get(name)
    settings = (found and found.delivery_stream_encryption_configuration) or {}
    if settings.get("KeyARN") and settings.get("Status", "ENABLED") == "ENABLED":
        context = {"aws:firehose:arn": str(found.delivery_stream_arn)}
        yield EncryptedData(str(settings["KeyARN"]), call.account, context)


def written_delivery_stream(call: Call) -> Iterator[EncryptedData]:
    """Find the customer managed key that a Firehose stream is given.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_DeliveryStreamEncryptionConfigurationInput.html
    """
    parameters = call.operation.parameters
    settings = parameters.get("DeliveryStreamEncryptionConfigurationInput") or {}
    if key := settings.get("KeyARN"):
        name = parameters.get("DeliveryStreamName")
        arn = f"arn:aws:firehose:{call.region}:{call.account}:deliverystream/{name}"
        yield EncryptedData(str(key), call.account, {"aws:firehose:arn": arn})


def table(call: Call) -> Iterator[EncryptedData]:
    """Find the tables that a call uses whose key isn't DynamoDB's own.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    """
    parameters = call.operation.parameters
    names = [parameters.get("TableName"), *(parameters.get("RequestItems") or {})]
    for item in parameters.get("TransactItems") or []:
        names += [one.get("TableName") for one in item.values()]
    names += [statement.table for statement in statements(parameters)]
    state = backend("dynamodb", call.account, call.region)
    for name in dict.fromkeys(str(name).rpartition("/")[2] for name in names if name):
        found = state.tables.get(name)
        specification = found.sse_specification if found else None
        if specification and specification.get("Enabled"):
            context = {"aws:dynamodb:tableName": name, "aws:dynamodb:subscriberId": call.account}
            yield EncryptedData(
                specification.get("KMSMasterKeyId") or "alias/aws/dynamodb", call.account, context
            )


def written_table(call: Call) -> Iterator[EncryptedData]:
    """Find the customer managed key that a table is given."""
    parameters = call.operation.parameters
    specification = parameters.get("SSESpecification") or {}
    if specification.get("Enabled") and (key := specification.get("KMSMasterKeyId")):
        context = {
            "aws:dynamodb:tableName": str(parameters.get("TableName")),
            "aws:dynamodb:subscriberId": call.account,
        }
        yield EncryptedData(str(key), call.account, context)


def written_function(call: Call) -> Iterator[EncryptedData]:
    """Find the customer managed key for the environment variables of a function.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
    """
    parameters = call.operation.parameters
    if key := parameters.get("KMSKeyArn"):
        arn = f"arn:aws:lambda:{call.region}:{call.account}:function:{parameters.get('FunctionName')}"
        yield EncryptedData(str(key), call.account, {"aws:lambda:FunctionArn": arn})
