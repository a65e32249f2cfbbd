"""Ciphertexts of another KMS key than the one that a request names."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.encryption import resolve_key

_NAMED = {"kms.Decrypt": "KeyId", "kms.ReEncrypt": "SourceKeyId"}
_KEY_ID_LENGTH = 36
_INCORRECT = "The key ID in the request does not identify a CMK that can perform this operation."


class IncorrectKeys(Gap):
    """KMS decrypts only with the named key; moto uses the key of the ciphertext in ReEncrypt."""

    operations = frozenset(_NAMED)
    rule = "https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html#API_ReEncrypt_Errors"

    def before(self, call: Call) -> None:
        """Raise IncorrectKeyException."""
        ciphertext = call.operation.parameters.get("CiphertextBlob")
        named = call.operation.text(_NAMED[call.name])
        if named is None or not isinstance(ciphertext, bytes):
            return
        accounts = self.runtime.iam.accounts
        # moto begins a ciphertext with the ID of its key. Multi-Region keys share theirs.
        own = resolve_key(
            ciphertext[:_KEY_ID_LENGTH].decode("ascii", "replace"), call.account, call.region, accounts
        )
        key = resolve_key(named, call.account, call.region, accounts)
        if own is not None and key is not None and _id(own) != _id(key):
            raise AwsError("IncorrectKeyException", _INCORRECT, 400)


def _id(arn: str) -> str:
    return arn.rpartition("/")[2]
