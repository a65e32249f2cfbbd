"""Parameters that SQS rejects."""

from __future__ import annotations

import re
from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.sqs import queue_attribute
from rolecall.sandbox.responses import Response

# Attributes that are numbers, with their least and greatest values.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
_NUMBERS = {
    "DelaySeconds": (0, 900),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
    "MaximumMessageSize": (1024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
}
_ATTRIBUTES = frozenset(_NUMBERS) | {
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "FifoQueue",
    "FifoThroughputLimit",
    "KmsMasterKeyId",
    "Policy",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
}
_NUMBER = re.compile(r"\d{1,9}")
_FIFO_NAME = re.compile(r"[A-Za-z0-9_-]{1,75}\.fifo")
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
_INVALID = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
_VALID = "#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"


class QueueRequests(Gap):
    """SQS rejects other attributes, numbers, and characters; moto accepts them, or words it differently."""

    operations = frozenset(
        {
            "sqs.ChangeMessageVisibility",
            "sqs.CreateQueue",
            "sqs.DeleteMessage",
            "sqs.ReceiveMessage",
            "sqs.SendMessage",
            "sqs.SetQueueAttributes",
        }
    )
    rule = (
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"
    )

    def before(self, call: Call) -> None:
        """Raise the error for a message, an attribute, or a number that SQS rejects."""
        operation = call.operation
        if operation.name in ("CreateQueue", "SetQueueAttributes"):
            _check_attributes(operation.parameters.get("Attributes") or {})
        match operation.name:
            case "CreateQueue":
                _check_name(operation.text("QueueName", ""), operation.parameters.get("Attributes") or {})
            case "SendMessage":
                _check_body(operation.parameters.get("MessageBody"))
            case "ReceiveMessage":
                _check_number(operation.parameters, "MaxNumberOfMessages", 1, 10, "between 1 and 10")
                _check_number(operation.parameters, "WaitTimeSeconds", 0, 20, ">= 0 and <= 20")

    def after(self, call: Call, response: Response) -> Response:
        """Name the receipt handle or the attribute in the error."""
        if response.error == "ReceiptHandleIsInvalid":
            handle = call.operation.text("ReceiptHandle", "")
            message = f'The input receipt handle "{handle}" is not a valid receipt handle.'
            raise AwsError("ReceiptHandleIsInvalid", message, 404)
        if call.operation.name == "CreateQueue" and "Exists" in response.error:
            name = call.operation.text("QueueName", "")
            for attribute, value in (call.operation.parameters.get("Attributes") or {}).items():
                if queue_attribute(call.account, call.region, name, attribute) != str(value):
                    message = (
                        "A queue already exists with the same name and a different value for attribute "
                        f"{attribute}"
                    )
                    raise AwsError("QueueAlreadyExists", message, 400)
        return response


def _check_attributes(attributes: dict[str, Any]) -> None:
    for name, value in attributes.items():
        if name not in _ATTRIBUTES:
            raise AwsError("InvalidAttributeName", f"Unknown Attribute {name}.", 400)
        if name in _NUMBERS and str(value):
            least, most = _NUMBERS[name]
            if not (_NUMBER.fullmatch(str(value)) and least <= int(value) <= most):
                raise AwsError("InvalidAttributeValue", f"Invalid value for the parameter {name}.", 400)


def _check_name(name: str, attributes: dict[str, Any]) -> None:
    if attributes.get("FifoQueue") == "true" and not _FIFO_NAME.fullmatch(name):
        message = (
            "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, "
            "must end with .fifo suffix and be 1 to 80 in length."
        )
        raise AwsError("InvalidParameterValue", message, 400)


def _check_body(body: Any) -> None:
    if body == "":
        raise AwsError("MissingParameter", "The request must contain the parameter MessageBody.", 400)
    if isinstance(body, str) and _INVALID.search(body):
        message = f"Invalid characters found. Valid unicode characters are {_VALID}"
        raise AwsError("InvalidMessageContents", message, 400)


def _check_number(parameters: Any, name: str, least: int, most: int, words: str) -> None:
    value = parameters.get(name)
    if isinstance(value, int) and not least <= value <= most:
        message = f"Value {value} for parameter {name} is invalid. Reason: Must be {words}, if provided."
        raise AwsError("InvalidParameterValue", message, 400)
