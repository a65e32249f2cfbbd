"""Requests for the entities of a managed policy that doesn't exist."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.iam import iam_backend


class MissingPolicies(Gap):
    """ListEntitiesForPolicy requires that the policy exists; moto finds no entities."""

    operations = frozenset({"iam.ListEntitiesForPolicy"})
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html"

    def before(self, call: Call) -> None:
        """Raise NoSuchEntity if there is no such policy."""
        arn = call.operation.text("PolicyArn", "")
        if arn not in iam_backend(call.account).managed_policies:
            raise AwsError("NoSuchEntity", f"Policy {arn} was not found.", 404)
