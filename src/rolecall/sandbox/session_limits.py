"""What a session can't call, whatever its policies say, and what it needs further permissions for.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html
"""

from __future__ import annotations

from rolecall.aws.authorization import Check
from rolecall.aws.errors import AwsError, failure
from rolecall.aws.operations import Operation
from rolecall.sandbox.callers import Caller
from rolecall.sandbox.sessions import SessionKind

_STS_OPERATIONS = {
    SessionKind.USER: frozenset({"AssumeRole", "GetCallerIdentity"}),
    SessionKind.FEDERATED: frozenset({"GetCallerIdentity"}),
}
# No session can call them, not even a session of a role that is allowed to.
_FOR_LONG_TERM_CREDENTIALS = frozenset({"GetFederationToken", "GetSessionToken"})


def check_kind_of_session(operation: Operation, caller: Caller) -> None:
    """Check that a caller's kind of session can call an operation at all.

    Raises
    ------
    AwsError
        If it can't: IAM doesn't accept the credentials of a federated user, nor those of a session without
        MFA, and STS accepts few operations from either.
    """
    session = caller.session
    if session is None:
        return
    if operation.service == "sts" and operation.name in _FOR_LONG_TERM_CREDENTIALS:
        raise AwsError("AccessDenied", f"Cannot call {operation.name} with session credentials", 403)
    if session.kind in (SessionKind.ROLE, SessionKind.ROOT):
        return
    federated = session.kind is SessionKind.FEDERATED
    if operation.service == "iam" and (federated or not session.mfa):
        raise failure("unknown key", operation.service, operation.protocol)
    if operation.service == "sts" and operation.name not in _STS_OPERATIONS[session.kind]:
        raise AwsError("AccessDenied", f"Cannot call {operation.name} with session credentials", 403)


def chaining_checks(operation: Operation, caller: Caller) -> list[Check]:
    """Return the permissions that a session needs to pass its tags and source identity to the next role.

    AssumeRole passes transitive tags and the source identity along, also if the request doesn't name them.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
    https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
    """
    session = caller.session
    if session is None or (operation.service, operation.name) != ("sts", "AssumeRole"):
        return []
    inherited = {
        "sts:TagSession": session.transitive_tags and not operation.parameters.get("Tags"),
        "sts:SetSourceIdentity": session.source_identity and not operation.text("SourceIdentity"),
    }
    role = operation.text("RoleArn", "")
    return [Check(action, role) for action, is_inherited in inherited.items() if is_inherited]
