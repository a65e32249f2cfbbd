"""Authenticate callers, and find their policies and condition keys."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rolecall.aws import sigv2
from rolecall.aws.errors import AwsError, Protocol, expired_url, failure, malformed_signature
from rolecall.aws.http import HttpRequest
from rolecall.aws.s3_forms import Form
from rolecall.aws.sigv2 import read_url_signature, verify_url
from rolecall.aws.sigv4 import (
    SKEW,
    BadSignature,
    OldSignature,
    Signature,
    Verification,
    read_signature,
    unsigned_headers,
    verification,
)
from rolecall.iam import Policy
from rolecall.sandbox.clock import Clock, timestamp
from rolecall.sandbox.moto_state.iam import IamState, UserFacts
from rolecall.sandbox.moto_state.login_profiles import own_password_policies
from rolecall.sandbox.sessions import Session, SessionKind, Sessions


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated principal.

    Parameters
    ----------
    arn
        Its ARN; for an AWS service its name, such as ``ec2.amazonaws.com``; or ``anonymous``.
    account
        Its account; None for an anonymous caller or an AWS service.
    user_id
        What GetCallerIdentity calls UserId.
    user
        The IAM user, if long-term keys or the credentials of GetSessionToken were used.
    session
        The session, if temporary credentials were used.
    mfa_presented
        Whether this call includes the code of an MFA device.
    web_identity
        The fields about the token in the response to a call that presents one.
    web_context
        The condition keys from the claims of a token, or those that an AWS service adds to its request.
    """

    arn: str
    account: str | None = None
    user_id: str = ""
    user: UserFacts | None = None
    session: Session | None = None
    mfa_presented: bool = False
    web_identity: Mapping[str, str] | None = None
    web_context: Mapping[str, str | list[str]] = field(default_factory=dict)

    @property
    def is_service(self) -> bool:
        """Whether the caller is an AWS service, such as EC2 for the role of an instance."""
        return self.arn.endswith(".amazonaws.com")


ANONYMOUS = Caller("anonymous")


class Callers:
    """Authenticate the callers of requests."""

    def __init__(self, iam: IamState, sessions: Sessions, clock: Clock) -> None:
        self._iam = iam
        self._sessions = sessions
        self._clock = clock

    def authenticate(
        self, request: HttpRequest, service: str, protocol: Protocol
    ) -> tuple[Caller, Signature | None]:
        """Verify the signature of a request, and return its caller.

        Raises
        ------
        AwsError
            As the service answers to an unknown key, a wrong signature, an expired or foreign token.
        """
        try:
            signature = read_signature(request)
            if signature is None and service == "s3":
                signature = read_url_signature(request, self._clock.real_now())
        except OldSignature as error:
            raise AwsError("InvalidRequest", str(error), 400) from None
        except BadSignature as error:
            raise malformed_signature(service, str(error), in_query="X-Amz-" in request.query) from None
        if signature is None:
            return ANONYMOUS, None
        caller, secret = self._credentials(signature, service, protocol)
        self._verify(request, signature, secret, service, protocol)
        self._check_time(signature, service, protocol)
        if caller.session is not None and self._clock.now() >= caller.session.expires:
            raise failure("expired", service, protocol)
        return caller, signature

    def authenticate_form(self, form: Form) -> tuple[Caller, Signature | None]:
        """Verify the signature of an upload by a form and its policy, and return its caller.

        Raises
        ------
        AwsError
            As S3 answers to a wrong signature, or a policy that has expired or doesn't allow the upload.
        """
        signature = form.signature()
        if signature is None:
            return ANONYMOUS, None
        caller, secret = self._credentials(signature, "s3", "rest-xml")
        if not form.is_signed_with(signature, secret):
            details = {
                "AWSAccessKeyId": signature.access_key_id,
                "StringToSign": form.fields.get("policy", ""),
                "SignatureProvided": signature.signature,
            }
            raise failure("bad signature", "s3", "rest-xml", details=details)
        if caller.session is not None and self._clock.now() >= caller.session.expires:
            raise failure("expired", "s3", "rest-xml")
        # A client dates the policy with real time, although the sandbox's clock may have been ahead.
        # Without a date in the signature, no one knows how far ahead it was.
        ahead = self._clock.at(signature.signed_at) - signature.signed_at
        form.check_policy(self._clock.now() - ahead)
        return caller, signature

    def _verify(
        self, request: HttpRequest, signature: Signature, secret: str, service: str, protocol: Protocol
    ) -> None:
        """Raise the error for a wrong signature, in S3 with what it should have been made from.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshooting-by-symptom.html
        """
        if signature.algorithm == sigv2.ALGORITHM:
            right, text = verify_url(request, signature, secret)
            found = Verification(right, text)
        else:
            found = verification(request, signature, secret)
        if not found.right:
            details = {"AWSAccessKeyId": signature.access_key_id, "SignatureProvided": signature.signature}
            if found.string_to_sign:
                details["StringToSign"] = found.string_to_sign
            if found.canonical_request:
                details["CanonicalRequest"] = found.canonical_request
            raise failure("bad signature", service, protocol, details=details)
        if service == "s3" and signature.algorithm != sigv2.ALGORITHM:
            unsigned = unsigned_headers(request, signature)
            if unsigned:
                raise AwsError(
                    "AccessDenied",
                    "There were headers present in the request which were not signed",
                    403,
                    {"HeadersNotSigned": ", ".join(unsigned)},
                )

    def _credentials(self, signature: Signature, service: str, protocol: Protocol) -> tuple[Caller, str]:
        session = self._sessions.find(signature.access_key_id)
        if session is not None:
            if signature.token is None:
                # Temporary keys are not valid without their session token.
                raise failure("unknown key", service, protocol)
            if not hmac.compare_digest(signature.token.encode(), session.token.encode()):
                raise failure("invalid token", service, protocol)
            if not self._is_backed(session):
                raise failure("unknown key", service, protocol)
            return self.of_session(session), session.secret_access_key
        key = self._iam.key(signature.access_key_id)
        if key is None or not key.active:
            details = {"AWSAccessKeyId": signature.access_key_id}
            raise failure("unknown key", service, protocol, details=details)
        if signature.token is not None:
            raise failure("invalid token", service, protocol)
        user = key.user
        return Caller(user.arn, user.account, user.unique_id, user), key.secret

    def of_session(self, session: Session) -> Caller:
        """Return the caller that uses a session."""
        user = self._iam.user(session.account, session.source)
        if session.kind is SessionKind.ROLE:
            return Caller(
                session.arn, session.account, f"{session.unique_id}:{session.name}", None, session
            )
        if session.kind is SessionKind.ROOT:
            return Caller(session.arn, session.account, session.account, None, session)
        if session.kind is SessionKind.FEDERATED:
            return Caller(session.arn, session.account, f"{session.account}:{session.name}", user, session)
        return Caller(session.arn, session.account, session.unique_id, user, session)

    def issuer(self, caller: Caller) -> str | None:
        """Return the ARN of the user who called GetFederationToken; None for another kind of caller."""
        federated = caller.session is not None and caller.session.kind is SessionKind.FEDERATED
        return caller.user.arn if federated and caller.user is not None else None

    def _is_backed(self, session: Session) -> bool:
        """Return whether the role or user that a session was created for still exists."""
        if session.kind is SessionKind.ROLE:
            role = self._iam.role_named(session.account, session.source)
            return role is not None and role.unique_id == session.unique_id
        if session.kind is SessionKind.ROOT:
            return True
        user = self._iam.user(session.account, session.source)
        return user is not None and user.unique_id == session.unique_id

    def _check_time(self, signature: Signature, service: str, protocol: Protocol) -> None:
        # A client doesn't know that the sandbox's clock was advanced, so its own time is accepted too.
        times = (self._clock.now(), self._clock.real_now())
        if signature.expires is not None and signature.signed_at <= max(times) + SKEW:
            ends = self._clock.at(signature.signed_at) + signature.expires
            now = self._clock.now()
            if now > ends:
                details = {"Expires": timestamp(ends), "ServerTime": timestamp(now)}
                if signature.algorithm != sigv2.ALGORITHM:
                    seconds = int(signature.expires.total_seconds())
                    details = {"X-Amz-Expires": str(seconds), **details}
                raise expired_url(service, protocol, f"Signature expired: {timestamp(ends)}", details)
            return
        if signature.expires is not None and service == "s3":
            raise _early_url(signature.signed_at, signature.expires, times[1])
        if all(abs(now - signature.signed_at) > SKEW for now in times):
            late = signature.signed_at < times[1]
            word = "Signature expired" if late else "Signature not yet current"
            limit = times[1] - SKEW if late else times[1] + SKEW
            sign = "<" if late else ">"
            message = (
                f"{word}: {signature.timestamp} is now {'earlier' if late else 'still later'} "
                f"than {limit:%Y%m%dT%H%M%SZ} ({times[1]:%Y%m%dT%H%M%SZ} {sign[0]} 15 min.)"
            )
            raise failure("skewed", service, protocol, message)

    def identity_policies(self, caller: Caller) -> tuple[Policy, ...]:
        """Return the identity-based policies of a caller as they are now."""
        if caller.user is not None:
            policies = self._iam.user_policies(caller.user.account, caller.user.name)
            return policies + own_password_policies(caller.user)
        if caller.session is not None and caller.session.kind is SessionKind.ROLE:
            return self._iam.role_policies(caller.session.account, caller.session.source)
        return ()

    def boundaries(self, caller: Caller) -> tuple[Policy, ...]:
        """Return the permissions boundary of the user or role behind a caller."""
        if caller.user is not None:
            return self._iam.user_boundary(caller.user.account, caller.user.name)
        if caller.session is not None and caller.session.kind is SessionKind.ROLE:
            return self._iam.role_boundary(caller.session.account, caller.session.source)
        return ()

    def context(self, caller: Caller) -> dict[str, str | list[str]]:
        """Return the condition keys about the principal.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principal-properties
        """
        keys: dict[str, str | list[str]] = dict(caller.web_context)
        if caller.account is None:
            return keys
        keys["aws:userid"] = caller.user_id
        tags: Mapping[str, str] = caller.user.tags if caller.user else {}
        session = caller.session
        if session is not None:
            keys.update(session.federation)
            keys["aws:TokenIssueTime"] = timestamp(session.issued)
            keys["aws:MultiFactorAuthPresent"] = "true" if session.mfa else "false"
            if session.mfa:
                age = self._clock.now() - session.issued
                keys["aws:MultiFactorAuthAge"] = str(int(age.total_seconds()))
            if session.source_identity is not None:
                keys["aws:SourceIdentity"] = session.source_identity
            if session.instance_arn is not None:
                keys["ec2:SourceInstanceARN"] = session.instance_arn
            if session.kind is SessionKind.ROOT:
                keys["aws:AssumedRoot"] = "true"
            if session.kind is SessionKind.ROLE:
                role = self._iam.role_named(session.account, session.source)
                if role is not None:
                    keys["aws:PrincipalArn"] = role.arn
                    tags = role.tags
            # A session tag overrides a tag of the role or user, and the case of the key doesn't matter.
            passed = {key.lower() for key in session.tags}
            tags = {key: tag for key, tag in tags.items() if key.lower() not in passed}
            tags = {**tags, **session.tags}
        if caller.mfa_presented:
            keys["aws:MultiFactorAuthPresent"] = "true"
            keys["aws:MultiFactorAuthAge"] = "0"
        for key, tag in tags.items():
            keys[f"aws:PrincipalTag/{key}"] = tag
        return keys


def _early_url(signed_at: datetime, expires: timedelta, now: datetime) -> AwsError:
    """Return the error of S3 for a presigned URL that is not valid yet.

    https://github.com/minio/minio/issues/2638
    """
    details = {"X-Amz-Date": str(int(signed_at.timestamp()) * 1000)}
    # No date is after the year 9999.
    with suppress(OverflowError):
        details["Expires"] = timestamp(signed_at + expires)
    details["ServerTime"] = timestamp(now)
    return AwsError("AccessDenied", "Request is not yet valid", 403, details)
