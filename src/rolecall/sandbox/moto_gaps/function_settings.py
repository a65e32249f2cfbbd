"""The settings of functions that Lambda rejects: runtimes, packages, variables, layers, and concurrency."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.aws.operations import input_members
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.awslambda import (
    has_policy,
    has_statement,
    layer_exists,
    reserved_concurrency,
)

# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
_RESERVED = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    }
)
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_LONGEST_TIMEOUT = 900
_MOST_VARIABLES = 4096
_CONCURRENCY = 1000
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
_UNRESERVED = 100


class FunctionSettings(Gap):
    """Lambda rejects unknown runtimes and layers, packages that aren't ZIP files, and its own variables."""

    operations = frozenset(
        {
            "lambda.CreateFunction",
            "lambda.PublishLayerVersion",
            "lambda.PutFunctionConcurrency",
            "lambda.RemovePermission",
            "lambda.UpdateFunctionCode",
            "lambda.UpdateFunctionConfiguration",
        }
    )
    rule = "https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html"

    def validate(self, call: Call) -> None:
        """Raise the error for settings that no function can have."""
        parameters = call.operation.parameters
        timeout = parameters.get("Timeout")
        if isinstance(timeout, int) and timeout > _LONGEST_TIMEOUT:
            message = (
                f"1 validation error detected: Value '{timeout}' at 'timeout' failed to satisfy "
                f"constraint: Member must have value less than or equal to {_LONGEST_TIMEOUT}"
            )
            raise AwsError("ValidationException", message, 400)
        runtime = call.operation.text("Runtime")
        if runtime is not None and runtime not in (runtimes := _runtimes()):
            raise _invalid(
                f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum "
                f"value set: [{', '.join(runtimes)}] or be a valid ARN"
            )

    def before(self, call: Call) -> None:
        """Raise the error for code, variables, and layers that Lambda can't use."""
        parameters, name = call.operation.parameters, call.operation.name
        if name == "CreateFunction":
            _check_code_and_handler(parameters)
        if name == "PutFunctionConcurrency":
            self._check_concurrency(call)
        if name == "RemovePermission":
            _check_statement(call)
        code = parameters.get("Code") or parameters.get("Content") or parameters
        if isinstance(package := code.get("ZipFile"), bytes):
            _check_package(package)
        _check_variables((parameters.get("Environment") or {}).get("Variables") or {})
        for arn in parameters.get("Layers") or ():
            if not layer_exists(call.account, call.region, arn):
                raise _invalid(f"Layer version {arn} does not exist.")

    def _check_concurrency(self, call: Call) -> None:
        reserved = reserved_concurrency(call.account, call.region, call.operation.text("FunctionName", ""))
        wanted = int(call.operation.parameters["ReservedConcurrentExecutions"])
        if wanted + reserved > _CONCURRENCY - _UNRESERVED:
            raise _invalid(
                "Specified ReservedConcurrentExecutions for function decreases account's "
                f"UnreservedConcurrentExecution below its minimum value of [{_UNRESERVED}]."
            )


def _runtimes() -> list[str]:
    runtime = input_members("lambda", "CreateFunction")["Runtime"]
    return list(runtime.metadata["enum"])


def _check_code_and_handler(parameters: Any) -> None:
    code = parameters.get("Code") or {}
    if not code.keys() & {"ZipFile", "S3Bucket", "ImageUri"}:
        raise _invalid("Please provide a source for function code.")
    if parameters.get("PackageType") != "Image" and not (
        parameters.get("Runtime") and parameters.get("Handler")
    ):
        raise _invalid(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages."
        )


def _check_package(package: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as opened:
            names = opened.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise _invalid(
            "Could not unzip uploaded file. Please check your file, then try to upload again."
        ) from None
    if not names:
        raise _invalid("Uploaded file must be a non-empty zip")


def _check_variables(variables: dict[str, Any]) -> None:
    """Check environment variables: Lambda sets some itself, and all together have at most 4 KB."""
    reserved = [name for name in variables if name in _RESERVED]
    if reserved:
        raise _invalid(
            "Lambda was unable to configure your environment variables because the environment variables "
            "you have provided contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )
    written = sum(len(str(name).encode()) + len(str(value).encode()) for name, value in variables.items())
    if written > _MOST_VARIABLES:
        raise _invalid(
            "Lambda was unable to configure your environment variables because the environment variables "
            f"you have provided exceeded the {_MOST_VARIABLES // 1024}KB limit."
        )


def _check_statement(call: Call) -> None:
    operation = call.operation
    name, identifier = operation.text("FunctionName", ""), operation.text("StatementId", "")
    qualifier = operation.text("Qualifier", "")
    if has_policy(call.account, call.region, name) and not has_statement(
        call.account, call.region, name, qualifier, identifier
    ):
        message = f"Statement {identifier} is not found in resource policy."
        raise AwsError("ResourceNotFoundException", message, 404)


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterValueException", message, 400)
