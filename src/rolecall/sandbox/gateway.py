"""The sandbox's front: each request is authenticated, understood, decided, recorded, and only then done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from moto.core.serialize import QuerySerializer
from moto.core.utils import get_service_model

from rolecall.aws.authorization import Check, Scope, checks
from rolecall.aws.condition_keys import operation_keys
from rolecall.aws.errors import AwsError, failure, render
from rolecall.aws.http import HttpRequest
from rolecall.aws.operations import UNSIGNED_STS, Operation, addressed, understand
from rolecall.iam import (
    Decision,
    MalformedPolicyDocument,
    Policy,
    PolicySet,
    PolicyType,
    Request,
    decide,
)
from rolecall.sandbox import moto_app
from rolecall.sandbox.build import Builder
from rolecall.sandbox.callers import Caller, Callers
from rolecall.sandbox.clock import Clock, timestamp
from rolecall.sandbox.deletions import delete_objects
from rolecall.sandbox.guardrails import Guardrails
from rolecall.sandbox.iam_state import IamState
from rolecall.sandbox.mfa import MfaDevices
from rolecall.sandbox.oidc import Issuers, caller_of
from rolecall.sandbox.resource_state import resource_policy, tags
from rolecall.sandbox.sessions import SessionKind, Sessions
from rolecall.sandbox.simulator import Simulator
from rolecall.sandbox.sts import Sts
from rolecall.sandbox.trail import Trail
from rolecall.sandbox.world import World


@dataclass(frozen=True, slots=True)
class _Granted:
    """A call that may go on.

    Parameters
    ----------
    account
        In which it is done.
    refused
        For each permission the message of its denial, where one denial does not end the call.
    """

    account: str
    refused: tuple[str | None, ...]


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
        self.sessions = Sessions()
        self.builder = Builder(world)
        self.iam = IamState(frozenset(account.id for account in world.accounts.values()))
        self.callers = Callers(self.iam, self.sessions, self.clock)
        self.sts = Sts(self.iam, self.sessions, self.clock)
        self.mfa = MfaDevices(self.iam, self.clock)
        self.issuers = Issuers(world, self.iam, self.clock)
        self._guardrails = Guardrails(world)
        self.simulator = Simulator(self.iam, self._guardrails)
        self.builder.build()

    def reset(self) -> None:
        """Everything as the world declares it; actors keep their keys."""
        self.sessions.clear()
        self.mfa.clear()
        self.clock.reset()
        self.trail.clear()
        self.builder.build()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request."""
        request = HttpRequest.from_environ(environ)
        service, protocol = addressed(request)
        try:
            caller, signature = self.callers.authenticate(request, service, protocol)
            operation = understand(service, request, environ)
            protocol = operation.protocol
            if caller.account is None and not _may_be_unsigned(operation):
                raise failure("missing", service, protocol)
            region = signature.region if signature else self.world.region
            self.builder.ensure(operation.service)
            if identity := self.issuers.presented(operation):
                caller = caller_of(identity)
            caller = replace(caller, mfa_presented=self.mfa.presented(operation, caller))
            granted = self._authorise(operation, caller, request, region)
            return self._perform(operation, caller, granted, request, region, environ, start_response)
        except AwsError as error:
            answer = render(error, service, protocol, head=request.method == "HEAD")
            start_response(f"{answer.status} {_REASONS.get(answer.status, 'Error')}", list(answer.headers))
            return [answer.body]

    def _authorise(
        self, operation: Operation, caller: Caller, request: HttpRequest, region: str
    ) -> _Granted:
        """Decides and records every permission that the call needs.

        Raises
        ------
        AwsError
            The denial, at the first permission that is missing.
        """
        if operation.service == "sts":
            self.sts.validate(operation)
        _refuse_by_kind_of_session(operation, caller)
        scope = Scope(caller.account or "", region, caller.arn, self.iam)
        call = self.trail.next_call()
        needed = checks(operation, scope)
        refused: list[str | None] = []
        for check in needed:
            error = self._ask(call, check, operation, caller, request, region)
            if error is not None and not _decided_by_key(operation):
                raise error
            refused.append(error.message if error else None)
        return _Granted(self._owner(operation, caller, needed), tuple(refused))

    def _ask(
        self,
        call: int,
        check: Check,
        operation: Operation,
        caller: Caller,
        request: HttpRequest,
        region: str,
    ) -> AwsError | None:
        """Decides and records one permission; returns the denial, if it is one."""
        decision = self._decide(check, operation, caller, request, region)
        error = None
        if not decision.allowed:
            message = _denial(operation, caller, decision)
            error = failure("denied", operation.service, operation.protocol, message)
        self.trail.record(
            call,
            self.clock.now(),
            operation.service,
            operation.name,
            request.source_ip,
            request.headers.get("user-agent", ""),
            decision,
            error.code if error else None,
        )
        return error

    def _owner(self, operation: Operation, caller: Caller, needed: list[Check]) -> str:
        """The account in which moto does the work."""
        own = caller.account or next(iter(self.iam.accounts))
        if operation.service == "s3":
            bucket = operation.text("Bucket")
            return (self.iam.bucket_account(bucket) if bucket else None) or own
        if operation.service in ("iam", "sts"):
            return own
        parts = needed[0].resource.split(":", 5) if needed else []
        return parts[4] if len(parts) == 6 and parts[4] in self.iam.accounts else own

    def _decide(
        self, check: Check, operation: Operation, caller: Caller, request: HttpRequest, region: str
    ) -> Decision:
        resource_policy, owner = self._resource_policy(check)
        context = self._context(check, operation, caller, request, region)
        asked = Request.of(
            caller.arn, check.action, check.resource, resource_account=owner, context=context
        )
        session = caller.session
        return decide(
            asked,
            PolicySet(
                identity=self.callers.identity_policies(caller),
                resource=resource_policy,
                boundaries=self.callers.boundaries(caller),
                session=session.policies if session else (),
                scps=self._guardrails.scps(caller.account),
                rcps=self._guardrails.rcps(asked.resource_account),
            ),
        )

    def _resource_policy(self, check: Check) -> tuple[Policy | None, str | None]:
        """The policy on the resource itself, and the account that owns it where the ARN does not tell."""
        service = check.action.partition(":")[0]
        if service == "sts":
            role = self.iam.role(check.resource)
            if role is None:
                return None, None
            return self.trust_policy(role.name, role.trust), role.account
        if service == "s3" and check.resource.startswith("arn:aws:s3:::"):
            bucket = check.resource.removeprefix("arn:aws:s3:::").partition("/")[0]
            return self.iam.bucket_policy(bucket), self.iam.bucket_account(bucket)
        return resource_policy(check.resource), None

    def trust_policy(self, role: str, document: str) -> Policy | None:
        """A role's trust policy; None for one that AWS would not have taken."""
        try:
            return Policy.parse(document, PolicyType.TRUST, f"trust policy of {role}")
        except MalformedPolicyDocument:
            return None

    def _context(
        self, check: Check, operation: Operation, caller: Caller, request: HttpRequest, region: str
    ) -> dict[str, str | list[str]]:
        """The condition keys of a request.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
        """
        now = self.clock.now()
        keys: dict[str, str | list[str]] = {
            "aws:CurrentTime": timestamp(now),
            "aws:EpochTime": str(int(now.timestamp())),
            "aws:RequestedRegion": region,
            "aws:ViaAWSService": "false",
            # Clients reach AWS over TLS; loopback stands in for it.
            "aws:SecureTransport": "true",
            "aws:SourceIp": request.source_ip,
            "aws:UserAgent": request.headers.get("user-agent", ""),
        }
        keys.update(self.callers.context(caller))
        keys.update(operation_keys(operation))
        keys.update(self._guardrails.context(caller.account))
        service = check.action.partition(":")[0]
        if operation.service == "sts" and (role := self.iam.role(check.resource)):
            for key, value in role.tags.items():
                keys[f"aws:ResourceTag/{key}"] = keys[f"iam:ResourceTag/{key}"] = value
        elif check.resource != "*" and service not in ("s3", "iam", "sts"):
            for key, value in tags(check.resource).items():
                keys[f"aws:ResourceTag/{key}"] = keys[f"{service}:ResourceTag/{key}"] = value
        keys.update(check.context)
        return keys

    def _perform(
        self,
        operation: Operation,
        caller: Caller,
        granted: _Granted,
        request: HttpRequest,
        region: str,
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        _validate_policies(operation)
        if operation.service == "sts":
            return _answer_query(operation, self.sts.answer(operation, caller), start_response)
        if operation.service == "iam" and operation.name in self.simulator.operations:
            answer = self.simulator.operations[operation.name](operation, caller)
            return _answer_query(operation, answer, start_response)
        if operation.service == "s3":
            self._hide_missing_key(operation, caller, request, region)
        if _decided_by_key(operation):
            return delete_objects(operation, granted.refused, granted.account, region, start_response)
        moto_app.address(environ, operation.service, region)
        environ[moto_app.ACCOUNT_HEADER] = granted.account
        environ["RAW_URI"] = environ.get("REQUEST_URI", environ["PATH_INFO"])
        return moto_app.application(environ, start_response)  # type: ignore[no-any-return]

    def _hide_missing_key(
        self, operation: Operation, caller: Caller, request: HttpRequest, region: str
    ) -> None:
        """Without s3:ListBucket, a key that is not there is a 403 and no 404.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
        """
        bucket, key = operation.text("Bucket"), operation.text("Key")
        if operation.name not in ("GetObject", "HeadObject") or bucket is None or key is None:
            return
        if self.iam.bucket_account(bucket) is None or self.iam.object_exists(bucket, key):
            return
        listing = Check("s3:ListBucket", f"arn:aws:s3:::{bucket}")
        error = self._ask(self.trail.next_call(), listing, operation, caller, request, region)
        if error is not None:
            raise error


def _decided_by_key(operation: Operation) -> bool:
    """Whether each object of a call is decided on its own, and a refusal told in the answer."""
    objects = (operation.parameters.get("Delete") or {}).get("Objects")
    return operation.service == "s3" and operation.name == "DeleteObjects" and bool(objects)


_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}


def _may_be_unsigned(operation: Operation) -> bool:
    """S3 lets the anonymous ask; two operations of STS bring their proof in the parameters."""
    return operation.service == "s3" or operation.name in UNSIGNED_STS


def _denial(operation: Operation, caller: Caller, decision: Decision) -> str:
    if caller.web_identity is not None:
        return f"Not authorized to perform {decision.request.action}"
    if caller.account is None:
        return "Access Denied"
    told = decision.reason or decision.message
    if operation.service == "sqs":
        # SQS alone writes its actions in lower case there.
        told = told.replace(decision.request.action, decision.request.action_lower)
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (UnauthorizedOperation)
    return (
        f"You are not authorized to perform this operation. {told}" if operation.service == "ec2" else told
    )


_OF_ANY_SESSION = frozenset({"AssumeRole", "GetCallerIdentity"})


def _refuse_by_kind_of_session(operation: Operation, caller: Caller) -> None:
    """What sessions of GetSessionToken and GetFederationToken may not call, whatever their policies say.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html
    """
    session = caller.session
    if session is None or session.kind is SessionKind.ROLE:
        return
    federated = session.kind is SessionKind.FEDERATED
    if operation.service == "iam" and (federated or not session.mfa):
        raise failure("unknown key", operation.service, operation.protocol)
    allowed = {"GetCallerIdentity"} if federated else _OF_ANY_SESSION
    if operation.service == "sts" and operation.name not in allowed:
        raise AwsError("AccessDenied", f"Cannot call {operation.name} with session credentials", 403)


_POLICY_PARAMETERS = {
    ("iam", "PolicyDocument"): PolicyType.IDENTITY,
    ("iam", "AssumeRolePolicyDocument"): PolicyType.TRUST,
    ("s3", "Policy"): PolicyType.RESOURCE,
}


def _validate_policies(operation: Operation) -> None:
    """Refuses a policy document that AWS would refuse, before moto keeps it."""
    for (service, parameter), usual in _POLICY_PARAMETERS.items():
        document = operation.parameters.get(parameter)
        if service != operation.service or document is None:
            continue
        type = PolicyType.TRUST if operation.name == "UpdateAssumeRolePolicy" else usual
        if isinstance(document, bytes):
            document = document.decode("utf-8", "replace")
        try:
            Policy.parse(document, type)
        except MalformedPolicyDocument as error:
            code = "MalformedPolicy" if service == "s3" else "MalformedPolicyDocument"
            raise AwsError(code, error.message, 400) from None


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
