"""The bounds of a role's maximum session duration."""

from __future__ import annotations

from rolecall.sandbox._constraints import constraint
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap

_SHORTEST, _LONGEST = 3600, 43200


class RoleSessionDuration(Gap):
    """A maximum session duration is one to twelve hours; moto accepts any value for UpdateRole."""

    operations = frozenset({"iam.CreateRole", "iam.UpdateRole"})
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html"

    def validate(self, call: Call) -> None:
        """Raise ValidationError for a duration out of bounds, in seconds."""
        duration = call.operation.parameters.get("MaxSessionDuration")
        if not isinstance(duration, int):
            return
        for violated, word, bound in (
            (duration < _SHORTEST, "greater", _SHORTEST),
            (duration > _LONGEST, "less", _LONGEST),
        ):
            if violated:
                rule = f"Member must have value {word} than or equal to {bound}"
                raise constraint(duration, "maxSessionDuration", rule)
