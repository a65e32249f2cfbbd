"""The response of S3 to an upload by a form.

https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
"""

from __future__ import annotations

from urllib.parse import quote, urlencode, urlsplit
from xml.sax.saxutils import escape

from werkzeug.urls import iri_to_uri

from rolecall.aws.s3_forms import Form
from rolecall.sandbox.responses import Response

_STATUSES = {"200": 200, "201": 201}


def form_response(form: Form, stored: Response, host: str) -> Response:
    """Return the response to a form from the response to the PutObject that did the same.

    Parameters
    ----------
    form
        The form.
    stored
        The response to PutObject.
    host
        The ``Host`` of the request.
    """
    if not stored.ok:
        return stored
    kept = {name.lower(): value for name, value in stored.headers}
    etag, location = kept.get("etag", ""), f"http://{host}/{form.bucket}/{quote(form.key)}"
    headers = [("ETag", etag), ("Location", location)]
    redirect = form.fields.get("success_action_redirect") or form.fields.get("redirect")
    if redirect and urlsplit(redirect).scheme in ("http", "https"):
        # Another character would end the header, or can't be in one.
        redirect = iri_to_uri(redirect)
        added = urlencode({"bucket": form.bucket, "key": form.key, "etag": etag})
        headers[1] = ("Location", f"{redirect}{'&' if urlsplit(redirect).query else '?'}{added}")
        return Response(303, (*headers, ("Content-Length", "0")), b"")
    status = _STATUSES.get(form.fields.get("success_action_status", ""), 204)
    if status != 201:
        return Response(status, (*headers, ("Content-Length", "0")), b"")
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>'
        f"<Location>{escape(location)}</Location><Bucket>{escape(form.bucket)}</Bucket>"
        f"<Key>{escape(form.key)}</Key><ETag>{escape(etag)}</ETag></PostResponse>"
    ).encode()
    headers += [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))]
    return Response(status, tuple(headers), body)
