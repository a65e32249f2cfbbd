"""Tokens with which principals of an account identify themselves to external services."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

from rolecall.aws.errors import AwsError
from rolecall.sandbox._constraints import constraint
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.responses import Result
from rolecall.sandbox.runtime import Runtime
from rolecall.sandbox.session_tags import check_session_tags

if TYPE_CHECKING:
    from joserfc import jwk

_CLAIMS = "https://sts.amazonaws.com/"
_ALGORITHMS = ("RS256", "ES384")
_LEAST, _MOST, _DEFAULT = 60, 3600, 300
_MOST_AUDIENCES, _LONGEST_AUDIENCE = 10, 1000


class OutboundFederation(Gap):
    """STS issues tokens for external services once the account has enabled it; moto doesn't."""

    operations = frozenset(
        {
            "iam.DisableOutboundWebIdentityFederation",
            "iam.EnableOutboundWebIdentityFederation",
            "iam.GetOutboundWebIdentityFederationInfo",
            "sts.GetWebIdentityToken",
        }
    )
    rule = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_getting_started.html"
    )
    answers = True

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self._enabled: set[str] = set()
        self._keys: dict[tuple[str, str], jwk.RSAKey | jwk.ECKey] = {}
        self._lock = threading.Lock()

    def reset(self) -> None:
        """Disable the feature in all accounts; their keys remain."""
        self._enabled.clear()

    def validate(self, call: Call) -> None:
        """Raise ValidationError for a parameter of GetWebIdentityToken out of bounds."""
        if call.operation.name != "GetWebIdentityToken":
            return
        parameters = call.operation.parameters
        check_session_tags(parameters)
        audiences = parameters.get("Audience") or []
        if not audiences:
            raise constraint(audiences, "audience", "Member must have length greater than or equal to 1")
        if len(audiences) > _MOST_AUDIENCES:
            rule = f"Member must have length less than or equal to {_MOST_AUDIENCES}"
            raise constraint(audiences, "audience", rule)
        for audience in audiences:
            if not 1 <= len(audience) <= _LONGEST_AUDIENCE:
                rule = f"Member must have length between 1 and {_LONGEST_AUDIENCE}, inclusive"
                raise constraint(audience, "audience", rule)
        algorithm = call.operation.text("SigningAlgorithm")
        if algorithm not in _ALGORITHMS:
            rule = f"Member must satisfy enum value set: [{', '.join(_ALGORITHMS)}]"
            raise constraint(algorithm, "signingAlgorithm", rule)
        duration = parameters.get("DurationSeconds")
        if duration is not None and int(duration) < _LEAST:
            rule = f"Member must have value greater than or equal to {_LEAST}"
            raise constraint(duration, "durationSeconds", rule)
        if duration is not None and int(duration) > _MOST:
            rule = f"Member must have value less than or equal to {_MOST}"
            raise constraint(duration, "durationSeconds", rule)

    def before(self, call: Call) -> Result:
        """Enable or disable the feature, or return a token.

        Raises
        ------
        AwsError
            If the feature is in the wrong state, or the token would outlast the caller's session.
        """
        enabled = call.account in self._enabled
        match call.operation.name:
            case "EnableOutboundWebIdentityFederation":
                if enabled:
                    message = "Outbound identity federation is already enabled for your AWS account."
                    raise AwsError("FeatureEnabled", message, 409)
                self._enabled.add(call.account)
                return {"IssuerIdentifier": _issuer(call.account)}
            case "DisableOutboundWebIdentityFederation":
                _require_enabled(enabled)
                self._enabled.discard(call.account)
                return {}
            case "GetOutboundWebIdentityFederationInfo":
                _require_enabled(enabled)
                return {"IssuerIdentifier": _issuer(call.account), "JwtVendingEnabled": True}
        if not enabled:
            message = (
                "The outbound web identity federation feature is not enabled for this account. To use this "
                "feature, you must first enable it through the AWS Management Console or API."
            )
            raise AwsError("OutboundWebIdentityFederationDisabledException", message, 403)
        return self._token(call)

    def _token(self, call: Call) -> Result:
        now = self.runtime.clock.now()
        duration = int(call.operation.parameters.get("DurationSeconds") or _DEFAULT)
        expires = (now + timedelta(seconds=duration)).replace(microsecond=0)
        session = call.caller.session
        if session is not None and expires > session.expires:
            message = (
                "The requested token duration would extend the session beyond its original expiration "
                "time. You cannot use this operation to extend the lifetime of a session beyond what was "
                "granted when the session was originally created."
            )
            raise AwsError("SessionDurationEscalationException", message, 403)
        claims = self._claims(call) | {
            "iat": int(now.timestamp()),
            "exp": int(expires.timestamp()),
            "jti": str(uuid.uuid4()),
        }
        algorithm = str(call.operation.text("SigningAlgorithm"))
        key = self._key(call.account, algorithm)
        header = {"alg": algorithm, "kid": key.kid, "typ": "JWT"}
        # Few sandboxes issue such tokens, and no other should wait for this import.
        token = import_module("joserfc.jwt").encode(header, claims, key, algorithms=list(_ALGORITHMS))
        return {"WebIdentityToken": token, "Expiration": expires}

    def _claims(self, call: Call) -> dict[str, Any]:
        """Return the claims about the caller.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html
        """
        audiences = list(call.operation.parameters["Audience"])
        keys = self.runtime.authorizer.principal_keys(call.caller)
        tags = {
            key.partition("/")[2]: value
            for key, value in keys.items()
            if key.startswith("aws:PrincipalTag/")
        }
        own: dict[str, Any] = {"aws_account": call.account, "source_region": call.region}
        if "aws:PrincipalOrgID" in keys:
            own["org_id"] = keys["aws:PrincipalOrgID"]
            own["ou_path"] = keys["aws:PrincipalOrgPaths"][0]
        if tags:
            own["principal_tags"] = tags
        if requested := call.operation.parameters.get("Tags"):
            own["request_tags"] = {one["Key"]: one["Value"] for one in requested}
        return {
            "iss": _issuer(call.account),
            "aud": audiences[0] if len(audiences) == 1 else audiences,
            "sub": keys.get("aws:PrincipalArn", call.caller.arn),
            _CLAIMS: own,
        }

    def _key(self, account: str, algorithm: str) -> jwk.RSAKey | jwk.ECKey:
        """Return an account's signing key; it is created at the first use."""
        with self._lock:
            if (account, algorithm) not in self._keys:
                parameters: Any = {"use": "sig", "alg": algorithm, "kid": str(uuid.uuid4())}
                keys = import_module("joserfc.jwk")
                if algorithm == "RS256":
                    made = keys.RSAKey.generate_key(2048, parameters)
                else:
                    made = keys.ECKey.generate_key("P-384", parameters)
                self._keys[account, algorithm] = made
            return self._keys[account, algorithm]


def _issuer(account: str) -> str:
    return f"https://{uuid.uuid5(uuid.NAMESPACE_URL, account)}.tokens.sts.global.api.aws"


def _require_enabled(enabled: bool) -> None:
    if not enabled:
        message = "Outbound identity federation is not enabled for your AWS account."
        raise AwsError("FeatureDisabled", message, 404)
