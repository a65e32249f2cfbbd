"""The message of a denied request in each service's own words.

Most services return IAM's message as it is; `rolecall.iam.denial_message` writes it.
"""

from __future__ import annotations

from dataclasses import dataclass

from rolecall import iam


@dataclass(frozen=True, slots=True)
class _Wording:
    """How the message of a service differs from IAM's.

    Parameters
    ----------
    before
        Text before IAM's message.
    lowercase_action
        Whether the action is in lower case.
    """

    before: str = ""
    lowercase_action: bool = False


_WORDINGS = {
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (UnauthorizedOperation)
    "ec2": _Wording(before="You are not authorized to perform this operation. "),
    "sqs": _Wording(lowercase_action=True),
}
_AS_IAM = _Wording()


def denial_message(service: str, decision: iam.Decision) -> str:
    """Return the message with which a service denies a request.

    Parameters
    ----------
    service
        The service's name in botocore, such as ``ec2``.
    decision
        The denial.
    """
    wording = _WORDINGS.get(service, _AS_IAM)
    action = decision.request.action_lower if wording.lowercase_action else None
    return wording.before + iam.denial_message(decision, action)
