"""Characters that XML can't hold, not even escaped.

https://www.w3.org/TR/xml/#charsets
"""

from __future__ import annotations

import re

from rolecall.aws.errors import failure
from rolecall.aws.http import HttpRequest
from rolecall.aws.operations import Operation

# The bytes of the characters below 32 in a form, percent-encoded or not, except tab, newline, and return.
_IN_FORM = re.compile(rb"%(?:0[0-8BCEF]|1[0-9A-F])|[\x00-\x08\x0b\x0c\x0e-\x1f]", re.IGNORECASE)
# Messages are any text of UTF-8, and no response of these operations contains one.
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
_WITH_ANY_TEXT = frozenset({("sns", "Publish"), ("sns", "PublishBatch")})


def check_form(operation: Operation, request: HttpRequest) -> None:
    """Check that the parameters of a form can be part of a response in XML.

    Raises
    ------
    AwsError
        If a parameter has a control character. No pattern in the models of these services allows one.
    """
    if (operation.service, operation.name) in _WITH_ANY_TEXT:
        return
    if operation.protocol in ("query", "ec2") and (
        _IN_FORM.search(request.body) or _IN_FORM.search(request.query.encode("latin-1", "replace"))
    ):
        message = "The request has a control character, which no parameter can have."
        raise failure("unreadable", operation.service, operation.protocol, message)
