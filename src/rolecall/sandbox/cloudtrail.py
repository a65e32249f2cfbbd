"""Decisions in the shape of CloudTrail's records.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from __future__ import annotations

from typing import Any

from rolecall.iam import Request

_TYPES = {
    "User": "IAMUser",
    "Account": "Root",
    "AssumedRole": "AssumedRole",
    "FederatedUser": "FederatedUser",
    "Service": "AWSService",
    "Anonymous": "AWSAccount",
}


def user_identity(request: Request) -> dict[str, Any]:
    """Return the ``userIdentity`` element of a request."""
    caller = request.caller
    kind = _TYPES[caller.kind.value]
    if kind == "AWSService":
        return {"type": kind, "invokedBy": caller.name}
    if kind == "AWSAccount":
        return {"type": kind, "principalId": "", "accountId": "anonymous"}
    user_id = request.context.get("aws:userid", ("",))[0]
    identity: dict[str, Any] = {
        "type": kind,
        "principalId": user_id,
        "arn": caller.name,
        "accountId": caller.account,
    }
    if kind == "IAMUser":
        identity["userName"] = caller.name.rpartition("/")[2]
    issued = request.context.get("aws:tokenissuetime")
    if issued is not None:
        mfa = request.context.get("aws:multifactorauthpresent", ("false",))[0]
        session: dict[str, Any] = {"attributes": {"creationDate": issued[0], "mfaAuthenticated": mfa}}
        if caller.role_arn is not None:
            session["sessionIssuer"] = {
                "type": "Role",
                "principalId": user_id.partition(":")[0],
                "arn": caller.role_arn,
                "accountId": caller.account,
                "userName": caller.role_arn.rpartition("/")[2],
            }
        identity["sessionContext"] = session
    return identity
