"""https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetMFADevice.html"""

import time

import pyotp
import pytest
from botocore.exceptions import ClientError

SERIAL = "arn:aws:iam::111122223333:mfa/phone"


def test_a_device_names_its_user(iam):
    iam.create_user(UserName="caller")
    created = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
    codes = pyotp.TOTP(created["Base32StringSeed"].decode())
    iam.enable_mfa_device(
        UserName="caller",
        SerialNumber=SERIAL,
        AuthenticationCode1=codes.at(int(time.time()) - 30),
        AuthenticationCode2=codes.now(),
    )

    device = iam.get_mfa_device(SerialNumber=SERIAL)

    assert (device["UserName"], device["SerialNumber"]) == ("caller", SERIAL)


def test_a_device_that_no_one_has_is_no_entity(iam):
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_mfa_device(SerialNumber="arn:aws:iam::111122223333:mfa/lost")
