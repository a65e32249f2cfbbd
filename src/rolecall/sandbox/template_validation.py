"""CloudFormation's ValidateTemplate, for which moto requires the package cfn-lint.

cfn-lint and what it requires take 83 MB, and no other operation uses them, so an extra installs them.
"""

from __future__ import annotations

from rolecall._extras import MissingExtra, require_extra
from rolecall.aws.errors import AwsError
from rolecall.aws.operations import Operation


def check_template_validation(operation: Operation) -> None:
    """Check that moto can validate a template.

    Raises
    ------
    AwsError
        If the operation is ValidateTemplate and cfn-lint isn't installed.
    """
    if (operation.service, operation.name) != ("cloudformation", "ValidateTemplate"):
        return
    try:
        require_extra("cloudformation", "ValidateTemplate in the sandbox", "cfnlint")
    except MissingExtra as error:
        raise AwsError("NotImplemented", str(error), 501) from None
