"""Locked objects, which can't be deleted and whose retention can't be shortened."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.s3 import can_lock_objects, has_lock, is_locked, object_retention

_NO_LOCK = "The specified object does not have a ObjectLock configuration"
_VERSIONED = (
    "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
)


class ObjectLock(Gap):
    """Only a bypass of governance mode ends a retention early, and missing locks are errors.

    moto lets everyone shorten a retention, and fails on objects without one.
    """

    operations = frozenset(
        {
            "s3.DeleteObject",
            "s3.GetObjectLegalHold",
            "s3.GetObjectRetention",
            "s3.PutBucketVersioning",
            "s3.PutObjectLegalHold",
            "s3.PutObjectRetention",
        }
    )
    rule = (
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html#object-lock-retention-modes"
    )

    def before(self, call: Call) -> None:
        """Raise AccessDenied for a locked version, or a retention that is weaker than the one in force.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectRetention.html
        https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
        """
        parameters = call.operation.parameters
        bucket, key = call.operation.text("Bucket", ""), call.operation.text("Key", "")
        version, bypass = (
            call.operation.text("VersionId"),
            bool(parameters.get("BypassGovernanceRetention")),
        )
        if call.operation.name == "DeleteObject":
            if version is not None and is_locked(bucket, key, version, bypass=bypass):
                raise _locked()
            return
        enabled, kind = can_lock_objects(bucket), call.operation.name[len("GetObject") :]
        if call.operation.name == "PutBucketVersioning":
            if enabled and (parameters.get("VersioningConfiguration") or {}).get("Status") == "Suspended":
                raise AwsError("InvalidBucketState", _VERSIONED, 409)
            return
        if enabled is False:
            raise AwsError("InvalidRequest", "Bucket is missing Object Lock Configuration", 400)
        if call.operation.name.startswith("Get") and not has_lock(bucket, key, version, kind):
            raise AwsError("NoSuchObjectLockConfiguration", _NO_LOCK, 404)
        if call.operation.name != "PutObjectRetention":
            return
        given = parameters.get("Retention") or {}
        ends = _time(given.get("RetainUntilDate"))
        if ends is not None and ends <= self.runtime.clock.now():
            raise AwsError("InvalidArgument", "The retain until date must be in the future!", 400)
        mode, until = object_retention(bucket, key, version)
        if until is None or until <= self.runtime.clock.now():
            return
        if mode == "GOVERNANCE" and bypass:
            return
        if ends is None or ends < until or (mode, given.get("Mode")) == ("COMPLIANCE", "GOVERNANCE"):
            raise _locked()


def _locked() -> AwsError:
    return AwsError("AccessDenied", "Access Denied because object protected by object lock.", 403)


def _time(value: Any) -> datetime | None:
    if isinstance(value, str):
        value = datetime.fromisoformat(value.replace("Z", "+00:00"))
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
