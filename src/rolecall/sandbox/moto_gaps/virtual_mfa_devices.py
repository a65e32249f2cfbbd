"""The codes that enable a virtual MFA device, and the devices that are in use."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.mfa import are_consecutive_codes
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.iam import iam_backend


class VirtualMfaDevices(Gap):
    """Two consecutive codes enable a device, and one in use isn't deleted; moto takes any code."""

    operations = frozenset({"iam.DeleteVirtualMFADevice", "iam.EnableMFADevice", "iam.ResyncMFADevice"})
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableMFADevice.html"

    def before(self, call: Call) -> None:
        """Raise an error for wrong codes, a device in use, or a device that doesn't exist.

        The sandbox has no hardware devices, and doesn't know their codes.
        """
        serial = call.operation.text("SerialNumber", "")
        state = iam_backend(call.account)
        device = state.virtual_mfa_devices.get(serial)
        if device is None:
            kind = "VirtualMFADevice" if call.operation.name == "DeleteVirtualMFADevice" else "MFA Device"
            raise AwsError("NoSuchEntity", f"{kind} with serial number {serial} does not exist.", 404)
        if call.operation.name == "DeleteVirtualMFADevice":
            if any(serial in user.mfa_devices for user in list(state.users.values())):
                raise AwsError("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.", 409)
            return
        first, second = (call.operation.text(f"AuthenticationCode{number}", "") for number in (1, 2))
        clock = self.runtime.clock
        # A program that computes the codes doesn't know that the sandbox's clock was advanced.
        if not are_consecutive_codes(
            device.base32_string_seed, first, second, clock.now(), clock.real_now()
        ):
            raise AwsError("InvalidAuthenticationCode", "Authentication code for device is not valid.", 403)
