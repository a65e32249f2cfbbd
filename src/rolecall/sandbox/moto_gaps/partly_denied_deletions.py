"""DeleteObjects, which S3 decides for each key."""

from __future__ import annotations

from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.sandbox import moto_app
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.s3 import bucket_account
from rolecall.sandbox.responses import Result


class PartlyDeniedDeletions(Gap):
    """DeleteObjects deletes the keys that are allowed, and lists the denied ones as errors."""

    operations = frozenset({"s3.DeleteObjects"})
    rule = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html"
    answers = True

    def before(self, call: Call) -> Result | None:
        """Delete what is allowed, and return a result for every key."""
        request = call.operation.parameters.get("Delete") or {}
        objects: list[dict[str, Any]] = list(request.get("Objects") or [])
        if not objects:
            return None
        bucket = call.operation.text("Bucket") or ""
        if bucket_account(bucket) is None:
            raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404)
        decided = list(zip(objects, call.denials, strict=True))
        allowed = [item for item, denial in decided if denial is None]
        deleted: list[dict[str, Any]] = []
        errors: list[dict[str, Any]] = []
        if allowed:
            s3 = moto_app.client("s3", call.account, call.region)
            answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": allowed})
            deleted += [] if request.get("Quiet") else answer.get("Deleted", [])
            errors += answer.get("Errors", [])
        for item, denial in decided:
            if denial is not None:
                named = {field: item[field] for field in ("Key", "VersionId") if item.get(field)}
                errors.append({**named, "Code": "AccessDenied", "Message": denial})
        return {
            **({"Deleted": deleted} if deleted else {}),
            **({"Errors": errors} if errors else {}),
        }
