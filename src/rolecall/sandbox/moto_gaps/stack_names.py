"""The names of stacks that CloudFormation rejects."""

from __future__ import annotations

import re

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap

_NAME = "[a-zA-Z][-a-zA-Z0-9]*"
_ARN = "arn:[-a-zA-Z0-9:/._+]*"
_LONGEST = 128


class StackNames(Gap):
    """The name of a stack has letters, digits, and hyphens, and starts with a letter; in moto, any."""

    operations = frozenset({"cloudformation.CreateChangeSet", "cloudformation.CreateStack"})
    rule = "https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html"

    def validate(self, call: Call) -> None:
        """Raise ValidationError.

        https://github.com/hashicorp/terraform-provider-aws/issues/42668
        """
        name = call.operation.text("StackName", "")
        pattern = _NAME if call.operation.name == "CreateStack" else f"{_NAME}|{_ARN}"
        if not re.fullmatch(pattern, name):
            rule = f"Member must satisfy regular expression pattern: {pattern}"
        elif len(name) > _LONGEST and not name.startswith("arn:"):
            rule = f"Member must have length less than or equal to {_LONGEST}"
        else:
            return
        value = f"Value '{name}' at 'stackName' failed to satisfy constraint: {rule}"
        raise AwsError("ValidationError", f"1 validation error detected: {value}", 400)
