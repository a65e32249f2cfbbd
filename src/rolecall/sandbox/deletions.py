"""DeleteObjects: each key is decided on its own, and a refused one is told in the answer beside the others.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from wsgiref.types import StartResponse
from xml.sax.saxutils import escape

from rolecall.aws.operations import Operation
from rolecall.sandbox import moto_app


def delete_objects(
    operation: Operation, refused: Sequence[str | None], account: str, region: str, start: StartResponse
) -> list[bytes]:
    """Deletes what may be deleted, and answers for every key.

    Parameters
    ----------
    refused
        For each object of the request, the message of its denial, or None.
    account
        The bucket's owner.
    """
    wanted = operation.parameters.get("Delete") or {}
    objects: list[dict[str, Any]] = list(wanted.get("Objects") or [])
    allowed = [one for one, told in zip(objects, refused, strict=True) if told is None]
    told: list[str] = []
    if allowed:
        s3 = moto_app.client("s3", account, region)
        answer = s3.delete_objects(Bucket=operation.text("Bucket"), Delete={"Objects": allowed})
        told += [_element("Deleted", one) for one in answer.get("Deleted", []) if not wanted.get("Quiet")]
        told += [_element("Error", one) for one in answer.get("Errors", [])]
    told += [
        _element("Error", {**_named(one), "Code": "AccessDenied", "Message": message})
        for one, message in zip(objects, refused, strict=True)
        if message is not None
    ]
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{"".join(told)}</DeleteResult>'
    ).encode()
    start("200 OK", [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
    return [body]


def _named(one: dict[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in ("Key", "VersionId") if one.get(name)}


def _element(tag: str, fields: dict[str, Any]) -> str:
    inner = "".join(
        f"<{name}>{escape(str(value).lower() if isinstance(value, bool) else str(value))}</{name}>"
        for name, value in fields.items()
    )
    return f"<{tag}>{inner}</{tag}>"
