"""Calls to KMS that services make on the caller's behalf, for data that is encrypted with a KMS key."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from rolecall.aws.arns import account_of, region_of
from rolecall.aws.authorization import Check
from rolecall.aws.condition_keys import encryption_context_keys
from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state import encryption
from rolecall.sandbox.moto_state.encryption import EncryptedData, Finder, resolve_key
from rolecall.sandbox.moto_state.kms import unusable
from rolecall.sandbox.responses import Response


class _Use(NamedTuple):
    """The actions of KMS that an operation requires on a key."""

    find: Finder
    actions: tuple[str, ...]


_DECRYPT = ("kms:Decrypt",)
_GENERATE = ("kms:GenerateDataKey",)
_BOTH = ("kms:GenerateDataKey", "kms:Decrypt")
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
_S3 = {
    "GetObject": (_Use(encryption.read_object, _DECRYPT),),
    "SelectObjectContent": (_Use(encryption.read_object, _DECRYPT),),
    "PutObject": (_Use(encryption.written_object, _GENERATE),),
    "CopyObject": (_Use(encryption.copied_object, _DECRYPT), _Use(encryption.written_object, _GENERATE)),
    "CreateMultipartUpload": (_Use(encryption.written_object, _GENERATE),),
    "UploadPart": (_Use(encryption.uploaded_object, _BOTH),),
    "UploadPartCopy": (_Use(encryption.copied_object, _DECRYPT), _Use(encryption.uploaded_object, _BOTH)),
    "CompleteMultipartUpload": (_Use(encryption.uploaded_object, _DECRYPT),),
}
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
_SECRETS = {
    "GetSecretValue": (_Use(encryption.secret, _DECRYPT),),
    "BatchGetSecretValue": (_Use(encryption.secret, _DECRYPT),),
    "CreateSecret": (_Use(encryption.written_secret, _BOTH),),
    "PutSecretValue": (_Use(encryption.written_secret, _BOTH),),
    "UpdateSecret": (_Use(encryption.written_secret, _BOTH),),
}
# https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html
_PARAMETERS = {
    "GetParameter": (_Use(encryption.parameter, _DECRYPT),),
    "GetParameters": (_Use(encryption.parameter, _DECRYPT),),
    "GetParametersByPath": (_Use(encryption.parameter, _DECRYPT),),
    "GetParameterHistory": (_Use(encryption.parameter, _DECRYPT),),
    "PutParameter": (_Use(encryption.written_parameter, ("kms:Encrypt",)),),
}
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
_QUEUES = {
    "SendMessage": (_Use(encryption.queue, _BOTH),),
    "SendMessageBatch": (_Use(encryption.queue, _BOTH),),
    "ReceiveMessage": (_Use(encryption.queue, _DECRYPT),),
}
# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
_TOPICS = {
    "Publish": (_Use(encryption.topic, _BOTH),),
    "PublishBatch": (_Use(encryption.topic, _BOTH),),
}
# https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html
_STREAMS = {
    "PutRecord": (_Use(encryption.stream, _GENERATE),),
    "PutRecords": (_Use(encryption.stream, _GENERATE),),
    "GetRecords": (_Use(encryption.stream, _DECRYPT),),
}
# https://docs.aws.amazon.com/firehose/latest/dev/encryption.html
_DELIVERIES = {
    "PutRecord": (_Use(encryption.delivery_stream, _BOTH),),
    "PutRecordBatch": (_Use(encryption.delivery_stream, _BOTH),),
    "CreateDeliveryStream": (_Use(encryption.written_delivery_stream, ("kms:CreateGrant",)),),
    "StartDeliveryStreamEncryption": (_Use(encryption.written_delivery_stream, ("kms:CreateGrant",)),),
}
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
_TABLES = dict.fromkeys(
    (
        "BatchExecuteStatement",
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "ExecuteStatement",
        "ExecuteTransaction",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    ),
    (_Use(encryption.table, _DECRYPT),),
)
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html#dynamodb-kms-authz
_TABLES |= dict.fromkeys(
    ("CreateTable", "UpdateTable"),
    (_Use(encryption.written_table, ("kms:DescribeKey", "kms:CreateGrant")),),
)
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
_FUNCTIONS = {
    "CreateFunction": (_Use(encryption.written_function, ("kms:CreateGrant", "kms:Encrypt")),),
    "UpdateFunctionConfiguration": (_Use(encryption.written_function, ("kms:CreateGrant", "kms:Encrypt")),),
}
_USES = {
    f"{service}.{name}": uses
    for service, operations in (
        ("s3", _S3),
        ("secretsmanager", _SECRETS),
        ("ssm", _PARAMETERS),
        ("sqs", _QUEUES),
        ("sns", _TOPICS),
        ("dynamodb", _TABLES),
        ("kinesis", _STREAMS),
        ("firehose", _DELIVERIES),
        ("lambda", _FUNCTIONS),
    )
    for name, uses in operations.items()
}
_CIPHERTEXT = (
    "The ciphertext refers to a customer master key that does not exist, does not exist in this region, "
    "or you are not allowed to access."
)
# The codes of services for a key that is disabled or pending deletion. The braces take the code of KMS.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html#API_SendMessage_Errors
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html#API_GetSecretValue_Errors
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
# https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html#API_PutRecord_Errors
_UNUSABLE = {
    "s3": "KMS.{}",
    "secretsmanager": "DecryptionFailure",
    "firehose": "InvalidKMSResourceException",
    "kinesis": "KMS{}",
    "sns": "KMSInvalidState",
    "sqs": "KMS.{}",
    "ssm": "InvalidKeyId",
}
# The codes of services for a key that doesn't exist. Other services report it themselves, or don't look.
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html#API_CreateSecret_Errors
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html#API_SendMessage_Errors
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html#API_PutParameter_Errors
_NOT_FOUND = {
    "s3": "KMS.NotFoundException",
    "kinesis": "KMSNotFoundException",
    "secretsmanager": "EncryptionFailure",
    "sns": "KMSNotFound",
    "sqs": "KMS.NotFoundException",
    "ssm": "InvalidKeyId",
}
# The code and message of a service whose error isn't the one of KMS. The braces take the message of KMS.
_DENIALS = {
    "secretsmanager": ("AccessDeniedException", "Access to KMS is not allowed"),
    "sqs": ("KMS.AccessDeniedException", "{}"),
    # https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecord.html#API_PutRecord_Errors
    "firehose": ("InvalidKMSResourceException", "{}"),
    # https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html#API_PutRecord_Errors
    "kinesis": ("KMSAccessDeniedException", "{}"),
    "sns": ("KMSAccessDenied", "{}"),
    "dynamodb": ("AccessDeniedException", "KMS key access denied error: {}"),
    "lambda": (
        "InvalidParameterValueException",
        "Lambda was unable to configure access to your environment variables because the KMS key is "
        "invalid for {action}. Please check your KMS key settings. KMS Exception: AccessDeniedException "
        "KMS Message: {}",
    ),
}
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html
_MANAGED_KEY_ABROAD = (
    "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS "
    "service key."
)


class EncryptionAtRest(Gap):
    """Reading or writing encrypted data requires the permission to use its key; moto doesn't use keys."""

    operations = frozenset(_USES)
    rule = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html"

    def before(self, call: Call) -> None:
        """Decide the service's calls to KMS, and raise the service's error for a denied one."""
        for use in _USES[call.name]:
            for data in use.find(call):
                key = self._key(call, data)
                if key is None and (error := self._missing(call, data)):
                    raise error
                for action in use.actions if key else ():
                    self._require(call, action, str(key), data)
                if use.find is encryption.written_object and key:
                    call.notes["key"] = key

    def _key(self, call: Call, data: EncryptedData) -> str | None:
        """Return the ARN of the key; None for a key that the service itself reports as missing."""
        self.runtime.builder.ensure("kms")
        managed = data.key.startswith("alias/aws/")
        if call.operation.service == "secretsmanager" and managed and call.caller.account != data.owner:
            raise AwsError("InvalidRequestException", _MANAGED_KEY_ABROAD, 400)
        # S3 looks for a key that isn't given by its ARN in the account that makes the request.
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
        asked = call.caller.account if call.operation.service == "s3" and not managed else data.owner
        accounts = self.runtime.iam.accounts
        found = resolve_key(data.key, asked or data.owner, call.region, accounts)
        return found or resolve_key(data.key, data.owner, call.region, accounts)

    def _missing(self, call: Call, data: EncryptedData) -> AwsError | None:
        """Return the error for a customer managed key that doesn't exist; None if no one can know."""
        service = call.operation.service
        account, name = data.owner, data.key
        if service == "s3" and call.caller.account:
            account = call.caller.account
        if named := account_of(name):
            account, name = named, name.split(":", 5)[5]
        known = account in self.runtime.iam.accounts
        if service not in _NOT_FOUND or not known or name.startswith("alias/aws/"):
            return None
        region = region_of(data.key) or call.region
        arn = f"arn:aws:kms:{region}:{account}:"
        if name.startswith("alias/"):
            message = f"Alias {arn}{name} is not found."
        else:
            message = f"Key '{arn}key/{name.removeprefix('key/')}' does not exist"
        return AwsError(_NOT_FOUND[service], message, 400)

    def _require(self, call: Call, action: str, key: str, data: EncryptedData) -> None:
        service = call.operation.service
        check = Check(action, key, encryption_context_keys(data.context), via=f"{service}.amazonaws.com")
        try:
            self.runtime.authorizer.require(call, check)
        except AwsError as error:
            if service == "ssm" and action == "kms:Decrypt":
                raise AwsError(error.code, _CIPHERTEXT, error.status) from None
            if service not in _DENIALS:
                raise
            code, message = _DENIALS[service]
            message = message.replace("{action}", action.removeprefix("kms:"))
            raise AwsError(code, message.replace("{}", error.message), 400) from None
        if reason := unusable(key):
            found = reason.code.removeprefix("KMS") if service == "kinesis" else reason.code
            code = _UNUSABLE.get(service, "{}").replace("{}", found)
            raise AwsError(code, reason.message, 400)

    def after(self, call: Call, response: Response) -> Response:
        """Show the ARN of an object's key, in whatever form the request names the key."""
        key = call.notes.get("key")
        if key is None or not response.ok or call.operation.name == "CreateMultipartUpload":
            return response
        bucket, name = call.operation.text("Bucket", ""), call.operation.text("Key", "")
        encryption.set_object_key(bucket, name, key)
        header = "x-amz-server-side-encryption-aws-kms-key-id"
        headers = [(one, value) for one, value in response.headers if one.lower() != header]
        return replace(response, headers=(*headers, (header, key)))
