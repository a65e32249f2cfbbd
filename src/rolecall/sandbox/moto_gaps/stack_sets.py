"""The stacks of stack sets, which the sandbox doesn't create."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap


class StackSets(Gap):
    """The sandbox doesn't create the stacks of a stack set; moto requires no role in their accounts."""

    operations = frozenset({"cloudformation.CreateStackInstances"})
    rule = (
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-prereqs-self-managed.html"
    )

    def before(self, call: Call) -> None:
        """Raise an error that says so."""
        message = (
            "The sandbox doesn't create the stacks of stack sets. Create a stack in each account instead, "
            "with CreateStack."
        )
        raise AwsError("InvalidOperationException", message, 400)
