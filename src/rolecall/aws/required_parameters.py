"""Check that a request has every parameter that its operation requires, before it is authorized."""

from __future__ import annotations

from functools import lru_cache

from moto.core.utils import get_service_model

from rolecall.aws.errors import AwsError, failure
from rolecall.aws.operations import Operation, input_members

# S3 takes a missing bucket or key for another operation, and names a missing header in its own words.
_OWN_CHECKS = frozenset({"s3", "s3control"})
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
# A request in these protocols has no way to say that a list or a map is empty.
_WITHOUT_EMPTY = frozenset({"query", "ec2"})
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
        if parameters.get(name) is None and not (
            operation.protocol in _WITHOUT_EMPTY and _may_be_empty(operation, name)
        ):
            raise _missing(operation, name)


@lru_cache(maxsize=4096)
def _required(service: str, operation: str) -> tuple[str, ...]:
    if service in _OWN_CHECKS:
        return ()
    shape = get_service_model(service).operation_model(operation).input_shape
    return tuple(shape.required_members) if shape else ()


def _may_be_empty(operation: Operation, name: str) -> bool:
    """Whether a parameter is a list or a map, which these protocols leave out if nothing is in it."""
    return input_members(operation.service, operation.name)[name].type_name in ("list", "map")


def _missing(operation: Operation, name: str) -> AwsError:
    if operation.service in _NAMED_AS_MISSING:
        message = f"The request must contain the parameter {name}"
    else:
        message = (
            f"1 validation error detected: Value null at '{name[0].lower()}{name[1:]}' "
            "failed to satisfy constraint: Member must not be null"
        )
    return rejection(operation, message)


def rejection(operation: Operation, message: str) -> AwsError:
    """Return the error of an operation for parameters that violate the service's model.

    The newer operations of a service can have another error than the older ones.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliveryDestination.html
    """
    error = failure("missing parameter", operation.service, operation.protocol, message)
    errors = _errors(operation.service, operation.name)
    if error.code == "InvalidParameterException" and (
        error.code not in errors and "ValidationException" in errors
    ):
        return AwsError("ValidationException", message, error.status)
    return error


@lru_cache(maxsize=1024)
def _errors(service: str, operation: str) -> frozenset[str]:
    shapes = get_service_model(service).operation_model(operation).error_shapes
    return frozenset(shape.name for shape in shapes)
