"""Deliveries between services: whether a service may hand a message, an event, or a log to its target.

A service needs the permission of the target's resource-based policy, or that of a role that it assumes.

https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from rolecall.aws.authorization import Check
from rolecall.aws.errors import AwsError
from rolecall.aws.http import HttpRequest
from rolecall.aws.operations import Operation
from rolecall.aws.services import protocol_of
from rolecall.sandbox.call import Call
from rolecall.sandbox.callers import Caller
from rolecall.sandbox.moto_gaps.encryption_at_rest import EncryptionAtRest
from rolecall.sandbox.moto_gaps.function_invocation import FunctionInvocation
from rolecall.sandbox.moto_state.awslambda import FunctionFacts, function_facts
from rolecall.sandbox.runtime import Runtime
from rolecall.sandbox.service_sessions import NotTrusted, ServiceSessions


@dataclass(frozen=True, slots=True)
class Source:
    """What a service delivers for.

    Parameters
    ----------
    service
        The principal, such as ``sns.amazonaws.com``.
    arn
        The ARN of the topic, bucket, rule, or log group.
    account
        The account that owns it.
    role
        The ARN of the role that the service assumes for it; empty if it uses the target's policy.
    """

    service: str
    arn: str
    account: str
    role: str = ""


# The actions with which Lambda reads an event source, by the service of its ARN.
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions
# https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
# https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
POLLING = {
    "sqs": ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    "kinesis": ("kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream"),
    "dynamodb": ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"),
}


class Deliveries:
    """Decide about the deliveries of one sandbox, and invoke the functions that are targets."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._encryption = EncryptionAtRest(runtime)
        self._functions = FunctionInvocation(runtime)
        self._sessions: dict[Source, ServiceSessions] = {}

    def allows(self, call: Call, source: Source, target: str) -> bool:
        """Return whether a service may deliver to a target; the trail records a denial.

        Parameters
        ----------
        call
            The call that causes the delivery.
        source
            What the service delivers for.
        target
            The ARN of the queue, topic, function, event bus, log group, or stream.
        """
        operation = _operation(target)
        account, region = _part(target, 4), _part(target, 3)
        if operation is None or account not in self._runtime.iam.accounts:
            return False
        self._runtime.builder.ensure(operation.service)
        try:
            made = Call(
                operation, self._caller(source), _request(call, source.service), None, region, account
            )
            self._runtime.authorizer.authorize(made, recorded=False)
            if made.name in self._encryption.operations:
                self._encryption.before(made)
        except (AwsError, NotTrusted):
            # A function's policy can also name CloudWatch Logs of one Region.
            regional = source.service.replace("logs.amazonaws", f"logs.{region}.amazonaws")
            return regional != source.service and self.allows(
                call, replace(source, service=regional), target
            )
        return True

    def missing_permissions(self, call: Call, function: FunctionFacts, event_source: str) -> list[str]:
        """Return the actions on an event source that the execution role of a function lacks.

        Parameters
        ----------
        call
            The call that creates the event source mapping, or that causes Lambda to poll.
        function
            The function.
        event_source
            The ARN of the queue or the stream.
        """
        actions = POLLING.get(_part(event_source, 2), ())
        account, region = _part(function.arn, 4), _part(function.arn, 3)
        self._runtime.builder.ensure(_part(event_source, 2))
        try:
            caller = self._caller(Source("lambda.amazonaws.com", function.arn, account, function.role))
        except NotTrusted:
            return list(actions)
        made = Call(
            Operation("lambda", call.operation.name, "rest-json", {}),
            caller,
            _request(call, "lambda.amazonaws.com"),
            None,
            region,
            account,
        )
        return [
            action
            for action in actions
            if not self._runtime.authorizer.allows(made, Check(action, event_source))
        ]

    def invoke(self, call: Call, function: str, event: str, *, wait: bool) -> bool:
        """Run a function that a delivery is allowed for; returns whether it succeeded.

        Parameters
        ----------
        call
            The call that causes the delivery.
        function
            The ARN of the function.
        event
            The event, as JSON.
        wait
            Whether to wait for the function.
        """
        how = "RequestResponse" if wait else "Event"
        parameters = {"FunctionName": function, "InvocationType": how}
        operation = Operation("lambda", "Invoke", "rest-json", parameters)
        request = replace(_request(call, "lambda.amazonaws.com"), body=event.encode())
        region, account = _part(function, 3), _part(function, 4)
        made = Call(operation, Caller("lambda.amazonaws.com"), request, None, region, account)
        try:
            result = self._functions.before(made)
        except AwsError:
            return False
        return result is not None and "FunctionError" not in result

    def reset(self) -> None:
        """Forget the sessions of the functions and of the roles."""
        self._functions.reset()
        self._sessions.clear()

    def _caller(self, source: Source) -> Caller:
        """Return the service itself, or its session of the role."""
        guardrails = self._runtime.guardrails
        context = {
            "aws:SourceArn": source.arn,
            "aws:SourceAccount": source.account,
            "aws:PrincipalServiceName": source.service,
            "aws:PrincipalServiceNamesList": [source.service],
            **guardrails.source_context(source.account),
        }
        if not source.role:
            return Caller(source.service, web_context=context)
        role = self._runtime.iam.role(source.role)
        if role is None:
            raise NotTrusted(source.role)
        if source not in self._sessions:
            name = re.sub(r"[^\w+=,.@-]", "", source.arn.rpartition("/")[2].rpartition(":")[2])[:64]
            self._sessions[source] = ServiceSessions(
                self._runtime, source.service, name or "delivery", context=context
            )
        return self._runtime.callers.of_session(self._sessions[source].credentials(role))


def _request(call: Call, service: str) -> HttpRequest:
    headers = {"user-agent": service, "host": call.request.headers.get("host", "")}
    return HttpRequest("POST", "/", "", headers, b"", service)


def _part(arn: str, index: int) -> str:
    parts = arn.split(":", 5)
    return parts[index] if len(parts) == 6 else ""


def _queue_url(arn: str) -> str:
    return f"https://sqs.{_part(arn, 3)}.amazonaws.com/{_part(arn, 4)}/{_part(arn, 5)}"


def _log_events(arn: str) -> dict[str, Any]:
    # EventBridge creates a log stream for each event.
    return {"logGroupName": _part(arn, 5).split(":")[1], "logStreamName": "*"}


# The operation with which a service delivers, by the service of the target's ARN.
_OPERATIONS: dict[str, tuple[str, str, Callable[[str], dict[str, Any]]]] = {
    "sqs": ("sqs", "SendMessage", lambda arn: {"QueueUrl": _queue_url(arn)}),
    "sns": ("sns", "Publish", lambda arn: {"TopicArn": arn}),
    "lambda": ("lambda", "Invoke", lambda arn: {"FunctionName": arn}),
    "events": ("events", "PutEvents", lambda arn: {"Entries": [{"EventBusName": arn}]}),
    "logs": ("logs", "PutLogEvents", _log_events),
    "states": ("stepfunctions", "StartExecution", lambda arn: {"stateMachineArn": arn}),
    "kinesis": ("kinesis", "PutRecord", lambda arn: {"StreamARN": arn}),
    "firehose": ("firehose", "PutRecord", lambda arn: {"DeliveryStreamName": _part(arn, 5).split("/")[-1]}),
}


def _operation(target: str) -> Operation | None:
    found = _OPERATIONS.get(_part(target, 2))
    if found is None:
        return None
    service, name, parameters = found
    return Operation(service, name, protocol_of(service, None), parameters(target))


_current: ContextVar[tuple[Deliveries, Call] | None] = ContextVar("current", default=None)


@contextmanager
def delivering(deliveries: Deliveries, call: Call) -> Iterator[None]:
    """Decide about what this thread delivers meanwhile."""
    token = _current.set((deliveries, call))
    try:
        yield
    finally:
        _current.reset(token)


def may_deliver(source: Source, target: str) -> bool:
    """Return whether the call that this thread performs may cause a delivery."""
    current = _current.get()
    return current is not None and current[0].allows(current[1], source, target)


def missing_permissions(function: FunctionFacts, event_source: str) -> list[str]:
    """Return the actions on an event source that the execution role of a function lacks."""
    current = _current.get()
    return current[0].missing_permissions(current[1], function, event_source) if current else []


def may_poll(function: str, event_source: str) -> bool:
    """Return whether the execution role of a function may read an event source."""
    facts = function_facts(_part(function, 4), _part(function, 3), function, None)
    return facts is not None and not missing_permissions(facts, event_source)


def invoke_function(function: str, event: str, *, wait: bool) -> bool:
    """Run a function for the call that this thread performs; returns whether it succeeded."""
    current = _current.get()
    return current is not None and current[0].invoke(current[1], function, event, wait=wait)
