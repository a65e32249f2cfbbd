"""What the sessions of GetSessionToken and GetFederationToken can't call, whatever their policies say.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html
"""

from __future__ import annotations

from rolecall.aws.errors import AwsError, failure
from rolecall.aws.operations import Operation
from rolecall.sandbox.callers import Caller
from rolecall.sandbox.sessions import SessionKind

_STS_OPERATIONS = {
    SessionKind.USER: frozenset({"AssumeRole", "GetCallerIdentity"}),
    SessionKind.FEDERATED: frozenset({"GetCallerIdentity"}),
}


def check_kind_of_session(operation: Operation, caller: Caller) -> None:
    """Check that a caller's kind of session can call an operation at all.

    Raises
    ------
    AwsError
        If it can't: IAM doesn't accept the credentials of a federated user, nor those of a session without
        MFA, and STS accepts few operations from either.
    """
    session = caller.session
    if session is None or session.kind in (SessionKind.ROLE, SessionKind.ROOT):
        return
    federated = session.kind is SessionKind.FEDERATED
    if operation.service == "iam" and (federated or not session.mfa):
        raise failure("unknown key", operation.service, operation.protocol)
    if operation.service == "sts" and operation.name not in _STS_OPERATIONS[session.kind]:
        raise AwsError("AccessDenied", f"Cannot call {operation.name} with session credentials", 403)
