"""The sandbox's front: each request is authenticated, understood, decided, recorded, and only then done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from moto.core.serialize import QuerySerializer
from moto.core.utils import get_service_model

from rolecall.aws.errors import AwsError, failure, render
from rolecall.aws.http import HttpRequest
from rolecall.aws.operations import UNSIGNED_STS, Operation, parse_operation, service_and_protocol
from rolecall.sandbox import moto_app
from rolecall.sandbox.authorizer import Asked, Authorizer, Granted, decided_by_key
from rolecall.sandbox.build import Builder
from rolecall.sandbox.callers import Callers
from rolecall.sandbox.calls import Calls, error_code
from rolecall.sandbox.clock import Clock
from rolecall.sandbox.constraints import check_role_duration
from rolecall.sandbox.deletions import delete_objects
from rolecall.sandbox.encoded_messages import EncodedMessages
from rolecall.sandbox.guardrails import Guardrails
from rolecall.sandbox.iam_deletions import refuse_if_needed
from rolecall.sandbox.iam_state import IamState
from rolecall.sandbox.instance_profiles import refuse_unusable_profile
from rolecall.sandbox.metadata_log import MetadataLog
from rolecall.sandbox.mfa import MfaDevices
from rolecall.sandbox.oidc import Issuers
from rolecall.sandbox.policy_documents import PolicyDocuments
from rolecall.sandbox.saml import SamlProviders
from rolecall.sandbox.sessions import Sessions
from rolecall.sandbox.simulator import Simulator
from rolecall.sandbox.sts import Sts
from rolecall.sandbox.template_validation import check_template_validation
from rolecall.sandbox.trail import Trail
from rolecall.sandbox.user_boundaries import UserBoundaries
from rolecall.sandbox.world import World


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
        self.calls = Calls()
        self.metadata = MetadataLog()
        self.sessions = Sessions()
        self.builder = Builder(world)
        self.iam = IamState(frozenset(account.id for account in world.accounts.values()))
        self.callers = Callers(self.iam, self.sessions, self.clock)
        self.mfa = MfaDevices(self.iam, self.clock)
        self.issuers = Issuers(world, self.iam, self.clock)
        self.saml = SamlProviders(world, self.iam, self.clock)
        self.guardrails = Guardrails(world)
        encoded = EncodedMessages()
        self.sts = Sts(self.iam, self.sessions, self.clock, encoded)
        self._documents = PolicyDocuments(self.iam)
        self._boundaries = UserBoundaries(self.iam)
        # What IAM can do and moto cannot.
        self._own_iam = {**Simulator(self.iam, self.guardrails).operations, **self._boundaries.operations}
        self._authorizer = Authorizer(
            self.iam, self.callers, self.guardrails, encoded, self.builder, self.clock, self.trail
        )
        self.builder.build()

    def reset(self) -> None:
        """Everything as the world declares it; actors keep their keys."""
        self.sessions.clear()
        self.mfa.clear()
        self.clock.reset()
        self.trail.clear()
        self.calls.clear()
        self.metadata.clear()
        self.builder.build()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request."""
        request = HttpRequest.from_environ(environ)
        service, protocol = service_and_protocol(request)
        # An error of moto's tells its code in the body only.
        who, call, parameters, error_told = "", f"{service}.", {}, ""

        def told(status: str, headers: list[tuple[str, str]], *further: Any) -> Any:
            nonlocal error_told
            error_told = "" if status[:1] in "23" else "Error"
            return start_response(status, headers, *further)

        try:
            caller, signature = self.callers.authenticate(request, service, protocol)
            who = caller.arn
            if caller.account is None and service not in ("s3", "sts"):
                raise failure("missing", service, protocol)
            operation = parse_operation(service, request, environ)
            call, parameters = f"{operation.service}.{operation.name}", dict(operation.parameters)
            protocol = operation.protocol
            if caller.account is None and not _may_be_unsigned(operation):
                raise failure("missing", service, protocol)
            region = signature.region if signature else self.world.region
            self.builder.ensure(operation.service)
            if federated := self.issuers.presented(operation) or self.saml.presented(operation):
                caller, operation = federated
            caller = replace(caller, mfa_presented=self.mfa.presented(operation, caller))
            check_role_duration(operation)
            if operation.service == "sts":
                self.sts.validate(operation)
            asked = Asked(operation, caller, request, signature, region)
            granted = self._authorizer.authorise(asked)
            body = _whole(self._perform(asked, granted, environ, told))
        except AwsError as error:
            error_told = error.code
            answer = render(error, service, protocol, head=request.method == "HEAD")
            start_response(f"{answer.status} {_REASONS.get(answer.status, 'Error')}", list(answer.headers))
            return [answer.body]
        else:
            error_told = error_told and error_code(body)
            return [body]
        finally:
            self.calls.record(who, call, parameters, error_told)

    def _perform(
        self, asked: Asked, granted: Granted, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        operation, caller, region = asked.operation, asked.caller, asked.region
        self._documents.check(operation)
        if operation.service == "sts":
            return _answer_query(operation, self.sts.answer(operation, caller), start_response)
        if operation.service == "iam" and operation.name in self._own_iam:
            return _answer_query(
                operation, self._own_iam[operation.name](operation, caller), start_response
            )
        check_template_validation(operation)
        refuse_if_needed(operation, granted.account)
        refuse_unusable_profile(operation, granted.account)
        self._boundaries.check(operation, granted.account)
        if operation.service == "s3":
            self._authorizer.hide_missing_key(asked)
        if decided_by_key(operation):
            return delete_objects(operation, granted.refused, granted.account, region, start_response)
        moto_app.address(environ, operation.service, region)
        environ[moto_app.ACCOUNT_HEADER] = granted.account
        environ["RAW_URI"] = environ.get("REQUEST_URI", environ["PATH_INFO"])
        leaving = self._documents.leaving(operation, granted.account)
        answer: Iterable[bytes] = moto_app.application(environ, start_response)
        self._boundaries.created(operation, granted.account)
        if leaving is not None:
            self._documents.left(*leaving)
        return answer


def _whole(answer: Iterable[bytes]) -> bytes:
    try:
        return b"".join(answer)
    finally:
        if close := getattr(answer, "close", None):
            close()


_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}


def _may_be_unsigned(operation: Operation) -> bool:
    """S3 lets the anonymous ask; two operations of STS bring their proof in the parameters."""
    return operation.service == "s3" or operation.name in UNSIGNED_STS


def _answer_query(
    operation: Operation, answer: dict[str, Any], start_response: StartResponse
) -> list[bytes]:
    """Puts an answer of ours into the query protocol by the service's model."""
    model = get_service_model(operation.service).operation_model(operation.name)
    expiration = (answer.get("Credentials") or {}).get("Expiration")
    if expiration is not None:
        answer["Credentials"]["Expiration"] = expiration.astimezone(UTC).replace(tzinfo=None)
    response = QuerySerializer(model).serialize(answer)
    body = response["body"]
    content = body if isinstance(body, bytes) else body.encode()
    headers = [*response["headers"].items(), ("Content-Length", str(len(content)))]
    start_response("200 OK", [(str(key), str(value)) for key, value in headers])
    return [content]


__all__ = ["Gateway"]
