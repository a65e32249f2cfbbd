"""The S3 actions that depend on more than one parameter of the same item.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
"""

from __future__ import annotations

from rolecall.aws.operations import Operation


def deletions(operation: Operation) -> list[tuple[str, str]]:
    """Return the action and the ARN for each object of a DeleteObjects request, in its order.

    S3 decides about each object, and reports a denial in the response, not as an error.
    """
    bucket = operation.text("Bucket")
    objects = (operation.parameters.get("Delete") or {}).get("Objects") or []
    return [
        (
            "s3:DeleteObjectVersion" if one.get("VersionId") else "s3:DeleteObject",
            f"arn:aws:s3:::{bucket}/{one.get('Key', '')}",
        )
        for one in objects
    ] or [("s3:DeleteObject", f"arn:aws:s3:::{bucket}/*")]
