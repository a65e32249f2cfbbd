"""Whether a call may go on, by every policy that AWS would consult; each answer is recorded."""

from __future__ import annotations

from dataclasses import dataclass

from rolecall.aws.authorization import Check, Scope, checks
from rolecall.aws.condition_keys import operation_keys, signature_keys
from rolecall.aws.denials import denial_message
from rolecall.aws.errors import AwsError, failure
from rolecall.aws.http import HttpRequest
from rolecall.aws.operations import Operation
from rolecall.aws.sigv4 import Signature
from rolecall.iam import Decision, Policy, PolicySet, Request, decide
from rolecall.sandbox.build import Builder
from rolecall.sandbox.callers import Caller, Callers
from rolecall.sandbox.clock import Clock, timestamp
from rolecall.sandbox.encoded_messages import EncodedMessages
from rolecall.sandbox.guardrails import Guardrails
from rolecall.sandbox.iam_state import IamState
from rolecall.sandbox.instances import source_context
from rolecall.sandbox.resource_state import resource_policy, tags
from rolecall.sandbox.sessions import SessionKind
from rolecall.sandbox.trail import Trail


@dataclass(frozen=True, slots=True)
class Granted:
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


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as it came: what is asked, by whom, from where."""

    operation: Operation
    caller: Caller
    request: HttpRequest
    signature: Signature | None
    region: str


class Authorizer:
    """Decides and records each permission that a call needs."""

    def __init__(
        self,
        iam: IamState,
        callers: Callers,
        guardrails: Guardrails,
        encoded: EncodedMessages,
        builder: Builder,
        clock: Clock,
        trail: Trail,
    ) -> None:
        self._iam = iam
        self._callers = callers
        self._guardrails = guardrails
        self._encoded = encoded
        self._builder = builder
        self._clock = clock
        self._trail = trail

    def authorise(self, asked: Asked) -> Granted:
        """Decides and records every permission that the call needs.

        Raises
        ------
        AwsError
            The denial, at the first permission that is missing.
        """
        operation, caller = asked.operation, asked.caller
        _refuse_by_kind_of_session(operation, caller)
        scope = Scope(caller.account or "", asked.region, caller.arn, self._iam)
        call = self._trail.next_call()
        needed = checks(operation, scope)
        refused: list[str | None] = []
        for check in needed:
            error = self._ask(call, check, asked)
            if error is not None and not decided_by_key(operation):
                raise error
            refused.append(error.message if error else None)
        return Granted(self._owner(operation, caller, needed), tuple(refused))

    def _ask(self, call: int, check: Check, asked: Asked) -> AwsError | None:
        """Decides and records one permission; returns the denial, if it is one."""
        operation, request = asked.operation, asked.request
        decision = self._decide(check, asked)
        error = None
        if not decision.allowed:
            message = denial_message(operation.service, decision)
            message += self._encoded.beside(operation, decision)
            error = failure("denied", operation.service, operation.protocol, message)
        self._trail.record(
            call,
            self._clock.now(),
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
        own = caller.account or next(iter(self._iam.accounts))
        if operation.service == "s3":
            bucket = operation.text("Bucket")
            return (self._iam.bucket_account(bucket) if bucket else None) or own
        if operation.service in ("iam", "sts"):
            return own
        parts = needed[0].resource.split(":", 5) if needed else []
        return parts[4] if len(parts) == 6 and parts[4] in self._iam.accounts else own

    def _decide(self, check: Check, call: Asked) -> Decision:
        caller = call.caller
        resource_policy, owner = self._resource_policy(check)
        context = self._context(check, call)
        asked = Request.of(
            caller.arn, check.action, check.resource, resource_account=owner, context=context
        )
        session = caller.session
        return decide(
            asked,
            PolicySet(
                identity=self._callers.identity_policies(caller),
                resource=resource_policy,
                boundaries=self._callers.boundaries(caller),
                session=session.policies if session else (),
                scps=self._guardrails.scps(caller.account),
                rcps=self._guardrails.rcps(asked.resource_account),
            ),
        )

    def _resource_policy(self, check: Check) -> tuple[Policy | None, str | None]:
        """The policy on the resource itself, and the account that owns it where the ARN does not tell."""
        service = check.action.partition(":")[0]
        if service == "sts":
            role = self._iam.role(check.resource)
            if role is None:
                return None, None
            return role.trust_policy, role.account
        if service == "s3" and check.resource.startswith("arn:aws:s3:::"):
            bucket = check.resource.removeprefix("arn:aws:s3:::").partition("/")[0]
            return self._iam.bucket_policy(bucket), self._iam.bucket_account(bucket)
        return resource_policy(check.resource), None

    def _context(self, check: Check, call: Asked) -> dict[str, str | list[str]]:
        """The condition keys of a request.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
        """
        operation, request = call.operation, call.request
        now = self._clock.now()
        keys: dict[str, str | list[str]] = {
            "aws:CurrentTime": timestamp(now),
            "aws:EpochTime": str(int(now.timestamp())),
            "aws:RequestedRegion": call.region,
            "aws:ViaAWSService": "false",
            # Clients reach AWS over TLS; loopback stands in for it.
            "aws:SecureTransport": "true",
            "aws:SourceIp": request.source_ip,
            "aws:UserAgent": request.headers.get("user-agent", ""),
        }
        if referer := request.headers.get("referer"):
            keys["aws:Referer"] = referer
        keys.update(self._callers.context(call.caller))
        if call.caller.session is not None and call.caller.session.instance_arn is not None:
            self._builder.ensure("ec2")
            keys.update(source_context(call.caller.session.instance_arn))
        keys.update(operation_keys(operation))
        if operation.service == "s3":
            keys.update(signature_keys(request, call.signature, now))
        keys.update(self._guardrails.context(call.caller.account))
        service = check.action.partition(":")[0]
        if operation.service == "sts" and (role := self._iam.role(check.resource)):
            for key, value in role.tags.items():
                keys[f"aws:ResourceTag/{key}"] = keys[f"iam:ResourceTag/{key}"] = value
        elif service == "iam":
            for key, value in self._iam.tags(check.resource).items():
                keys[f"aws:ResourceTag/{key}"] = keys[f"iam:ResourceTag/{key}"] = value
        elif service == "s3":
            keys.update(self._s3_context(check.resource))
        elif check.resource != "*" and service != "sts":
            for key, value in tags(check.resource).items():
                keys[f"aws:ResourceTag/{key}"] = keys[f"{service}:ResourceTag/{key}"] = value
        keys.update(check.context)
        return keys

    def _s3_context(self, arn: str) -> dict[str, str | list[str]]:
        """The owner of a bucket, and the tags of an object that is there."""
        bucket, _, key = arn.removeprefix("arn:aws:s3:::").partition("/")
        owner = self._iam.bucket_account(bucket)
        if owner is None:
            return {}
        tagged = self._iam.object_tags(bucket, key) if key else {}
        existing = {f"s3:ExistingObjectTag/{name}": value for name, value in tagged.items()}
        return {"s3:ResourceAccount": owner, **existing}

    def hide_missing_key(self, asked: Asked) -> None:
        """Without s3:ListBucket, a key that is not there is a 403 and no 404.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
        """
        operation = asked.operation
        bucket, key = operation.text("Bucket"), operation.text("Key")
        if operation.name not in ("GetObject", "HeadObject") or bucket is None or key is None:
            return
        if self._iam.bucket_account(bucket) is None or self._iam.object_exists(bucket, key):
            return
        listing = Check("s3:ListBucket", f"arn:aws:s3:::{bucket}")
        error = self._ask(self._trail.next_call(), listing, asked)
        if error is not None:
            raise error


def decided_by_key(operation: Operation) -> bool:
    """Whether each object of a call is decided on its own, and a refusal told in the answer."""
    objects = (operation.parameters.get("Delete") or {}).get("Objects")
    return operation.service == "s3" and operation.name == "DeleteObjects" and bool(objects)


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
