"""Markers, with which a client asks IAM for the next page of a list."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap

# The errors of these operations include InvalidInput.
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
_INVALID_INPUT = frozenset(
    {
        "GetServiceLastAccessedDetails",
        "GetServiceLastAccessedDetailsWithEntities",
        "ListPoliciesGrantingServiceAccess",
        "SimulateCustomPolicy",
        "SimulatePrincipalPolicy",
    }
)


class IamMarkers(Gap):
    """IAM rejects a marker that it didn't return; moto fails on it."""

    operations = frozenset({"iam.*"})
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html"

    def validate(self, call: Call) -> None:
        """Raise ValidationError or InvalidInput for a marker that isn't the number of an item."""
        marker = call.operation.text("Marker")
        if marker is not None and not marker.isdecimal():
            code = "InvalidInput" if call.operation.name in _INVALID_INPUT else "ValidationError"
            raise AwsError(code, f"Invalid Marker: {marker}", 400)
