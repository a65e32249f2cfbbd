"""When an MFA device was enabled, and for which user."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.iam import iam_backend
from rolecall.sandbox.responses import Result


class MfaDeviceDetails(Gap):
    """IAM returns one MFA device of a user; moto lists them only."""

    operations = frozenset({"iam.GetMFADevice"})
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetMFADevice.html"
    answers = True

    def before(self, call: Call) -> Result:
        """Return the device, or raise NoSuchEntity."""
        serial = call.operation.text("SerialNumber", "")
        asked = call.operation.text("UserName")
        for user in list(iam_backend(call.account).users.values()):
            device = user.mfa_devices.get(serial)
            if device is not None and asked in (None, user.name):
                return {"UserName": user.name, "SerialNumber": serial, "EnableDate": device.enable_date}
        raise AwsError("NoSuchEntity", f"MFA Device with serial number {serial} does not exist.", 404)
