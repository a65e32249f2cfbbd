"""IDs by which AWS Support finds a request: no two responses have the same."""

from __future__ import annotations

import base64
import os
import uuid

_S3_ID_BYTES = 8
_S3_HOST_ID_BYTES = 56


def new_request_id(service: str) -> str:
    """Return an ID for a response of a service.

    https://docs.aws.amazon.com/AmazonS3/latest/API/get-request-ids.html
    """
    return os.urandom(_S3_ID_BYTES).hex().upper() if service == "s3" else str(uuid.uuid4())


def request_id_headers(service: str, request_id: str) -> list[tuple[str, str]]:
    """Return the headers that tell an ID; S3 also names the host that answered."""
    if service == "s3":
        host = base64.b64encode(os.urandom(_S3_HOST_ID_BYTES)).decode()
        return [("x-amz-request-id", request_id), ("x-amz-id-2", host)]
    return [("x-amzn-RequestId", request_id)]
