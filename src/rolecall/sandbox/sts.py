"""The Security Token Service: its checks of parameters, and the sessions that it issues.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.aws.operations import Operation
from rolecall.iam import MalformedPolicyDocument, Policy, PolicyType
from rolecall.sandbox._constraints import constraint
from rolecall.sandbox.callers import Caller
from rolecall.sandbox.clock import Clock
from rolecall.sandbox.encoded_messages import EncodedMessages
from rolecall.sandbox.moto_state.iam import IamState, RoleFacts
from rolecall.sandbox.oidc_claims import is_in_session
from rolecall.sandbox.session_tags import check_session_tags, transitive_keys
from rolecall.sandbox.sessions import Session, SessionKind, Sessions

_SESSION_NAME = re.compile(r"[\w+=,.@-]*", re.ASCII)
_POLICY_LIMIT = 2048
_MAX_POLICY_ARNS = 10
_CHAIN_LIMIT = 3600

Answer = dict[str, Any]


class Sts:
    """The operations of STS. The gateway authorizes each call before it gets here."""

    def __init__(self, iam: IamState, sessions: Sessions, clock: Clock, encoded: EncodedMessages) -> None:
        self._iam = iam
        self._sessions = sessions
        self._clock = clock
        self._encoded = encoded
        self._operations: dict[str, Callable[[Operation, Caller], Answer]] = {
            "AssumeRole": self._assume_role,
            "AssumeRoleWithSAML": self._assume_role,
            "AssumeRoleWithWebIdentity": self._assume_role,
            "DecodeAuthorizationMessage": self._decode_authorization_message,
            "GetAccessKeyInfo": self._get_access_key_info,
            "GetCallerIdentity": self._get_caller_identity,
            "GetFederationToken": self._get_federation_token,
            "GetSessionToken": self._get_session_token,
        }

    def validate(self, operation: Operation) -> None:
        """Check the parameters of an operation, before any policy is evaluated.

        Raises
        ------
        AwsError
            ValidationError, as the service answers.
        """
        parameters = operation.parameters
        if operation.name.startswith("AssumeRole"):
            for required in ("RoleArn", "RoleSessionName"):
                if not parameters.get(required):
                    raise constraint("null", required[0].lower() + required[1:], "Member must not be null")
            _check_arn_length(str(parameters["RoleArn"]))
            _check_name(str(parameters["RoleSessionName"]), "roleSessionName", 2, 64)
            _check_arn(str(parameters["RoleArn"]))
            check_session_tags(parameters)
            _check_duration(parameters, 900, 43200)
            if parameters.get("ExternalId"):
                _check_name(str(parameters["ExternalId"]), "externalId", 2, 1224, r"[\w+=,.@:\/-]*")
            if parameters.get("SourceIdentity"):
                _check_name(str(parameters["SourceIdentity"]), "sourceIdentity", 2, 64)
        elif operation.name == "GetFederationToken":
            _check_name(str(parameters.get("Name") or ""), "name", 2, 32)
            check_session_tags(parameters)
            _check_duration(parameters, 900, 129600)
        elif operation.name == "GetSessionToken":
            _check_duration(parameters, 900, 129600)

    def answer(self, operation: Operation, caller: Caller) -> Answer:
        """Perform an authorized operation.

        Raises
        ------
        AwsError
            For an operation that the sandbox doesn't have, and for what only shows once the operation may
            run, such as a duration beyond the role's.
        """
        if operation.name not in self._operations:
            raise AwsError("InvalidAction", f"The sandbox has no {operation.name} of STS.", 400)
        return self._operations[operation.name](operation, caller)

    def _assume_role(self, operation: Operation, caller: Caller) -> Answer:
        parameters = operation.parameters
        role = self._iam.role(str(parameters["RoleArn"]))
        if role is None:
            raise AwsError("AccessDenied", "The role is gone.", 403)
        # The credentials of GetSessionToken are temporary too, so that they count as the start of a chain.
        chained = caller.session is not None
        requested = parameters.get("DurationSeconds")
        duration = int(requested) if requested is not None else 3600
        if chained and duration > _CHAIN_LIMIT:
            raise AwsError(
                "ValidationError",
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
                "role chaining.",
                400,
            )
        if duration > role.max_session_duration:
            raise AwsError(
                "ValidationError",
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
                400,
            )
        _check_chain(operation, caller.session)
        policies, packed = self._session_policies(parameters, role.account)
        session = self.create_role_session(
            role,
            str(parameters["RoleSessionName"]),
            timedelta(seconds=duration),
            policies=policies,
            chained=chained,
            by=caller.session,
            tags={tag["Key"]: tag["Value"] for tag in parameters.get("Tags") or []},
            transitive=transitive_keys(parameters),
            source_identity=operation.text("SourceIdentity"),
            federation=_session_context(caller.web_context),
        )
        answer: Answer = {
            "Credentials": _credentials(session),
            "AssumedRoleUser": {
                "AssumedRoleId": f"{session.unique_id}:{session.name}",
                "Arn": session.arn,
            },
        }
        if packed is not None:
            answer["PackedPolicySize"] = packed
        if session.source_identity is not None:
            answer["SourceIdentity"] = session.source_identity
        return answer | dict(caller.web_identity or {})

    def create_role_session(
        self,
        role: RoleFacts,
        name: str,
        valid_for: timedelta,
        *,
        policies: tuple[Policy, ...] = (),
        chained: bool = False,
        by: Session | None = None,
        tags: Mapping[str, str] | None = None,
        transitive: frozenset[str] = frozenset(),
        source_identity: str | None = None,
        instance_arn: str | None = None,
        federation: Mapping[str, str | list[str]] | None = None,
    ) -> Session:
        """Create a session of a role; a chained one inherits transitive tags and the source identity."""
        inherited = {key: by.tags[key] for key in by.transitive_tags if key in by.tags} if by else {}
        return self._sessions.create(
            SessionKind.ROLE,
            account=role.account,
            arn=f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{name}",
            source=role.name,
            unique_id=role.unique_id,
            name=name,
            now=self._clock.now(),
            valid_for=valid_for,
            policies=policies,
            tags={**(tags or {}), **inherited},
            transitive_tags=transitive | frozenset(inherited),
            source_identity=(by.source_identity if by and by.source_identity else source_identity),
            chained=chained,
            instance_arn=instance_arn,
            federation=federation,
        )

    def _session_policies(
        self, parameters: Mapping[str, Any], account: str
    ) -> tuple[tuple[Policy, ...], int | None]:
        """Return the session policies of a request, and their share of the packed size in percent."""
        policies: list[Policy] = []
        text = parameters.get("Policy")
        arns = [one.get("arn") or "" for one in parameters.get("PolicyArns") or []]
        if text and len(text) > _POLICY_LIMIT:
            raise constraint(
                text, "policy", f"Member must have length less than or equal to {_POLICY_LIMIT}"
            )
        if len(arns) > _MAX_POLICY_ARNS:
            raise constraint(
                arns, "policyArns", f"Member must have length less than or equal to {_MAX_POLICY_ARNS}"
            )
        if text:
            try:
                policies.append(Policy.parse(text, PolicyType.SESSION, "inline session policy"))
            except MalformedPolicyDocument as error:
                raise AwsError("MalformedPolicyDocument", error.message, 400) from None
        for arn in arns:
            policy = self._iam.managed_policy(account, arn, PolicyType.SESSION)
            if policy is None:
                raise AwsError(
                    "ValidationError", f"Provided policy {arn} does not exist or is not attachable.", 400
                )
            policies.append(policy)
        return tuple(policies), _packed_size(text or "", arns, parameters.get("Tags") or [])

    def _get_caller_identity(self, operation: Operation, caller: Caller) -> Answer:
        return {"UserId": caller.user_id, "Account": caller.account, "Arn": caller.arn}

    def _get_session_token(self, operation: Operation, caller: Caller) -> Answer:
        if caller.user is None or caller.session is not None:
            raise AwsError("AccessDenied", "Cannot call GetSessionToken with session credentials", 403)
        duration = int(operation.parameters.get("DurationSeconds") or 43200)
        session = self._sessions.create(
            SessionKind.USER,
            account=caller.user.account,
            arn=caller.user.arn,
            source=caller.user.name,
            unique_id=caller.user.unique_id,
            name=caller.user.name,
            now=self._clock.now(),
            valid_for=timedelta(seconds=duration),
            mfa=caller.mfa_presented,
        )
        return {"Credentials": _credentials(session)}

    def _get_federation_token(self, operation: Operation, caller: Caller) -> Answer:
        if caller.user is None or caller.session is not None:
            raise AwsError("AccessDenied", "Cannot call GetFederationToken with session credentials", 403)
        name = str(operation.parameters["Name"])
        policies, packed = self._session_policies(operation.parameters, caller.user.account)
        duration = int(operation.parameters.get("DurationSeconds") or 43200)
        session = self._sessions.create(
            SessionKind.FEDERATED,
            account=caller.user.account,
            arn=f"arn:aws:sts::{caller.user.account}:federated-user/{name}",
            source=caller.user.name,
            unique_id=caller.user.unique_id,
            name=name,
            now=self._clock.now(),
            valid_for=timedelta(seconds=duration),
            policies=policies,
            tags={tag["Key"]: tag["Value"] for tag in operation.parameters.get("Tags") or []},
        )
        answer: Answer = {
            "Credentials": _credentials(session),
            "FederatedUser": {
                "FederatedUserId": f"{session.account}:{name}",
                "Arn": session.arn,
            },
        }
        return answer | {"PackedPolicySize": packed or 0}

    def _decode_authorization_message(self, operation: Operation, caller: Caller) -> Answer:
        return {"DecodedMessage": self._encoded.decode(operation.text("EncodedMessage", ""))}

    def _get_access_key_info(self, operation: Operation, caller: Caller) -> Answer:
        identifier = operation.text("AccessKeyId", "")
        session, key = self._sessions.find(identifier), self._iam.key(identifier)
        account = session.account if session else key.user.account if key else None
        if account is None:
            raise AwsError("ValidationError", "Invalid Access Key ID.", 400)
        return {"Account": account}


def _packed_size(policy: str, arns: list[str], tags: list[dict[str, str]]) -> int | None:
    """Return the used share of the space for policies and tags, in percent; None if nothing was passed.

    AWS packs them into a binary form that it does not describe, so this returns the size after compression.

    Raises
    ------
    AwsError
        PackedPolicyTooLarge.
    """
    passed = "".join([policy, *arns, *(f"{tag['Key']}={tag['Value']}\n" for tag in tags)])
    if not passed:
        return None
    percent = -(-100 * len(zlib.compress(passed.encode(), 9)) // _POLICY_LIMIT)
    if percent > 100:
        raise AwsError(
            "PackedPolicyTooLarge",
            f"Packed policy consumes {percent}% of allotted space, please use smaller policy.",
            400,
        )
    return percent


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
_SESSION_KEYS = ("aws:FederatedProvider", "saml:namequalifier", "saml:sub", "saml:sub_type")


def _session_context(context: Mapping[str, str | list[str]]) -> dict[str, str | list[str]]:
    """Return the condition keys of a federated call that later calls of its session have too."""
    return {
        key: value
        for key, value in context.items()
        if key in _SESSION_KEYS or (not key.startswith("saml:") and is_in_session(key))
    }


def _credentials(session: Session) -> Answer:
    return {
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key,
        "SessionToken": session.token,
        "Expiration": session.expires,
    }


def _check_arn_length(arn: str) -> None:
    if len(arn) < 20:
        raise constraint(arn, "roleArn", "Member must have length greater than or equal to 20")


def _check_arn(arn: str) -> None:
    if not re.fullmatch(r"arn:aws[a-z-]*:iam::\d{12}:role/.+", arn):
        raise AwsError("ValidationError", f"{arn} is invalid", 400)


def _check_chain(operation: Operation, by: Session | None) -> None:
    """Check that a chained session doesn't change what it inherits.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
    """
    if by is None:
        return
    passed = {str(tag["Key"]).lower() for tag in operation.parameters.get("Tags") or []}
    kept = {key.lower() for key in by.transitive_tags}
    if passed & kept:
        raise AwsError(
            "InvalidParameterValue",
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive "
            "tag key from the calling session.",
            400,
        )
    requested = operation.text("SourceIdentity")
    if by.source_identity is not None and requested not in (None, by.source_identity):
        raise AwsError("AccessDenied", "The source identity of a role session cannot be changed.", 403)


def _check_name(value: str, parameter: str, least: int, most: int, pattern: str = "") -> None:
    if len(value) < least:
        rule = f"Member must have length greater than or equal to {least}"
        raise constraint(value, parameter, rule)
    if len(value) > most:
        raise constraint(value, parameter, f"Member must have length less than or equal to {most}")
    allowed = re.compile(pattern, re.ASCII) if pattern else _SESSION_NAME
    if not allowed.fullmatch(value):
        raise constraint(
            value, parameter, f"Member must satisfy regular expression pattern: {allowed.pattern}"
        )


def _check_duration(parameters: Mapping[str, Any], least: int, most: int) -> None:
    duration = parameters.get("DurationSeconds")
    if duration is None:
        return
    if int(duration) < least:
        rule = f"Member must have value greater than or equal to {least}"
        raise constraint(duration, "durationSeconds", rule)
    if int(duration) > most:
        rule = f"Member must have value less than or equal to {most}"
        raise constraint(duration, "durationSeconds", rule)
