"""Uploads to S3 by an HTML form, whose fields carry the signature and a policy.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import quote, unquote, urlencode
from xml.etree import ElementTree

from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from rolecall.aws import sigv2
from rolecall.aws._signing_key import signing_key
from rolecall.aws.errors import AwsError
from rolecall.aws.http import HttpRequest
from rolecall.aws.sigv4 import Signature, is_same

# Fields that need no condition in the policy.
_FREE = frozenset({"awsaccesskeyid", "signature", "x-amz-signature", "file", "policy"})
# Fields that are headers of the upload.
_HEADERS = frozenset(
    {"cache-control", "content-disposition", "content-encoding", "content-type", "expires"}
)


@dataclass(frozen=True, slots=True)
class Form:
    """An upload by a form.

    Parameters
    ----------
    bucket
        The bucket in the path of the request.
    fields
        The fields of the form, by lower-case name, with ``${filename}`` replaced.
    body
        The contents of the file.
    """

    bucket: str
    fields: Mapping[str, str]
    body: bytes

    @property
    def key(self) -> str:
        """The key of the object."""
        return self.fields["key"]

    def signature(self) -> Signature | None:
        """Return the signature in the fields, or None for an anonymous upload."""
        get = self.fields.get
        token = get("x-amz-security-token")
        now = datetime.now(UTC)
        try:
            signed_at = datetime.strptime(get("x-amz-date", ""), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except ValueError:
            signed_at = now
        if "x-amz-signature" in self.fields:
            try:
                key, date, region, service, _ = get("x-amz-credential", "").split("/")
            except ValueError:
                scope = "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request"
                message = f'The Credential is mal-formed; expecting "{scope}".'
                raise AwsError("AuthorizationQueryParametersError", message, 400) from None
            return Signature(
                key,
                date,
                region,
                service,
                (),
                self.fields["x-amz-signature"],
                "",
                signed_at,
                None,
                token,
                form=True,
            )
        if "awsaccesskeyid" in self.fields:
            return Signature(
                self.fields["awsaccesskeyid"], "", "", "s3", (), get("signature", ""), "", now, None, token,
                algorithm=sigv2.ALGORITHM, form=True,
            )  # fmt: skip
        return None

    def is_signed_with(self, signature: Signature, secret: str) -> bool:
        """Whether the policy was signed with a secret access key."""
        text = self.fields.get("policy", "")
        if signature.algorithm == sigv2.ALGORITHM:
            expected = sigv2.sign(text, secret)
        else:
            key = signing_key(secret, signature.date, signature.region, signature.service)
            expected = hmac.new(key, text.encode(), "sha256").hexdigest()
        return is_same(expected, signature.signature)

    def check_policy(self, now: datetime) -> None:
        """Check that the policy hasn't expired, and allows every field and the size of the file.

        Parameters
        ----------
        now
            The time to compare the expiration with, in the client's time.

        Raises
        ------
        AwsError
            What S3 returns for the first condition that isn't met.
        """
        policy = _read_policy(self.fields.get("policy", ""))
        expiration = datetime.fromisoformat(str(policy["expiration"]).replace("Z", "+00:00"))
        if now > (expiration if expiration.tzinfo else expiration.replace(tzinfo=UTC)):
            raise _invalid("Policy expired.")
        fields = {"bucket": self.bucket, **self.fields}
        named = set()
        for operator, name, value in _conditions(policy["conditions"]):
            named.add(name)
            if operator == "content-length-range":
                self._check_size(name, value)
            elif not _holds(operator, fields.get(name, ""), value):
                raise _invalid(f'Policy Condition failed: ["{operator}", "${name}", "{value}"]')
        extra = [
            name
            for name in self.fields
            if name not in named and name not in _FREE and not name.startswith("x-ignore-")
        ]
        if extra:
            raise _invalid(f"Extra input fields: {', '.join(extra)}")

    def _check_size(self, smallest: str, largest: str) -> None:
        if not (smallest.isdecimal() and largest.isdecimal()):
            raise AwsError("InvalidPolicyDocument", "Invalid Policy: Invalid Condition.", 400)
        size = len(self.body)
        if size < int(smallest):
            message = "Your proposed upload is smaller than the minimum allowed size"
            raise AwsError("EntityTooSmall", message, 400)
        if size > int(largest):
            message = "Your proposed upload exceeds the maximum allowed size"
            raise AwsError("EntityTooLarge", message, 400)

    def as_put(self, request: HttpRequest) -> HttpRequest:
        """Return the PutObject request that does the same."""
        headers = {"host": request.headers.get("host", ""), "content-length": str(len(self.body))}
        for name in ("user-agent", "referer", "origin"):
            if name in request.headers:
                headers[name] = request.headers[name]
        for name, value in self.fields.items():
            if name in _HEADERS or name.startswith(("x-amz-meta-", "x-amz-server-side", "x-amz-storage")):
                # A header has its value as bytes, which WSGI writes as Latin-1.
                headers[name] = value.encode().decode("latin-1")
        if acl := self.fields.get("acl"):
            headers["x-amz-acl"] = acl
        if tagging := self.fields.get("tagging"):
            headers["x-amz-tagging"] = _tags_header(tagging)
        path = f"/{self.bucket}/{quote(self.key)}"
        return HttpRequest("PUT", path, "", headers, self.body, request.source_ip)


def read_form(request: HttpRequest) -> Form | None:
    """Read an upload by a form; None for any other request.

    Raises
    ------
    AwsError
        If the form has no key or no file.
    """
    media_type, options = parse_options_header(request.headers.get("content-type"))
    bucket = unquote(request.path).strip("/")
    if request.method != "POST" or media_type != "multipart/form-data" or "/" in bucket:
        return None
    parser = FormDataParser()
    _, values, files = parser.parse(BytesIO(request.body), media_type, len(request.body), options)
    fields = {name.lower(): value for name, value in values.items()}
    file = files.get("file")
    if file is None and "file" not in fields:
        message = "POST requires exactly one file upload per request."
        raise AwsError("InvalidArgument", message, 400)
    if "key" not in fields:
        message = (
            "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of "
        )
        message += "the fields."
        raise AwsError("InvalidArgument", message, 400)
    body = file.read() if file is not None else fields.pop("file").encode()
    filename = (file.filename if file is not None else "") or ""
    fields["key"] = fields["key"].replace("${filename}", filename)
    return Form(bucket, fields, body)


def _tags_header(tagging: str) -> str:
    """Return the tags in the XML of a form's field as PutObject takes them.

    https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
    """
    try:
        tags = ElementTree.fromstring(tagging).findall("{*}TagSet/{*}Tag")
    except ElementTree.ParseError as error:
        message = (
            "The XML you provided was not well-formed or did not validate against our published schema"
        )
        raise AwsError("MalformedXML", message, 400) from error
    return urlencode({tag.findtext("{*}Key", ""): tag.findtext("{*}Value", "") for tag in tags})


def _read_policy(text: str) -> dict[str, Any]:
    try:
        policy = json.loads(base64.b64decode(text, validate=True))
        if isinstance(policy["expiration"], str) and isinstance(policy["conditions"], list):
            datetime.fromisoformat(policy["expiration"].replace("Z", "+00:00"))
            return dict(policy)
    except (binascii.Error, ValueError, KeyError, TypeError):
        pass
    raise AwsError("InvalidPolicyDocument", "Invalid Policy: Invalid JSON.", 400)


def _conditions(listed: list[Any]) -> Iterator[tuple[str, str, str]]:
    for one in listed:
        if isinstance(one, Mapping):
            for name, value in one.items():
                yield "eq", str(name).lower(), str(value)
        elif isinstance(one, list) and len(one) == 3:
            operator, name, value = (str(part) for part in one)
            yield operator.lower(), name.removeprefix("$").lower(), value
        else:
            raise AwsError("InvalidPolicyDocument", "Invalid Policy: Invalid Condition.", 400)


def _holds(operator: str, given: str, value: str) -> bool:
    return given.startswith(value) if operator == "starts-with" else given == value


def _invalid(what: str) -> AwsError:
    return AwsError("AccessDenied", f"Invalid according to Policy: {what}", 403)
