"""KMS keys that are for another cryptographic operation, and ciphertexts that are none."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.encryption import resolve_key
from rolecall.sandbox.moto_state.kms import key_usage
from rolecall.sandbox.responses import Response

# https://docs.aws.amazon.com/kms/latest/developerguide/create-keys.html#key-usage
_USAGES = {
    "kms.Decrypt": "ENCRYPT_DECRYPT",
    "kms.Encrypt": "ENCRYPT_DECRYPT",
    "kms.GenerateDataKey": "ENCRYPT_DECRYPT",
    "kms.GenerateDataKeyPair": "ENCRYPT_DECRYPT",
    "kms.GenerateDataKeyPairWithoutPlaintext": "ENCRYPT_DECRYPT",
    "kms.GenerateDataKeyWithoutPlaintext": "ENCRYPT_DECRYPT",
    "kms.GenerateMac": "GENERATE_VERIFY_MAC",
    "kms.Sign": "SIGN_VERIFY",
    "kms.Verify": "SIGN_VERIFY",
    "kms.VerifyMac": "GENERATE_VERIFY_MAC",
}
_TAGGING = frozenset({"kms.CreateKey", "kms.ReplicateKey", "kms.TagResource"})
_ROTATED = frozenset({"kms.EnableKeyRotation", "kms.RotateKeyOnDemand"})


class KeyUsages(Gap):
    """KMS uses a key only for what its key usage says, and reserves tags; moto encrypts with any key."""

    operations = frozenset(_USAGES) | _TAGGING | _ROTATED
    rule = "https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html"

    def before(self, call: Call) -> None:
        """Raise InvalidKeyUsageException, UnsupportedOperationException, or TagException."""
        if call.name in _TAGGING:
            _check_tags(call)
            return
        named = call.operation.text("KeyId")
        key = resolve_key(named, call.account, call.region, self.runtime.iam.accounts) if named else None
        usage = key_usage(key) if key else None
        if key is None or usage is None:
            return
        if call.name in _ROTATED:
            if usage != "ENCRYPT_DECRYPT":
                raise AwsError("UnsupportedOperationException", "", 400)
        elif usage != _USAGES[call.name]:
            message = f"{key} key usage is {usage} which is not valid for {call.operation.name}."
            raise AwsError("InvalidKeyUsageException", message, 400)

    def after(self, call: Call, response: Response) -> Response:
        """Raise InvalidCiphertextException where moto says that the access is denied."""
        if call.name == "kms.Decrypt" and response.error == "AccessDeniedException":
            raise AwsError("InvalidCiphertextException", "", 400)
        return response


def _check_tags(call: Call) -> None:
    for tag in call.operation.parameters.get("Tags") or ():
        if str(tag.get("TagKey")).lower().startswith("aws:"):
            raise AwsError("TagException", "Tags beginning with aws: are reserved", 400)
