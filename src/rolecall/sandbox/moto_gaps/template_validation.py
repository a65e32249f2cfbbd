"""CloudFormation's ValidateTemplate without the package that moto requires for it."""

from __future__ import annotations

from rolecall._extras import MissingExtra, require_extra
from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap


class TemplateValidation(Gap):
    """moto's ValidateTemplate requires cfn-lint.

    cfn-lint and what it requires take 83 MB, and no other operation uses them, so an extra installs them.
    """

    operations = frozenset({"cloudformation.ValidateTemplate"})
    rule = "https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ValidateTemplate.html"

    def before(self, call: Call) -> None:
        """Raise NotImplemented, with the extra to install, if cfn-lint is missing."""
        try:
            require_extra("cloudformation", "ValidateTemplate in the sandbox", "cfnlint")
        except MissingExtra as error:
            raise AwsError("NotImplemented", str(error), 501) from None
