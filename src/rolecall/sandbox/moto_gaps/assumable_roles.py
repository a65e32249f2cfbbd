"""Roles that a service can't assume, which it refuses when it is given them."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from rolecall.aws.errors import AwsError
from rolecall.aws.passed_roles import passed_roles
from rolecall.aws.templates import values
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._assumption import can_assume
from rolecall.sandbox.moto_gaps._gap import Gap


class _Refusal(NamedTuple):
    """The error of a service for a role that it can't assume.

    Parameters
    ----------
    source
        The ARN of what the service assumes the role for, without partition, Region, and account.
    """

    code: str
    message: str
    source: str


_LAMBDA = _Refusal(
    "InvalidParameterValueException",
    "The role defined for the function cannot be assumed by Lambda.",
    "lambda:function:{FunctionName}",
)
_STATES = _Refusal(
    "AccessDeniedException",
    "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to "
    "assume the provided role.",
    "states:stateMachine:{name}",
)
_SCHEDULER = _Refusal(
    "ValidationException",
    "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
    "scheduler:schedule/{GroupName}/{Name}",
)
_FIREHOSE = _Refusal(
    "InvalidArgumentException",
    "Firehose is unable to assume role {role}. Please check the role provided.",
    "firehose:deliverystream/{DeliveryStreamName}",
)
_REFUSALS = {
    "lambda.CreateFunction": _LAMBDA,
    "lambda.UpdateFunctionConfiguration": _LAMBDA,
    # https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
    "stepfunctions.CreateStateMachine": _STATES,
    "stepfunctions.UpdateStateMachine": _STATES,
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role
    "scheduler.CreateSchedule": _SCHEDULER,
    "scheduler.UpdateSchedule": _SCHEDULER,
    # https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html
    "firehose.CreateDeliveryStream": _FIREHOSE,
}


class AssumableRoles(Gap):
    """Lambda and others assume a role that they are given once, and refuse one that doesn't trust them."""

    operations = frozenset(_REFUSALS)
    rule = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html"

    def before(self, call: Call) -> None:
        """Raise the error of the service for a role that doesn't exist or doesn't trust it."""
        operation = call.operation
        refusal = _REFUSALS[call.name]
        for passed in passed_roles(operation.service, operation.name):
            for path in passed.roles:
                for role in values(operation.parameters, path):
                    if not self._can_assume(call, passed.to, role, refusal.source):
                        raise AwsError(refusal.code, refusal.message.replace("{role}", role), 400)

    def _can_assume(self, call: Call, service: str, arn: str, source: str) -> bool:
        prefix, _, path = source.partition(":")
        named = defaultdict(lambda: "default", call.operation.parameters)
        source_arn = f"arn:aws:{prefix}:{call.region}:{call.account}:{path.format_map(named)}"
        return can_assume(self.runtime, call, service, arn, source_arn)
