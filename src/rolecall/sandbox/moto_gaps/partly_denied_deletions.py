"""DeleteObjects, which S3 decides for each key."""

from __future__ import annotations

from typing import Any

from rolecall.aws.authorization import Check
from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.s3 import delete_objects
from rolecall.sandbox.responses import Result

_MOST_OBJECTS = 1000
_MALFORMED = "The XML you provided was not well-formed or did not validate against our published schema"


class PartlyDeniedDeletions(Gap):
    """DeleteObjects deletes the keys that are allowed, and lists the denied ones as errors."""

    operations = frozenset({"s3.DeleteObjects"})
    rule = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html"
    answers = True

    def validate(self, call: Call) -> None:
        """Raise MalformedXML for no objects, or too many."""
        objects = (call.operation.parameters.get("Delete") or {}).get("Objects") or []
        if not 0 < len(objects) <= _MOST_OBJECTS:
            raise AwsError("MalformedXML", _MALFORMED, 400)

    def before(self, call: Call) -> Result:
        """Delete what is allowed, and return a result for every key."""
        request = call.operation.parameters.get("Delete") or {}
        objects: list[dict[str, Any]] = list(request.get("Objects") or [])
        bucket = call.operation.text("Bucket", "")
        bypass = bool(call.operation.parameters.get("BypassGovernanceRetention"))
        decided = [
            (item, denial or (self._bypass_denial(call, bucket, item) if bypass else None))
            for item, denial in zip(objects, call.denials, strict=True)
        ]
        allowed = [item for item, denial in decided if denial is None]
        deleted, errors = delete_objects(bucket, allowed, bypass=bypass)
        if request.get("Quiet"):
            deleted = []
        for item, denial in decided:
            if denial is not None:
                named = {field: item[field] for field in ("Key", "VersionId") if item.get(field)}
                errors.append({**named, "Code": "AccessDenied", "Message": denial})
        return {
            **({"Deleted": deleted} if deleted else {}),
            **({"Errors": errors} if errors else {}),
        }

    def _bypass_denial(self, call: Call, bucket: str, item: dict[str, Any]) -> str | None:
        """Return the denial of the permission to bypass governance mode; None if it is allowed.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html#object-lock-managing-bypass
        """
        needed = Check("s3:BypassGovernanceRetention", f"arn:aws:s3:::{bucket}/{item.get('Key', '')}")
        try:
            self.runtime.authorizer.require(call, needed)
        except AwsError as error:
            return error.message
        return None
