"""The front of the sandbox: authenticate, parse, authorize, record, and perform each request."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from rolecall.aws.compression import decompressed
from rolecall.aws.constraints import check_constraints
from rolecall.aws.errors import AwsError, Protocol, failure, internal_error, unavailable
from rolecall.aws.http import HttpRequest
from rolecall.aws.operations import Operation, is_unsigned, parse_operation
from rolecall.aws.regions import is_other_partition, is_region
from rolecall.aws.request_ids import new_request_id
from rolecall.aws.required_parameters import check_required
from rolecall.aws.s3_forms import Form, read_form
from rolecall.aws.services import accepts_unsigned, region_for, service_and_protocol
from rolecall.aws.wsgi_request import forget_request
from rolecall.aws.xml_text import check_form
from rolecall.sandbox import moto_app
from rolecall.sandbox.access_changes import AccessChanges
from rolecall.sandbox.authorizer import Authorizer
from rolecall.sandbox.build import Builder
from rolecall.sandbox.call import Call
from rolecall.sandbox.call_log import CallLog
from rolecall.sandbox.callers import Callers
from rolecall.sandbox.clock import Clock
from rolecall.sandbox.deliveries import Deliveries, delivering
from rolecall.sandbox.encoded_messages import EncodedMessages
from rolecall.sandbox.event_history import EventHistory
from rolecall.sandbox.form_uploads import form_response
from rolecall.sandbox.guardrails import Guardrails
from rolecall.sandbox.metadata_log import MetadataLog
from rolecall.sandbox.mfa import MfaDevices
from rolecall.sandbox.moto_deliveries import patch_deliveries
from rolecall.sandbox.moto_gaps import Gaps
from rolecall.sandbox.moto_state.cognito import region_of_pool
from rolecall.sandbox.moto_state.iam import IamState
from rolecall.sandbox.oidc import Issuers
from rolecall.sandbox.profile_roles import ProfileRoles
from rolecall.sandbox.responses import (
    Response,
    error_response,
    in_protocol_of,
    result_response,
    with_request_id,
)
from rolecall.sandbox.runtime import Runtime
from rolecall.sandbox.saml import SamlProviders
from rolecall.sandbox.sessions import Sessions
from rolecall.sandbox.sts import Sts
from rolecall.sandbox.trail import Trail
from rolecall.sandbox.world import World

# Services whose resources can be public, with the parameter that names one.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-customer-managed-policy-examples.html
_OF_PUBLIC_RESOURCES = {"sns": "TopicArn", "sqs": "QueueUrl"}

_log = logging.getLogger(__name__)
_FORM_SERVICE: tuple[str, Protocol] = ("s3", "rest-xml")


@dataclass(slots=True)
class _Progress:
    """How far the gateway got with a request, for the error response and for the log of calls."""

    service: str = ""
    protocol: Protocol = "query"
    who: str = ""
    call: str = "."
    parameters: dict[str, Any] = field(default_factory=dict)
    form: Form | None = None

    def error_response(self, error: AwsError, environ: WSGIEnvironment) -> Response:
        head = environ["REQUEST_METHOD"] == "HEAD"
        return error_response(error, self.service, self.protocol, head=head)

    def internal_error(self) -> AwsError:
        """Return the error for a fault of the sandbox itself."""
        answered = self.call.strip(".") or "a request"
        message = (
            f"The sandbox failed while it answered {answered}. This is a fault of the sandbox, not of the "
            "request. The log of the sandbox has the traceback."
        )
        return internal_error(self.service, message)


class Gateway:
    """A WSGI application that answers as AWS does.

    Parameters
    ----------
    world
        The accounts at the start.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.clock = Clock()
        self.trail = Trail()
        self.calls = CallLog()
        self.history = EventHistory()
        self.metadata = MetadataLog()
        self.sessions = Sessions()
        self.builder = Builder(world)
        self.iam = IamState(frozenset(account.id for account in world.accounts.values()))
        self.callers = Callers(self.iam, self.sessions, self.clock)
        self.mfa = MfaDevices(self.iam, self.clock)
        self.issuers = Issuers(world, self.iam, self.clock)
        self.saml = SamlProviders(world, self.iam, self.clock)
        self.guardrails = Guardrails(world, self.builder)
        self.access = AccessChanges(world, self.builder, self.guardrails)
        encoded = EncodedMessages()
        self.sts = Sts(self.iam, self.sessions, self.clock, encoded)
        self.authorizer = Authorizer(
            self.iam, self.callers, self.guardrails, encoded, self.builder, self.clock, self.trail
        )
        self.profile_roles = ProfileRoles(self.iam, self.clock)
        self.runtime = Runtime(
            world,
            self.clock,
            self.iam,
            self.guardrails,
            self.sts,
            self.callers,
            self.authorizer,
            self.profile_roles,
            self.sessions,
            self.builder,
            self.trail,
            self.history,
        )
        self._gaps = Gaps(self.runtime)
        self._deliveries = Deliveries(self.runtime)
        self._resets = 0
        self._resetting = threading.Lock()
        self.builder.build()

    def reset(self) -> None:
        """Restore everything that the world declares; actors keep their keys."""
        with self._resetting:
            # The number is odd while a reset runs, so that every request knows whether one disturbed it.
            self._resets += 1
            try:
                self._restore()
            finally:
                self._resets += 1

    def _restore(self) -> None:
        self.sessions.clear()
        self.mfa.clear()
        self.clock.reset()
        self.trail.clear()
        self.calls.clear()
        self.history.clear()
        self.metadata.clear()
        self.access.forget()
        self._gaps.reset()
        self._deliveries.reset()
        self.builder.build()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        return self._respond(environ).send(start_response)

    def _respond(self, environ: WSGIEnvironment) -> Response:
        """Answer one request, and keep it in the log of calls and in the event history."""
        progress, arrived, resets = _Progress(), self.clock.now(), self._resets
        call = None
        try:
            call = self._read_call(environ, progress)
            response = with_request_id(
                self._perform(call, environ), progress.service, progress.protocol, call.request_id
            )
            if progress.form is not None:
                response = form_response(progress.form, response, environ.get("HTTP_HOST", ""))
        except AwsError as error:
            response = progress.error_response(error, environ)
        except Exception:
            if not self._was_disturbed(resets):
                _log.exception("%s failed inside the sandbox", progress.call)
            response = progress.error_response(progress.internal_error(), environ)
        if not response.ok and self._was_disturbed(resets):
            # A user or a key can be missing for a moment. SDKs make such a request again.
            response = progress.error_response(unavailable("The sandbox is being reset."), environ)
        # Without this, a large body would stay until the garbage collector finds it.
        forget_request(environ)
        self.calls.record(progress.who, progress.call, progress.parameters, response.error, arrived)
        if call is not None:
            self.history.record(call, response, arrived)
        return response

    def _was_disturbed(self, resets: int) -> bool:
        """Whether a reset ran since a request arrived, when there had been so many starts and ends."""
        return self._resets != resets or resets % 2 == 1

    def _read_call(self, environ: WSGIEnvironment, progress: _Progress) -> Call:
        """Find out who makes which call, without deciding anything about it."""
        request = HttpRequest.from_environ(environ)
        form = progress.form = read_form(request) if _may_be_form(environ) else None
        service, protocol = service_and_protocol(request) if form is None else _FORM_SERVICE
        progress.service, progress.protocol = service, protocol
        progress.call = f"{service}."
        if form is not None:
            caller, signature = self.callers.authenticate_form(form)
            request = form.as_put(request)
            request.write_to(environ)
        else:
            caller, signature = self.callers.authenticate(request, service, protocol)
        progress.who = caller.arn
        if caller.account is None and not accepts_unsigned(service):
            raise failure("missing", service, protocol)
        if "content-encoding" in request.headers:
            sent, request = request, decompressed(request, service, protocol)
            if request is not sent:
                request.write_to(environ)
        operation = parse_operation(service, request, environ)
        check_form(operation, request)
        progress.call = f"{operation.service}.{operation.name}"
        progress.parameters = dict(operation.parameters)
        progress.protocol = operation.protocol
        if caller.account is None and not _may_be_unsigned(operation):
            raise failure("missing", service, operation.protocol)
        if signature is not None and signature.has_scope:
            signed_for = signature.region
        else:
            signed_for = region_of_pool(operation) or self.world.region
        region = region_for(operation.service, signed_for)
        _check_region(signed_for, region, service, operation.protocol)
        self.builder.ensure(operation.service)
        if federated := self.issuers.authenticate(operation) or self.saml.authenticate(operation):
            caller, operation = federated
        if self.mfa.authenticate(operation, caller):
            caller = replace(caller, mfa_presented=True)
        request_id = new_request_id(operation.service)
        return Call(operation, caller, request, signature, region, request_id=request_id)

    def _perform(self, call: Call, environ: WSGIEnvironment) -> Response:
        """Validate, authorize, and perform a call, with the gaps that its operation has."""
        gaps = self._gaps
        check_required(call.operation)
        check_constraints(call.operation)
        gaps.validate(call)
        authorization = self.authorizer.authorize(call)
        call = call.authorized(authorization.account, authorization.denials)
        patch_deliveries(call.operation.service)
        try:
            return self._change_state(call, environ)
        except moto_app.NotPerformed as reason:
            operation = call.operation
            message = f"{operation.service}:{operation.name} is not available here: {reason}."
            raise failure("unsupported", operation.service, operation.protocol, message) from reason

    def _change_state(self, call: Call, environ: WSGIEnvironment) -> Response:
        """Let a gap or moto change the state."""
        operation = call.operation
        with delivering(self._deliveries, call):
            result = self._gaps.before(call)
            if result is None:
                response = moto_app.perform(environ, operation.service, call.account, call.region)
                response = in_protocol_of(operation, response)
            else:
                response = result_response(operation, result)
        return self._gaps.after(call, response)


def _check_region(signed_for: str, region: str, service: str, protocol: Protocol) -> None:
    """Check that the credential is for a Region of the partition in which the sandbox's accounts are.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
    """
    if is_other_partition(signed_for):
        # Another partition doesn't know the access keys of this one.
        raise failure("unknown key", service, protocol)
    if not is_region(region):
        raise failure("wrong region", service, protocol)


def _may_be_form(environ: WSGIEnvironment) -> bool:
    """Whether a request can be a form for S3, which is signed in its fields, not in a header."""
    form = str(environ.get("CONTENT_TYPE", "")).startswith("multipart/form-data")
    return form and environ["REQUEST_METHOD"] == "POST" and "HTTP_AUTHORIZATION" not in environ


def _may_be_unsigned(operation: Operation) -> bool:
    """Whether an operation accepts unsigned requests.

    S3, SQS, and SNS have public buckets, queues, and topics. Other operations, such as Cognito's sign-in,
    carry a token or a password in their parameters.
    """
    public = _OF_PUBLIC_RESOURCES.get(operation.service)
    return operation.service == "s3" or (
        public in operation.parameters or is_unsigned(operation.service, operation.name)
    )


__all__ = ["Gateway"]
