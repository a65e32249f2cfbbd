"""Decide whether a call is allowed, by every policy that AWS would evaluate, and record each decision."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rolecall.aws.arns import account_of
from rolecall.aws.authorization import Check, Scope, checks
from rolecall.aws.condition_keys import forwarded_keys, object_lock_keys, signature_keys
from rolecall.aws.denials import denial_message
from rolecall.aws.errors import AwsError, failure
from rolecall.aws.operations import Operation
from rolecall.iam import Decision, Policy, PolicySet, Request, condition_keys, decide
from rolecall.sandbox.build import Builder
from rolecall.sandbox.call import Call
from rolecall.sandbox.callers import Caller, Callers
from rolecall.sandbox.clock import Clock, timestamp
from rolecall.sandbox.encoded_messages import EncodedMessages
from rolecall.sandbox.guardrails import Guardrails
from rolecall.sandbox.moto_state.account_state import MotoAccountState
from rolecall.sandbox.moto_state.ec2 import source_instance_context
from rolecall.sandbox.moto_state.iam import IamState
from rolecall.sandbox.moto_state.registry import ResourceStates
from rolecall.sandbox.moto_state.resources import ServiceResources
from rolecall.sandbox.moto_state.s3_owners import canonical_user_id
from rolecall.sandbox.organization import Levels
from rolecall.sandbox.session_limits import chaining_checks, check_kind_of_session
from rolecall.sandbox.trail import Trail

# A denial of one permission of these operations doesn't end the call: the response lists the denied items.
_PARTLY_DENIED = frozenset({"dynamodb.BatchExecuteStatement", "s3.DeleteObjects"})
# Condition keys that a service takes from the HTTP request and its signature.
_REQUEST_KEYS = {"s3": signature_keys}


@dataclass(frozen=True, slots=True)
class Authorization:
    """The authorization of a call.

    Parameters
    ----------
    account
        The account in which the call is performed.
    denials
        One entry for each permission that the call needs: the denial message, or None if it is allowed.
    """

    account: str
    denials: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class _Principal:
    """What is the same for all permissions that a call needs: a call that deletes objects needs a thousand.

    Parameters
    ----------
    identity, boundaries
        The caller's policies.
    scps
        The service control policies of the caller's account.
    issuer
        As `Callers.issuer` returns it.
    keys
        The condition keys about the caller and the request.
    """

    identity: tuple[Policy, ...]
    boundaries: tuple[Policy, ...]
    scps: Levels | None
    issuer: str | None
    keys: dict[str, tuple[str, ...]]


class Authorizer:
    """Decide and record each permission that a call needs."""

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
        self._resources = ResourceStates(iam)
        self._callers = callers
        self._guardrails = guardrails
        self._encoded = encoded
        self._builder = builder
        self._clock = clock
        self._trail = trail

    def authorize(self, call: Call, *, recorded: bool = True, via: str = "") -> Authorization:
        """Decide and record every permission that a call needs.

        Parameters
        ----------
        call
            The call.
        recorded
            Whether the trail records allowed permissions; it records denials in any case.
        via
            The AWS service that makes the call on the caller's behalf; empty if the caller makes it.

        Raises
        ------
        AwsError
            The denial of the first missing permission, unless the call continues without the denied items.
        """
        operation, caller = call.operation, call.caller
        check_kind_of_session(operation, caller)
        scope = Scope(caller.account or call.account, call.region, caller.arn, MotoAccountState(self._iam))
        number = self._trail.next_call()
        needed = [*checks(operation, scope), *chaining_checks(operation, caller)]
        if via:
            needed = [replace(check, via=via) for check in needed]
        denials: list[str | None] = []
        principal = self._principal(call)
        for check in needed:
            error = self._check(number, check, call, principal, recorded=recorded)
            if error is not None and call.name not in _PARTLY_DENIED:
                raise error
            denials.append(error.message if error else None)
        own = caller.account or next(iter(self._iam.accounts))
        account = self._resources.of(operation.service).account(
            operation, needed[0].resource if needed else "*"
        )
        return Authorization(account if account in self._iam.accounts else own, tuple(denials))

    def require(self, call: Call, check: Check) -> None:
        """Decide and record one more permission, which a call needs in the present state.

        Raises
        ------
        AwsError
            The denial.
        """
        error = self._check(self._trail.next_call(), check, call, self._principal(call))
        if error is not None:
            raise error

    def allows(self, call: Call, check: Check) -> bool:
        """Decide one permission without an error; the trail records only a denial."""
        principal = self._principal(call)
        return self._check(self._trail.next_call(), check, call, principal, recorded=False) is None

    def principal_keys(self, caller: Caller) -> dict[str, str | list[str]]:
        """Return the condition keys about a caller, and about the organization of its account."""
        keys = self._callers.context(caller) | self._guardrails.context(caller.account, None)
        return {"aws:PrincipalArn": caller.arn, **keys}

    def _check(
        self, number: int, check: Check, call: Call, principal: _Principal, *, recorded: bool = True
    ) -> AwsError | None:
        """Decide and record one permission; returns the denial, or None if it is allowed."""
        operation, request = call.operation, call.request
        decision = self._decide(check, call, principal)
        error = None
        if not decision.allowed:
            error = self._denial(operation, decision)
        elif not recorded:
            return None
        service, name = operation.service, operation.name
        source, agent = request.source_ip, request.headers.get("user-agent", "")
        if check.via:
            # CloudTrail shows such a request as a separate event, made by the service.
            service, _, name = check.action.partition(":")
            source = agent = check.via
        self._trail.record(
            number,
            self._clock.now(),
            service,
            name,
            source,
            agent,
            decision,
            error.code if error else None,
        )
        return error

    def _denial(self, operation: Operation, decision: Decision) -> AwsError:
        if decision.error_code:
            return AwsError(decision.error_code, decision.reason, 400)
        # A service passes on what KMS says about a call that it made on the caller's behalf.
        service = "kms" if decision.request.action_lower.startswith("kms:") else operation.service
        message = denial_message(service, decision) + self._encoded.suffix(operation, decision)
        return failure("denied", operation.service, operation.protocol, message)

    def _decide(self, check: Check, call: Call, principal: _Principal) -> Decision:
        caller = call.caller
        resources = self._resources.of_action(check.action)
        owner = (
            check.owner
            or resources.owner(check.resource, check.action)
            or account_of(check.resource)
            or caller.account
        )
        if check.action == "sts:AssumeRoot":
            # No policy of the member account takes part: its root user has none.
            owner = caller.account
        request = Request.of(
            caller.arn,
            check.action,
            check.resource,
            resource_account=owner,
            context=self._context(check, call, resources, owner),
            # A service makes such a request from its address instead of the caller's.
            common=_without_source_ip(principal.keys) if check.via else principal.keys,
            issuer=principal.issuer,
        )
        return decide(
            request,
            PolicySet(
                identity=principal.identity,
                resource=resources.policy_for(
                    check.resource, check.action, caller.account, is_service=caller.is_service
                ),
                boundaries=principal.boundaries,
                session=caller.session.policies if caller.session else (),
                scps=principal.scps,
                rcps=self._guardrails.rcps(request.resource_account),
            ),
        )

    def _principal(self, call: Call) -> _Principal:
        caller = call.caller
        return _Principal(
            self._callers.identity_policies(caller),
            self._callers.boundaries(caller),
            self._guardrails.scps(caller.account),
            self._callers.issuer(caller),
            condition_keys(self._keys(call)),
        )

    def _keys(self, call: Call) -> dict[str, str | list[str]]:
        """Return the condition keys of a request that don't depend on the permission.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
        """
        operation, request, caller = call.operation, call.request, call.caller
        now = self._clock.now()
        keys: dict[str, str | list[str]] = {
            "aws:CurrentTime": timestamp(now),
            "aws:EpochTime": str(int(now.timestamp())),
            "aws:RequestedRegion": call.region,
            "aws:ViaAWSService": "false",
            # Clients use TLS with AWS; the loopback interface takes its place here.
            "aws:SecureTransport": "true",
            "aws:UserAgent": request.headers.get("user-agent", ""),
        }
        if not caller.is_service:
            keys["aws:SourceIp"] = request.source_ip
        if referer := request.headers.get("referer"):
            keys["aws:Referer"] = referer
        keys.update(self._callers.context(caller))
        if caller.session is not None and caller.session.instance_arn is not None:
            self._builder.ensure("ec2")
            keys.update(source_instance_context(caller.session.instance_arn))
        if operation.service in _REQUEST_KEYS:
            keys.update(_REQUEST_KEYS[operation.service](request, call.signature, now))
            keys.update(object_lock_keys(operation.parameters, now))
        return keys

    def _context(
        self,
        check: Check,
        call: Call,
        resources: ServiceResources,
        owner: str | None,
    ) -> dict[str, str | list[str]]:
        """Return the condition keys of a request that are about the permission and its resource."""
        keys, caller = self._guardrails.context(call.caller.account, owner), call.caller
        if check.via:
            keys |= forwarded_keys(check.via, check.action, call.region)
        if caller.account is not None:
            if check.action.startswith("kms:"):
                keys["kms:CallerAccount"] = caller.account
            elif check.action.startswith("s3:"):
                # Bucket policies and ACLs name an account by this ID.
                keys["rolecall:CanonicalUserId"] = canonical_user_id(caller.account)
        keys.update(resources.context(check.resource, check.action))
        keys.update(check.context)
        return keys


def _without_source_ip(keys: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {key: value for key, value in keys.items() if key != "aws:sourceip"}
