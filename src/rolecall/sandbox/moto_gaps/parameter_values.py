"""Names, paths, and values of SSM parameters."""

from __future__ import annotations

import re

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.ssm import parameter_tier

_PATH = re.compile(r"/|(?:/[A-Za-z0-9_.\-]+)+/?")
# One name, or a path with / at its start; its sub-paths aren't empty.
_NAME = re.compile(r"[A-Za-z0-9_.\-]+|(?:/[A-Za-z0-9_.\-]+)+")
_RELATIVE = re.compile(r"[A-Za-z0-9_.\-]+(?:/[A-Za-z0-9_.\-]+)+")
_MOST_LEVELS = 15
# https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
_LONGEST = {"Standard": 4096, "Advanced": 8192}
_BAD_NAME = (
    'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist '
    "of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and "
    "the following 3 symbols .-_"
)
_BAD_PATH = (
    "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a "
    'forward slash "/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only '
    "letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special "
    'characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". '
    "Valid example: /get/parameters2-/by1./path0_."
)
# https://github.com/hashicorp/terraform-provider-aws/issues/7251
_NOT_QUALIFIED = "Parameter name must be a fully qualified name."
_TOO_DEEP = f"A hierarchy can have a maximum of {_MOST_LEVELS} levels."
_TOO_LONG = (
    "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger "
    "parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see "
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"
)
_NO_DOWNGRADE = (
    "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the "
    "advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced "
    "parameter and recreate it as a standard parameter. Be aware that standard parameters have a value "
    "limit of 4096 characters."
)


class ParameterValues(Gap):
    """SSM rejects other characters in names, relative paths, long values, and lower tiers; moto doesn't."""

    operations = frozenset({"ssm.GetParameter", "ssm.GetParametersByPath", "ssm.PutParameter"})
    rule = "https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html"

    def before(self, call: Call) -> None:
        """Raise ValidationException."""
        operation = call.operation
        match operation.name:
            case "GetParametersByPath":
                path = operation.text("Path", "")
                if not path.startswith("/") or not _PATH.fullmatch(path):
                    raise AwsError("ValidationException", _BAD_PATH, 400)
            case "GetParameter":
                # A version or a label comes after the name. A shared parameter has an ARN.
                name = operation.text("Name", "")
                if not name.startswith("arn:") and not _NAME.fullmatch(name.partition(":")[0]):
                    raise AwsError("ValidationException", _BAD_NAME, 400)
            case _:
                _check_name(operation.text("Name", ""))
                self._check_value(call)

    def _check_value(self, call: Call) -> None:
        operation = call.operation
        before = parameter_tier(call.account, call.region, operation.text("Name", "")) or "Standard"
        tier = operation.text("Tier", before)
        if tier == "Standard" and before == "Advanced" and operation.parameters.get("Overwrite"):
            raise AwsError("ValidationException", _NO_DOWNGRADE, 400)
        if len(operation.text("Value", "")) > _LONGEST.get(tier, _LONGEST["Advanced"]):
            raise AwsError("ValidationException", _TOO_LONG, 400)


def _check_name(name: str) -> None:
    """Check the name of a new parameter, which can't be an ARN.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
    """
    if _RELATIVE.fullmatch(name):
        raise AwsError("ValidationException", _NOT_QUALIFIED, 400)
    first = name.lstrip("/").lower()
    if not _NAME.fullmatch(name) or (first.startswith("ssm") and not name.startswith("/aws")):
        raise AwsError("ValidationException", _BAD_NAME, 400)
    if name.count("/") > _MOST_LEVELS:
        raise AwsError("HierarchyLevelLimitExceededException", _TOO_DEEP, 400)
