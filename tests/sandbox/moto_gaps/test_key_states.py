"""KMS keys that can't be used in their state.

https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html#key-state-table
"""

import pytest
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def kms(administered):
    return administered.client("kms", actor="admin")


@pytest.fixture
def key(kms):
    """Return the ARN of a new key."""
    return kms.create_key()["KeyMetadata"]["Arn"]


def test_a_disabled_key_neither_encrypts_nor_decrypts(kms, key):
    ciphertext = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=key)
    with pytest.raises(kms.exceptions.DisabledException, match=f"{key} is disabled"):
        kms.encrypt(KeyId=key, Plaintext=b"x")
    with pytest.raises(kms.exceptions.DisabledException):
        kms.decrypt(CiphertextBlob=ciphertext)
    kms.enable_key(KeyId=key)
    assert kms.decrypt(CiphertextBlob=ciphertext)["Plaintext"] == b"x"


def test_a_key_pending_deletion_is_only_read_until_its_deletion_is_canceled(kms, key):
    kms.schedule_key_deletion(KeyId=key)
    for name, parameters in (
        ("generate_data_key", {"KeySpec": "AES_256"}),
        ("enable_key", {}),
        ("schedule_key_deletion", {}),
    ):
        with pytest.raises(kms.exceptions.KMSInvalidStateException, match="is pending deletion"):
            getattr(kms, name)(KeyId=key, **parameters)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    kms.cancel_key_deletion(KeyId=key)


def test_a_disabled_key_can_still_get_an_alias(kms, key):
    kms.disable_key(KeyId=key)
    kms.create_alias(AliasName="alias/disabled", TargetKeyId=key)


def test_s3_passes_on_that_the_key_of_an_object_is_disabled(administered, kms, key):
    s3 = administered.client("s3", actor="admin")
    s3.create_bucket(Bucket="with-keys")
    s3.put_object(Bucket="with-keys", Key="a", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    kms.disable_key(KeyId=key)
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket="with-keys", Key="a")
    assert error.value.response["Error"]["Code"] == "KMS.DisabledException"


def test_an_administrator_learns_that_a_key_does_not_exist(kms):
    for name, parameters in (
        ("generate_data_key", {"KeySpec": "AES_256"}),
        ("generate_mac", {"Message": b"x", "MacAlgorithm": "HMAC_SHA_256"}),
        ("encrypt", {"Plaintext": b"x"}),
    ):
        with pytest.raises(kms.exceptions.NotFoundException):
            getattr(kms, name)(KeyId="alias/missing", **parameters)
