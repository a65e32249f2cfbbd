"""Parameters that SNS rejects."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from rolecall.aws.arns import service_of
from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.sns import is_disabled_endpoint, topic_exists

# https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
_TOPIC_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}")
_FIFO_TOPIC_NAME = re.compile(r"[A-Za-z0-9_-]{1,251}\.fifo")
# https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
_ATTRIBUTE = re.compile(
    r"ApplicationSuccessFeedbackRoleArn|(?:Application|HTTP|Lambda|Firehose|SQS)"
    r"(?:SuccessFeedbackRoleArn|SuccessFeedbackSampleRate|FailureFeedbackRoleArn)|ArchivePolicy|"
    r"ContentBasedDeduplication|DeliveryPolicy|DisplayName|FifoThroughputScope|FifoTopic|KmsMasterKeyId|"
    r"Policy|SignatureVersion|TracingConfig"
)
# https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
_PROTOCOLS = frozenset(
    {"application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"}
)
_OF_SERVICES = {"sqs": "SQS", "lambda": "Lambda"}
# The page says "less than 100", and SNS accepts 100: https://github.com/getmoto/moto/issues/1503
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
_LONGEST_SUBJECT = 100
_TARGETS = ("TopicArn", "TargetArn", "PhoneNumber")
_NOT_IN_SUBJECT = re.compile(r"[\x00-\x1f\x7f]")


class TopicRequests(Gap):
    """SNS rejects empty messages, other protocols, names, and attributes; moto accepts most of them."""

    operations = frozenset({"sns.CreateTopic", "sns.Publish", "sns.SetTopicAttributes", "sns.Subscribe"})
    rule = "https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"

    def before(self, call: Call) -> None:
        """Raise InvalidParameter with what SNS says about it."""
        operation = call.operation
        match operation.name:
            case "CreateTopic":
                _check_name(operation.text("Name", ""), operation.parameters.get("Attributes") or {})
            case "SetTopicAttributes":
                if not _ATTRIBUTE.fullmatch(operation.text("AttributeName", "")):
                    raise _invalid("AttributeName")
            case "Subscribe":
                if not topic_exists(operation.text("TopicArn", "")):
                    raise AwsError("NotFound", "Topic does not exist", 404)
                _check_subscription(operation.text("Protocol", ""), operation.text("Endpoint", ""))
            case "Publish":
                if sum(name in operation.parameters for name in _TARGETS) > 1:
                    raise _invalid(f"A message has one of {', '.join(_TARGETS)}")
                if not any(operation.text(name) for name in _TARGETS):
                    raise _invalid("TopicArn or TargetArn Reason: no value for required parameter")
                # SNS says first of an endpoint that it's disabled, which moto does.
                if not is_disabled_endpoint(operation.text("TargetArn", "")):
                    _check_message(call)


def _check_name(name: str, attributes: Mapping[str, Any]) -> None:
    is_fifo = str(attributes.get("FifoTopic")).lower() == "true"
    allowed = _FIFO_TOPIC_NAME if is_fifo else _TOPIC_NAME
    if not allowed.fullmatch(name):
        raise _invalid("Topic Name")


def _check_subscription(protocol: str, endpoint: str) -> None:
    if protocol not in _PROTOCOLS:
        raise _invalid(f"Amazon SNS does not support this protocol string: {protocol}")
    if protocol.startswith("email") and "@" not in endpoint:
        raise _invalid("Email address")
    if protocol in _OF_SERVICES and service_of(endpoint) != protocol:
        raise _invalid(f"{_OF_SERVICES[protocol]} endpoint ARN")


def _check_message(call: Call) -> None:
    parameters = call.operation.parameters
    message = parameters.get("Message")
    if message == "":
        raise _invalid("Empty message")
    subject = parameters.get("Subject")
    if isinstance(subject, str) and (len(subject) > _LONGEST_SUBJECT or _NOT_IN_SUBJECT.search(subject)):
        raise _invalid("Subject")
    if parameters.get("MessageStructure") == "json":
        _check_structure(message)
    if call.operation.text("TopicArn", "").endswith(".fifo") and not parameters.get("MessageGroupId"):
        raise _invalid("The MessageGroupId parameter is required for FIFO topics")


def _check_structure(message: Any) -> None:
    try:
        parts = json.loads(message)
    except (RecursionError, TypeError, ValueError):
        parts = None
    if not isinstance(parts, dict):
        raise _invalid("Message Structure - JSON message body failed to parse")
    if "default" not in parts:
        raise _invalid("Message Structure - No default entry in JSON message body")


def _invalid(what: str) -> AwsError:
    return AwsError("InvalidParameter", f"Invalid parameter: {what}", 400)
