"""Operations of IAM that are about the caller's own user if they name none."""

from __future__ import annotations

from dataclasses import replace

from rolecall.sandbox import moto_app
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.responses import Result


class OwnUser(Gap):
    """IAM takes the user name from the credentials; moto finds no user of a session, or another one."""

    operations = frozenset(
        {
            "iam.CreateAccessKey",
            "iam.DeactivateMFADevice",
            "iam.DeleteAccessKey",
            "iam.DeleteSigningCertificate",
            "iam.GetUser",
            "iam.ListAccessKeys",
            "iam.ListMFADevices",
            "iam.ListSSHPublicKeys",
            "iam.ListSigningCertificates",
            "iam.UpdateAccessKey",
            "iam.UpdateSigningCertificate",
            "iam.UploadSigningCertificate",
        }
    )
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html"

    def before(self, call: Call) -> Result | None:
        """Let moto perform the operation for the caller's user."""
        user = call.caller.user
        if call.operation.text("UserName") or user is None:
            return None
        parameters = {**call.operation.parameters, "UserName": user.name}
        return moto_app.call(replace(call.operation, parameters=parameters), call.account, call.region)
