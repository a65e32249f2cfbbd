"""How CloudTrail names and classifies the calls of an API.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from rolecall._reference import actions
from rolecall.aws.mapping import prefix_of
from rolecall.aws.operations import input_members, request_path

# Operations on what a resource holds. Those of S3 that name an object are found by their parameter.
_DATA_EVENTS = {
    "cloudwatch": "GetMetricData PutMetricData",
    "dynamodb": (
        "BatchExecuteStatement BatchGetItem BatchWriteItem DeleteItem ExecuteStatement ExecuteTransaction "
        "GetItem PutItem Query Scan TransactGetItems TransactWriteItems UpdateItem"
    ),
    "dynamodbstreams": "GetRecords GetShardIterator",
    "kinesis": "GetRecords GetShardIterator PutRecord PutRecords SubscribeToShard",
    "lambda": "Invoke InvokeAsync InvokeWithResponseStream",
    "logs": "PutLogEvents",
    "s3": (
        "DeleteObjects HeadBucket ListMultipartUploads ListObjectVersions ListObjects ListObjectsV2 "
        "PostObject"
    ),
    "sns": "Publish PublishBatch",
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/logging-using-cloudtrail.html
    "sqs": (
        "ChangeMessageVisibility ChangeMessageVisibilityBatch DeleteMessage DeleteMessageBatch "
        "GetQueueAttributes GetQueueUrl ListDeadLetterSourceQueues ListQueueTags ListQueues ReceiveMessage "
        "SendMessage SendMessageBatch"
    ),
}
# CloudTrail calls these read-only, although the Service Authorization Reference calls them writes.
_READ_ONLY = {
    "kms": (
        "Decrypt DeriveSharedSecret Encrypt GenerateDataKey GenerateDataKeyPair "
        "GenerateDataKeyPairWithoutPlaintext GenerateDataKeyWithoutPlaintext GenerateMac GenerateRandom "
        "ReEncrypt Sign Verify VerifyMac"
    ),
    "sts": (
        "AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity AssumeRoot GetCallerIdentity "
        "GetFederationToken GetSessionToken"
    ),
}
_SOURCES = {"cloudwatch": "monitoring"}
# https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
_SECOND_VERSIONS = frozenset(
    {
        "AddPermission",
        "GetFunction",
        "GetFunctionConfiguration",
        "GetPolicy",
        "RemovePermission",
        "UpdateFunctionCode",
        "UpdateFunctionConfiguration",
    }
)
# Parameters that name a resource, with its type in CloudFormation.
_RESOURCES = {
    "cloudformation": {"StackName": "AWS::CloudFormation::Stack"},
    "dynamodb": {"TableName": "AWS::DynamoDB::Table"},
    "ec2": {"InstanceId": "AWS::EC2::Instance", "InstanceIds": "AWS::EC2::Instance"},
    "iam": {
        "AccessKeyId": "AWS::IAM::AccessKey",
        "GroupName": "AWS::IAM::Group",
        "InstanceProfileName": "AWS::IAM::InstanceProfile",
        "PolicyArn": "AWS::IAM::Policy",
        "RoleName": "AWS::IAM::Role",
        "UserName": "AWS::IAM::User",
    },
    "kms": {"KeyId": "AWS::KMS::Key"},
    "lambda": {"FunctionName": "AWS::Lambda::Function"},
    "logs": {"logGroupName": "AWS::Logs::LogGroup"},
    "s3": {"Bucket": "AWS::S3::Bucket"},
    "secretsmanager": {"SecretId": "AWS::SecretsManager::Secret", "Name": "AWS::SecretsManager::Secret"},
    "sns": {"TopicArn": "AWS::SNS::Topic"},
    "sqs": {"QueueName": "AWS::SQS::Queue", "QueueUrl": "AWS::SQS::Queue"},
    "sts": {"RoleArn": "AWS::IAM::Role"},
}


@lru_cache(maxsize=4096)
def is_management_event(service: str, operation: str) -> bool:
    """Whether CloudTrail records a call as a management event, which its event history contains."""
    if operation in _DATA_EVENTS.get(service, "").split():
        return False
    return service != "s3" or "Key" not in input_members(service, operation)


@lru_cache(maxsize=4096)
def is_read_only(service: str, operation: str) -> bool:
    """Whether CloudTrail records a call as one that changes nothing."""
    if operation in _READ_ONLY.get(service, "").split():
        return True
    action = actions(prefix_of(service)).get(operation.lower())
    if action is not None:
        return action["accessLevel"] in ("List", "Read")
    return operation.startswith(("Describe", "Get", "Head", "List", "Lookup"))


def event_source(service: str) -> str:
    """Return the service to which a call was made, such as ``iam.amazonaws.com``."""
    return f"{_SOURCES.get(service, prefix_of(service))}.amazonaws.com"


@lru_cache(maxsize=4096)
def event_name(service: str, operation: str) -> str:
    """Return the name of an operation; Lambda's have the date of the version of its API."""
    if service != "lambda":
        return operation
    version = request_path(service, operation).split("/")[1].replace("-", "")
    return operation + version + ("v2" if operation in _SECOND_VERSIONS else "")


def named_resources(service: str, parameters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the type and the name of each resource that parameters name."""
    for parameter, kind in _RESOURCES.get(service, {}).items():
        value = parameters.get(parameter)
        for name in value if isinstance(value, list) else [value]:
            if isinstance(name, str) and name:
                yield kind, name
