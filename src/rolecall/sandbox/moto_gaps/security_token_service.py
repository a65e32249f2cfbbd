"""STS, which the sandbox has to answer itself: moto's sessions know neither policies nor expiration."""

from __future__ import annotations

from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.responses import Result


class SecurityTokenService(Gap):
    """STS issues sessions that carry session policies, tags, and an expiration, and that can be revoked."""

    operations = frozenset({"sts.*"})
    rule = "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"
    answers = True

    def validate(self, call: Call) -> None:
        """Raise ValidationError for a parameter out of bounds."""
        self.runtime.sts.validate(call.operation)

    def before(self, call: Call) -> Result:
        """Return the sandbox's own result."""
        return self.runtime.sts.answer(call.operation, call.caller)
