"""The forms in which a request can name a Lambda function.

https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html#lambda-GetFunction-request-FunctionName
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# The groups are those of the pattern in the service's model.
_FORM = re.compile(
    r"(?:arn:aws[a-zA-Z-]*:lambda:)?(?:(?P<region>[a-z]{2}(?:-[a-z]+)+-\d):)?(?:(?P<account>\d{12}):)?"
    r"(?:function:)?(?P<name>[a-zA-Z0-9_-]+)(?::(?P<qualifier>\$LATEST|[a-zA-Z0-9_-]+))?"
)


@dataclass(frozen=True, slots=True)
class FunctionName:
    """A function as a request names it; what the request leaves out is empty.

    Parameters
    ----------
    name
        The function's name.
    qualifier
        A version or an alias.
    account, region
        From an ARN, or from a part of one, such as ``111122223333:function:orders``.
    """

    name: str
    qualifier: str = ""
    account: str = ""
    region: str = ""

    @property
    def qualified(self) -> str:
        """The name with its version or alias."""
        return f"{self.name}:{self.qualifier}" if self.qualifier else self.name


def parse_function_name(text: str) -> FunctionName:
    """Read a function's name, its ARN, or a part of its ARN, with or without a version or an alias.

    Examples
    --------
    >>> parse_function_name("111122223333:function:orders:live")
    FunctionName(name='orders', qualifier='live', account='111122223333', region='')
    """
    found = _FORM.fullmatch(text)
    if found is None:
        return FunctionName(text)
    return FunctionName(
        found["name"], found["qualifier"] or "", found["account"] or "", found["region"] or ""
    )
