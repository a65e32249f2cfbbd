"""The forms in which a request can name a Lambda function."""

from __future__ import annotations

from dataclasses import replace

from rolecall.aws.errors import AwsError
from rolecall.aws.function_names import parse_function_name
from rolecall.aws.operations import input_members
from rolecall.sandbox import moto_app
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.responses import Result

_LATEST = "$LATEST"


class FunctionNames(Gap):
    """Lambda also reads parts of ARNs, and $LATEST after a name; moto reads names and whole ARNs."""

    operations = frozenset({"lambda.*"})
    rule = "https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html"
    answers = True

    def validate(self, call: Call) -> None:
        """Raise an error for a part of an ARN of another Region, or if the name and Qualifier disagree.

        https://docs.aws.amazon.com/scheduler/latest/UserGuide/troubleshooting.html
        """
        function = parse_function_name(call.operation.text("FunctionName", ""))
        if function.region and function.region != call.region:
            message = (
                f"Functions from '{function.region}' are not reachable in this region ('{call.region}')"
            )
            raise AwsError("ResourceNotFoundException", message, 404)
        qualifier = call.operation.text("Qualifier")
        if qualifier and function.qualifier and function.qualifier != qualifier:
            message = "The derived qualifier from the function name does not match the specified qualifier."
            raise AwsError("InvalidParameterValueException", message, 400)

    def before(self, call: Call) -> Result | None:
        """Let moto perform the operation with the function's name alone."""
        operation = call.operation
        text = operation.text("FunctionName")
        if text is None or operation.name == "Invoke":
            return None
        function = parse_function_name(text)
        named = {"FunctionName": function.name}
        if function.qualifier and "Qualifier" in input_members("lambda", operation.name):
            named["Qualifier"] = function.qualifier
        elif function.qualifier != _LATEST:
            named["FunctionName"] = function.qualified
        if named["FunctionName"] == text:
            return None
        parameters = {**operation.parameters, **named}
        return moto_app.call(replace(operation, parameters=parameters), call.account, call.region)
