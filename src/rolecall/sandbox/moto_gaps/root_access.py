"""Central management of the root users of an organization's member accounts."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.iam import PolicyType
from rolecall.sandbox._constraints import constraint
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.organizations import OrganizationFacts, organization_facts
from rolecall.sandbox.responses import Result
from rolecall.sandbox.runtime import Runtime
from rolecall.sandbox.sessions import SessionKind

_SERVICE = "iam.amazonaws.com"
_LONGEST = 900
_TASKS = "arn:aws:iam::aws:policy/root-task/"
_TARGET = re.compile(r"(?:arn:aws[a-z-]*:iam::)?(\d{12})(?::root)?")
_FEATURES = {
    "RootCredentialsManagement": "OrganizationsRootCredentialsManagement",
    "RootSessions": "OrganizationsRootSessions",
}


class RootAccess(Gap):
    """The management account assumes the root user of a member for one task; moto lacks it."""

    operations = frozenset(
        {
            "sts.AssumeRoot",
            "iam.ListOrganizationsFeatures",
            *(f"iam.{verb}{name}" for verb in ("Disable", "Enable") for name in _FEATURES.values()),
        }
    )
    rule = "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html"
    answers = True

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self._enabled: dict[str, set[str]] = {}

    def reset(self) -> None:
        """Disable the features."""
        self._enabled.clear()

    def validate(self, call: Call) -> None:
        """Raise ValidationError for a parameter of AssumeRoot out of bounds."""
        if call.operation.name != "AssumeRoot":
            return
        target = call.operation.text("TargetPrincipal", "")
        if _TARGET.fullmatch(target) is None:
            raise AwsError("ValidationError", f"{target} is invalid", 400)
        duration = call.operation.parameters.get("DurationSeconds")
        if duration is not None and int(duration) > _LONGEST:
            rule = f"Member must have value less than or equal to {_LONGEST}"
            raise constraint(duration, "durationSeconds", rule)

    def before(self, call: Call) -> Result:
        """Enable, disable, or list the features, or return credentials of a member's root user.

        Raises
        ------
        AwsError
            If the account doesn't manage the organization, or a feature isn't enabled.
        """
        self.runtime.builder.ensure("organizations")
        organization = organization_facts(call.account)
        if call.operation.name == "AssumeRoot":
            return self._assume_root(call, organization)
        if organization is None:
            message = "The request was rejected because no organization is associated with your account."
            raise AwsError("OrganizationNotFoundException", message, 400)
        if not _manages(call.account, organization):
            message = (
                "The request was rejected because the account making the request is not the management "
                "account or delegated administrator account for centralized root access."
            )
            raise AwsError("AccountNotManagementOrDelegatedAdministratorException", message, 400)
        if _SERVICE not in organization.trusted_services:
            message = (
                "The request was rejected because trusted access is not enabled for IAM in Organizations."
            )
            raise AwsError("ServiceAccessNotEnabledException", message, 400)
        enabled = self._enabled.setdefault(organization.id, set())
        for feature, name in _FEATURES.items():
            if call.operation.name == f"Enable{name}":
                enabled.add(feature)
            elif call.operation.name == f"Disable{name}":
                enabled.discard(feature)
        return {"OrganizationId": organization.id, "EnabledFeatures": sorted(enabled)}

    def _assume_root(self, call: Call, organization: OrganizationFacts | None) -> Result:
        found = _TARGET.fullmatch(call.operation.text("TargetPrincipal", ""))
        target = found[1] if found else ""
        allowed = (
            organization is not None
            and _manages(call.account, organization)
            and not call.caller.arn.endswith(":root")
            and target in organization.members
            and target != organization.management
            and "RootSessions" in self._enabled.get(organization.id, ())
        )
        if not allowed:
            message = (
                f"User: {call.caller.arn} is not authorized to perform: sts:AssumeRoot on resource: "
                f"arn:aws:iam::{target}:root"
            )
            raise AwsError("AccessDenied", message, 403)
        arn = str((call.operation.parameters["TaskPolicyArn"] or {}).get("arn") or "")
        task = self.runtime.iam.managed_policy(call.account, arn, PolicyType.SESSION)
        if task is None or not arn.startswith(_TASKS):
            message = f"Provided policy {arn} does not exist or is not attachable."
            raise AwsError("ValidationError", message, 400)
        duration = call.operation.parameters.get("DurationSeconds")
        session = self.runtime.sessions.create(
            SessionKind.ROOT,
            account=target,
            arn=f"arn:aws:iam::{target}:root",
            source="root",
            unique_id=target,
            name="root",
            now=self.runtime.clock.now(),
            valid_for=timedelta(seconds=_LONGEST if duration is None else int(duration)),
            policies=(task,),
            source_identity=call.caller.session.source_identity if call.caller.session else None,
        )
        answer: dict[str, Any] = {
            "Credentials": {
                "AccessKeyId": session.access_key_id,
                "SecretAccessKey": session.secret_access_key,
                "SessionToken": session.token,
                "Expiration": session.expires,
            }
        }
        if session.source_identity is not None:
            answer["SourceIdentity"] = session.source_identity
        return answer


def _manages(account: str, organization: OrganizationFacts) -> bool:
    """Whether an account is the management account, or the delegated administrator for IAM."""
    return account == organization.management or account in organization.administrators(_SERVICE)
