"""KMS keys that can't be used: disabled ones, and ones that will be deleted."""

from __future__ import annotations

from collections.abc import Iterator

from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.account_state import MotoAccountState
from rolecall.sandbox.moto_state.encryption import resolve_key
from rolecall.sandbox.moto_state.kms import unusable

_KEYS = ("KeyId", "SourceKeyId", "DestinationKeyId", "TargetKeyId")
_CIPHERTEXTS = frozenset({"Decrypt", "ReEncrypt"})
# https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html#key-state-table
_NOT_DISABLED = frozenset(
    {
        "CreateGrant",
        "Decrypt",
        "DeriveSharedSecret",
        "DisableKeyRotation",
        "EnableKeyRotation",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "GetPublicKey",
        "ReEncrypt",
        "RotateKeyOnDemand",
        "Sign",
        "Verify",
        "VerifyMac",
    }
)
_NOT_DELETED = frozenset(
    {
        "CreateAlias",
        "DisableKey",
        "EnableKey",
        "ScheduleKeyDeletion",
        "TagResource",
        "UntagResource",
        "UpdateAlias",
        "UpdateKeyDescription",
    }
)


class KeyStates(Gap):
    """KMS doesn't use a key that is disabled or pending deletion; moto uses it."""

    operations = frozenset(f"kms.{name}" for name in _NOT_DISABLED | _NOT_DELETED)
    rule = "https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html"

    def before(self, call: Call) -> None:
        """Raise DisabledException or KMSInvalidStateException."""
        for key in self._keys(call):
            error = unusable(key)
            if error is None:
                continue
            if call.operation.name in _NOT_DISABLED or error.code == "KMSInvalidStateException":
                raise error

    def _keys(self, call: Call) -> Iterator[str]:
        """Yield the ARN of each key that a call uses."""
        parameters = call.operation.parameters
        for name in filter(None, (parameters.get(one) for one in _KEYS)):
            if key := resolve_key(str(name), call.account, call.region, self.runtime.iam.accounts):
                yield key
        if call.operation.name in _CIPHERTEXTS and (blob := parameters.get("CiphertextBlob")):
            state = MotoAccountState(self.runtime.iam)
            if key := state.ciphertext_key(call.account, call.region, bytes(blob)):
                yield key
