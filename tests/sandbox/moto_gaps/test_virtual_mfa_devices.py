"""A virtual MFA device is enabled with two of its codes.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableMFADevice.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_iam_mfa-selfmanage.html
"""

import time

import pyotp
import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def device(iam, request):
    """A user with the test's name, and a device for it."""
    iam.create_user(UserName=request.node.name)
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName=request.node.name)["VirtualMFADevice"]
    totp = pyotp.TOTP(made["Base32StringSeed"].decode())
    return {"UserName": request.node.name, "SerialNumber": made["SerialNumber"]}, totp


def codes(totp, *moments) -> dict[str, str]:
    return {
        f"AuthenticationCode{number}": totp.at(moment) for number, moment in enumerate(moments, start=1)
    }


def code_of(call, **parameters) -> str:
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    return raised.value.response["Error"]["Code"]


def test_made_up_codes_enable_nothing(iam, device):
    names, _ = device
    made_up = {"AuthenticationCode1": "123456", "AuthenticationCode2": "234567"}

    assert code_of(iam.enable_mfa_device, **names, **made_up) == "InvalidAuthenticationCode"
    assert iam.list_mfa_devices(UserName=names["UserName"])["MFADevices"] == []


def test_a_device_that_does_not_exist_is_not_enabled(iam, device):
    names = device[0] | {"SerialNumber": device[0]["SerialNumber"] + "-2"}
    made_up = {"AuthenticationCode1": "123456", "AuthenticationCode2": "234567"}

    assert code_of(iam.enable_mfa_device, **names, **made_up) == "NoSuchEntity"


def test_two_consecutive_codes_enable_the_device(iam, device):
    names, totp = device
    now = time.time()

    assert code_of(iam.enable_mfa_device, **names, **codes(totp, now, now)) == "InvalidAuthenticationCode"

    iam.enable_mfa_device(**names, **codes(totp, now - 30, now))

    (enabled,) = iam.list_mfa_devices(UserName=names["UserName"])["MFADevices"]
    assert enabled["SerialNumber"] == names["SerialNumber"]


def test_old_codes_enable_nothing(iam, device):
    names, totp = device
    then = time.time() - 600

    assert (
        code_of(iam.enable_mfa_device, **names, **codes(totp, then, then + 30))
        == "InvalidAuthenticationCode"
    )


def test_a_device_in_use_is_not_deleted(iam, device):
    names, totp = device
    now = time.time()
    iam.enable_mfa_device(**names, **codes(totp, now, now + 30))

    assert code_of(iam.delete_virtual_mfa_device, SerialNumber=names["SerialNumber"]) == "DeleteConflict"

    iam.deactivate_mfa_device(**names)
    iam.delete_virtual_mfa_device(SerialNumber=names["SerialNumber"])
