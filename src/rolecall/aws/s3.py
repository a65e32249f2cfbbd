"""The objects that one request to S3 deletes, and the one that it copies.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
"""

from __future__ import annotations

from urllib.parse import parse_qs, unquote

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


def copied_object(source: str) -> tuple[str, str | None]:
    """Return the object in ``x-amz-copy-source``, as bucket and key, and its version if one is named.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html#API_CopyObject_RequestSyntax

    Parameters
    ----------
    source
        The value of the header, whose path is encoded as in a URL.
    """
    path, _, query = source.partition("?")
    return unquote(path).lstrip("/"), parse_qs(query).get("versionId", [None])[0]
