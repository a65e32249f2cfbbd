"""Resources that don't exist, in the operations in which moto expects them."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.encryption import resolve_key
from rolecall.sandbox.moto_state.s3 import bucket_account, object_exists
from rolecall.sandbox.moto_state.secretsmanager import secret_arn


class MissingResources(Gap):
    """Services say that an object, a key, or a secret doesn't exist; moto fails on some of them."""

    operations = frozenset(
        {
            "kms.CreateGrant",
            "kms.ListGrants",
            "kms.RetireGrant",
            "kms.RevokeGrant",
            "s3.DeleteObjectTagging",
            "s3.PutObjectTagging",
            "secretsmanager.ListSecretVersionIds",
        }
    )
    rule = "https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html#API_ListGrants_Errors"

    def before(self, call: Call) -> None:
        """Raise the service's error."""
        operation = call.operation
        match operation.service:
            case "kms":
                self._check_key(call, operation.text("KeyId"))
            case "s3":
                bucket, key = operation.text("Bucket", ""), operation.text("Key", "")
                versioned = operation.text("VersionId")
                if not versioned and bucket_account(bucket) and not object_exists(bucket, key):
                    details = {"Key": key}
                    raise AwsError("NoSuchKey", "The specified key does not exist.", 404, details)
            case "secretsmanager":
                name = operation.text("SecretId", "")
                if secret_arn(call.account, call.region, name) is None:
                    message = "Secrets Manager can't find the specified secret."
                    raise AwsError("ResourceNotFoundException", message)

    def _check_key(self, call: Call, key: str | None) -> None:
        if key is None or resolve_key(key, call.account, call.region, self.runtime.iam.accounts):
            return
        arn = key if key.startswith("arn:") else f"arn:aws:kms:{call.region}:{call.account}:key/{key}"
        raise AwsError("NotFoundException", f"Key '{arn}' does not exist")
