"""The invocation of a function with the credentials of its execution role."""

from __future__ import annotations

import base64
import json
import os
import threading
import zipfile
from dataclasses import replace
from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.aws.function_names import parse_function_name
from rolecall.sandbox._loopback import require_loopback
from rolecall.sandbox.call import Call
from rolecall.sandbox.lambda_runtime import FUNCTIONS_VARIABLE, Invocation, run_function
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.awslambda import FunctionFacts, function_facts
from rolecall.sandbox.responses import Result
from rolecall.sandbox.runtime import Runtime
from rolecall.sandbox.service_sessions import NotTrusted, ServiceSessions
from rolecall.sandbox.sessions import Session

# The most bytes of an event that isn't handled immediately; others can have 6 MiB.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_LONGEST_EVENT = {"Event": 2**20}


class FunctionInvocation(Gap):
    """Lambda assumes the execution role and runs the handler with its credentials; moto needs Docker."""

    operations = frozenset({"lambda.Invoke"})
    rule = "https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"
    answers = True

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self._sessions: dict[str, ServiceSessions] = {}

    def before(self, call: Call) -> Result | None:
        """Run the function, and return what its handler returned.

        Raises
        ------
        AwsError
            If the payload isn't JSON, if Lambda can't assume the role, or if the sandbox can't run the
            function.
        """
        operation = call.operation
        function = function_facts(
            call.account,
            call.region,
            operation.text("FunctionName", ""),
            operation.text("Qualifier"),
        )
        if function is None:
            raise _not_found(call)
        how = operation.text("InvocationType") or "RequestResponse"
        event = _parse_event(call.request.body, _LONGEST_EVENT.get(how, 6 * 2**20))
        context = _parse_context(operation.text("ClientContext"))
        if how == "DryRun":
            return {"StatusCode": 204, "Payload": b""}
        _check_runtime(function)
        if os.environ.get(FUNCTIONS_VARIABLE) == "off":
            message = (
                f"Where calls are graded, the sandbox doesn't run the code of the function {function.name}."
            )
            raise AwsError("InvalidRuntimeException", message, 400)
        variables = self._variables(call, function)
        if how == "Event":
            threading.Thread(
                target=run_function, args=(function, event, variables, call.request_id), daemon=True
            ).start()
            return {"StatusCode": 202, "Payload": b""}
        try:
            invocation = run_function(function, event, variables, call.request_id, context)
        except zipfile.BadZipFile:
            message = "Lambda could not unzip the deployment package."
            raise AwsError("InvalidZipFileException", message, 400) from None
        return _result(invocation, function, with_log=operation.text("LogType") == "Tail")

    def reset(self) -> None:
        """Forget the sessions of the functions."""
        self._sessions.clear()

    def _variables(self, call: Call, function: FunctionFacts) -> dict[str, str]:
        """Return the endpoint, and credentials of the execution role."""
        endpoint = f"http://{call.request.headers['host']}"
        require_loopback(endpoint)
        credentials = self._credentials(call, function)
        return {
            "AWS_ACCESS_KEY_ID": credentials.access_key_id,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
            "AWS_SESSION_TOKEN": credentials.token,
            "AWS_REGION": call.region,
            "AWS_DEFAULT_REGION": call.region,
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        }

    def _credentials(self, call: Call, function: FunctionFacts) -> Session:
        role = self.runtime.iam.role(function.role)
        try:
            session = self._session_of(function, call.account).credentials(role) if role else None
        except NotTrusted:
            session = None
        if session is None:
            message = "The role defined for the function cannot be assumed by Lambda."
            raise AwsError("AccessDeniedException", message, 403)
        return session

    def _session_of(self, function: FunctionFacts, account: str) -> ServiceSessions:
        if function.arn not in self._sessions:
            self._sessions[function.arn] = ServiceSessions(
                self.runtime,
                "lambda.amazonaws.com",
                function.name,
                # https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
                context={"aws:SourceAccount": account, "aws:SourceArn": function.arn},
            )
        return self._sessions[function.arn]


def _not_found(call: Call) -> AwsError:
    """Return the error for a function, a version, or an alias that doesn't exist."""
    named = parse_function_name(call.operation.text("FunctionName", ""))
    named = replace(named, qualifier=call.operation.text("Qualifier") or named.qualifier)
    arn = f"arn:aws:lambda:{call.region}:{call.account}:function:{named.qualified}"
    return AwsError("ResourceNotFoundException", f"Function not found: {arn}", 404)


def _parse_event(body: bytes, longest: int) -> Any:
    if len(body) > longest:
        message = f"Request must be smaller than {longest} bytes for the InvokeFunction operation"
        raise AwsError("RequestTooLargeException", message, 413)
    try:
        return json.loads(body or b"{}")
    except ValueError as error:
        message = f"Could not parse request body into json: {error}"
        raise AwsError("InvalidRequestContentException", message, 400) from None


def _parse_context(encoded: str | None) -> dict[str, Any] | None:
    """Return what the client says about itself; Lambda passes it on for synchronous invocations only."""
    if encoded is None:
        return None
    try:
        context = json.loads(base64.b64decode(encoded, validate=True))
    except ValueError:
        context = None
    if not isinstance(context, dict):
        message = "Client context must be a valid Base64-encoded JSON object."
        raise AwsError("InvalidRequestContentException", message, 400)
    return context


def _check_runtime(function: FunctionFacts) -> None:
    if function.package_type == "Zip" and function.runtime.startswith("python"):
        return
    what = "a container image" if function.package_type == "Image" else f"the runtime {function.runtime}"
    # AWS supports these. The status is 400, so that clients don't retry.
    message = (
        f"The sandbox runs functions with a Python runtime only. The function {function.name} has {what}."
    )
    raise AwsError("InvalidRuntimeException", message, 400)


def _result(invocation: Invocation, function: FunctionFacts, *, with_log: bool) -> dict[str, Any]:
    return {
        "StatusCode": 200,
        "ExecutedVersion": function.version,
        "Payload": invocation.payload,
        **({"FunctionError": "Unhandled"} if invocation.failed else {}),
        **({"LogResult": base64.b64encode(invocation.log).decode()} if with_log else {}),
    }
