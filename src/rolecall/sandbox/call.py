"""A call to AWS, once the gateway knows who makes it and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from rolecall.aws.http import HttpRequest
from rolecall.aws.operations import Operation
from rolecall.aws.sigv4 import Signature
from rolecall.sandbox.callers import Caller


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Parameters
    ----------
    operation
        The service, the operation, and its parameters.
    caller
        The authenticated principal.
    request
        The HTTP request as it arrived.
    signature
        The request's signature, or None for an unsigned request.
    region
        The Region that the request was sent to.
    account
        The account in which the operation is performed; empty until the call is authorized.
    denials
        One entry for each permission that the call needs: the denial message, or None if it is allowed. All
        are None, except for an operation that continues without the denied items, such as DeleteObjects.
    notes
        What a gap keeps between ``before`` and ``after``, by a name that it chooses.
    request_id
        The ID of the request, which its response and its event in CloudTrail have. S3's differ in form.
    """

    operation: Operation
    caller: Caller
    request: HttpRequest
    signature: Signature | None
    region: str
    account: str = ""
    denials: tuple[str | None, ...] = ()
    notes: dict[str, Any] = field(default_factory=dict)
    request_id: str = field(default_factory=lambda: str(uuid4()))

    def authorized(self, account: str, denials: tuple[str | None, ...]) -> Call:
        """Return the call with what its authorization has found."""
        return Call(
            self.operation,
            self.caller,
            self.request,
            self.signature,
            self.region,
            account,
            denials,
            self.notes,
            self.request_id,
        )

    @property
    def name(self) -> str:
        """Service and operation, such as ``iam.CreateRole``."""
        return f"{self.operation.service}.{self.operation.name}"
