"""Operations of IAM that are about the caller's own user if they name none."""

from __future__ import annotations

from botocore import xform_name
from botocore.exceptions import ClientError

from rolecall.aws.errors import AwsError
from rolecall.sandbox import moto_app
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.responses import Result


class OwnUser(Gap):
    """IAM takes the user name from the access key; moto looks for a user without a name."""

    operations = frozenset(
        {
            "iam.DeleteSigningCertificate",
            "iam.ListMFADevices",
            "iam.ListSSHPublicKeys",
            "iam.ListSigningCertificates",
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
        iam = moto_app.client("iam", call.account, call.region)
        parameters = {**call.operation.parameters, "UserName": user.name}
        try:
            result: Result = getattr(iam, xform_name(call.operation.name))(**parameters)
        except ClientError as error:
            found, status = error.response["Error"], error.response["ResponseMetadata"]["HTTPStatusCode"]
            raise AwsError(found["Code"], found["Message"], status) from None
        return result
