"""Check that a request has every parameter that its operation requires, before it is authorized."""

from __future__ import annotations

from functools import lru_cache

from moto.core.utils import get_service_model

from rolecall.aws.errors import AwsError, failure
from rolecall.aws.operations import Operation

# S3 takes a missing bucket or key for another operation, and names a missing header in its own words.
_OWN_CHECKS = frozenset({"s3", "s3control"})
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
_NAMED_AS_MISSING = frozenset({"ec2", "sqs"})


def check_required(operation: Operation) -> None:
    """Check that no required parameter is missing.

    https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html

    Raises
    ------
    AwsError
        If one is missing: the code and the message of the service, with the first that is missing.
    """
    parameters = operation.parameters
    for name in _required(operation.service, operation.name):
        if parameters.get(name) is None:
            raise _missing(operation, name)


@lru_cache(maxsize=4096)
def _required(service: str, operation: str) -> tuple[str, ...]:
    if service in _OWN_CHECKS:
        return ()
    shape = get_service_model(service).operation_model(operation).input_shape
    return tuple(shape.required_members) if shape else ()


def _missing(operation: Operation, name: str) -> AwsError:
    if operation.service in _NAMED_AS_MISSING:
        message = f"The request must contain the parameter {name}"
    else:
        message = (
            f"1 validation error detected: Value null at '{name[0].lower()}{name[1:]}' "
            "failed to satisfy constraint: Member must not be null"
        )
    return failure("missing parameter", operation.service, operation.protocol, message)
