"""Names, paths, and values of SSM parameters."""

from __future__ import annotations

import re

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.ssm import parameter_tier

_NAME = re.compile(r"[A-Za-z0-9_.\-/]+")
_ARN = re.compile(r"arn:[^:]*:ssm:[^:]*:[^:]*:parameter/?(.*)", re.DOTALL)
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

    operations = frozenset({"ssm.GetParametersByPath", "ssm.PutParameter"})
    rule = "https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html"

    def before(self, call: Call) -> None:
        """Raise ValidationException."""
        operation = call.operation
        if operation.name == "GetParametersByPath":
            path = operation.text("Path", "")
            if not path.startswith("/") or not _NAME.fullmatch(path):
                raise AwsError("ValidationException", _BAD_PATH, 400)
            return
        name = operation.text("Name", "")
        if found := _ARN.fullmatch(name):
            name = found[1]
        first = name.lstrip("/").lower()
        if not _NAME.fullmatch(name) or (first.startswith("ssm") and not name.startswith("/aws")):
            raise AwsError("ValidationException", _BAD_NAME, 400)
        before = parameter_tier(call.account, call.region, name) or "Standard"
        tier = operation.text("Tier", before)
        if tier == "Standard" and before == "Advanced" and operation.parameters.get("Overwrite"):
            raise AwsError("ValidationException", _NO_DOWNGRADE, 400)
        if len(operation.text("Value", "")) > _LONGEST.get(tier, _LONGEST["Advanced"]):
            raise AwsError("ValidationException", _TOO_LONG, 400)
