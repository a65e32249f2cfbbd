"""ARNs of another Region than the one that a request is sent to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap

_FUNCTION = ("FunctionName",)
_KEY = ("KeyId", "SourceKeyId", "DestinationKeyId", "TargetKeyId")
_TABLE = ("TableName", "ResourceArn", "TableArn")
_TASK = ("cluster", "service", "task", "taskDefinition", "containerInstance", "resourceArn")
_TASKS = ("clusters", "services", "tasks", "containerInstances")
_REPOSITORY = ("resourceArn",)
_LOG_GROUP = ("resourceArn", "logGroupIdentifier")
_BUS = ("EventBusName", "Name", "ResourceARN")
_TOPIC = ("TopicArn", "ResourceArn")


@dataclass(frozen=True, slots=True)
class _Rejection:
    """How a service rejects an ARN of another Region.

    Parameters
    ----------
    parameters
        The parameters that can have an ARN of the service, or a list of them.
    code, status
        Of the error.
    message
        With ``{name}`` for the parameter, ``{arn}`` and ``{theirs}`` for the ARN and its Region, and
        ``{ours}`` for the Region of the request.
    """

    parameters: tuple[str, ...]
    code: str
    status: int
    message: str


# The messages of Lambda, KMS, DynamoDB, and ECS are those that people report, for instance in:
# https://github.com/alexcasalboni/aws-lambda-power-tuning/issues/18
# https://github.com/nakedible/openssl-engine-kms/issues/1
# https://github.com/hashicorp/terraform-provider-aws/issues/42792
# https://github.com/aws/aws-cli/issues/3175
_REJECTIONS = {
    "dynamodb": _Rejection(
        _TABLE,
        "ValidationException",
        400,
        "1 validation error detected: Invalid AWS region in '{arn}'",
    ),
    # https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ListTagsForResource.html
    "ecr": _Rejection(
        _REPOSITORY, "InvalidParameterException", 400, "Invalid parameter at '{name}': Region {theirs}"
    ),
    "ecs": _Rejection((*_TASK, *_TASKS), "InvalidParameterException", 400, "Invalid Region in ARN"),
    # https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeEventBus.html
    "events": _Rejection(_BUS, "ResourceNotFoundException", 400, "Event bus {arn} does not exist."),
    "kms": _Rejection(_KEY, "NotFoundException", 400, "Invalid arn {theirs}"),
    "lambda": _Rejection(
        _FUNCTION,
        "ResourceNotFoundException",
        404,
        "Functions from '{theirs}' are not reachable in this region ('{ours}')",
    ),
    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsForResource.html
    "logs": _Rejection(
        _LOG_GROUP, "ResourceNotFoundException", 400, "The specified log group does not exist."
    ),
    "sns": _Rejection(_TOPIC, "InvalidParameter", 400, "Invalid parameter: {name}"),
}


# https://docs.aws.amazon.com/general/latest/gr/sqs-service.html
_QUEUE_ADDRESS = re.compile(
    r"(?P<address>https?://(?:sqs\.(?P<new>[a-z0-9-]+)|(?P<old>[a-z0-9-]+)\.queue)\.amazonaws\.com/).*"
)


class OtherRegions(Gap):
    """Services reject ARNs and addresses of other Regions; moto reads only the name in them."""

    operations = frozenset(f"{service}.*" for service in (*_REJECTIONS, "sqs"))
    rule = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html"

    def validate(self, call: Call) -> None:
        """Raise the service's error for an ARN or an address of another Region."""
        service = call.operation.service
        if service == "sqs":
            _check_queue(call)
            return
        rejection = _REJECTIONS[service]
        for name in rejection.parameters:
            value = call.operation.parameters.get(name)
            for text in value if isinstance(value, list) else (value,):
                theirs = _region(text, service)
                if theirs and theirs != call.region:
                    message = rejection.message.format(name=name, arn=text, theirs=theirs, ours=call.region)
                    raise AwsError(rejection.code, message, rejection.status)


def _check_queue(call: Call) -> None:
    """Check the Region in the URL of a queue.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    """
    found = _QUEUE_ADDRESS.fullmatch(call.operation.text("QueueUrl", ""))
    if found and (found["new"] or found["old"]) != call.region:
        message = f"The address {found['address']} is not valid for this endpoint."
        raise AwsError("InvalidAddress", message, 404)


def _region(text: object, service: str) -> str:
    """Return the Region in an ARN of a service; empty for anything else."""
    parts = text.split(":", 5) if isinstance(text, str) and text.startswith("arn:") else []
    return parts[3] if len(parts) == 6 and parts[2] == service else ""
