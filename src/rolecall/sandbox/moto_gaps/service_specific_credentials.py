"""Passwords that a user has for one service, such as CodeCommit or Amazon Keyspaces."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.iam import new_unique_id
from rolecall.sandbox.responses import Result
from rolecall.sandbox.runtime import Runtime

_SERVICES = frozenset({"bedrock.amazonaws.com", "cassandra.amazonaws.com", "codecommit.amazonaws.com"})
_STATUSES = frozenset({"Active", "Inactive"})


@dataclass(frozen=True, slots=True)
class _Credential:
    identifier: str
    account: str
    user: str
    service: str
    created: datetime
    password: str
    status: str = "Active"

    def metadata(self) -> dict[str, Any]:
        """Return what IAM lists of the credential."""
        return {
            "CreateDate": self.created,
            "ServiceName": self.service,
            "ServiceSpecificCredentialId": self.identifier,
            "ServiceUserName": f"{self.user}-at-{self.account}",
            "Status": self.status,
            "UserName": self.user,
        }

    def result(self) -> Result:
        """Return the credential with its password, as IAM does when it is created or reset."""
        return {"ServiceSpecificCredential": {**self.metadata(), "ServicePassword": self.password}}


class ServiceSpecificCredentials(Gap):
    """IAM users have passwords for single services; moto has none."""

    operations = frozenset(
        {
            "iam.CreateServiceSpecificCredential",
            "iam.DeleteServiceSpecificCredential",
            "iam.DeleteUser",
            "iam.ListServiceSpecificCredentials",
            "iam.ResetServiceSpecificCredential",
            "iam.UpdateServiceSpecificCredential",
        }
    )
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceSpecificCredential.html"
    answers = True

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self._credentials: dict[str, _Credential] = {}

    def reset(self) -> None:
        """Forget every credential."""
        self._credentials.clear()

    def validate(self, call: Call) -> None:
        """Raise ValidationError for an ID or a status that no credential has."""
        identifier, status = (
            call.operation.text("ServiceSpecificCredentialId"),
            call.operation.text("Status"),
        )
        if identifier and not re.fullmatch(r"\w+", identifier, re.ASCII):
            rule = "Member must satisfy regular expression pattern: [\\w]+"
            raise _constraint("serviceSpecificCredentialId", rule)
        if status and status not in _STATUSES:
            raise _constraint("status", "Member must satisfy enum value set")

    def before(self, call: Call) -> Result | None:
        """Return the credentials, or change one."""
        name = call.operation.text("UserName") or (call.caller.user.name if call.caller.user else "")
        if call.operation.name == "DeleteUser":
            if self._of(call.account, name):
                raise AwsError(
                    "DeleteConflict", "Cannot delete entity, must remove referenced objects first.", 409
                )
            return None
        if self.runtime.iam.user(call.account, name) is None:
            raise AwsError("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
        service = call.operation.text("ServiceName")
        if service and service not in _SERVICES:
            raise AwsError(
                "NoSuchEntity",
                f"No such service {service} is supported for Service Specific Credentials",
                404,
            )
        match call.operation.name:
            case "CreateServiceSpecificCredential":
                created = _Credential(
                    new_unique_id("ACCA"),
                    call.account,
                    name,
                    service or "",
                    self.runtime.clock.now(),
                    _new_password(),
                )
                return self._keep(created).result()
            case "ListServiceSpecificCredentials":
                listed = [one for one in self._of(call.account, name) if service in (None, one.service)]
                return {"ServiceSpecificCredentials": [one.metadata() for one in listed]}
            case "ResetServiceSpecificCredential":
                return self._keep(replace(self._find(call, name), password=_new_password())).result()
            case "UpdateServiceSpecificCredential":
                self._keep(replace(self._find(call, name), status=call.operation.text("Status", "")))
            case _:
                del self._credentials[self._find(call, name).identifier]
        return {}

    def _keep(self, credential: _Credential) -> _Credential:
        self._credentials[credential.identifier] = credential
        return credential

    def _of(self, account: str, user: str) -> list[_Credential]:
        return [one for one in self._credentials.values() if (one.account, one.user) == (account, user)]

    def _find(self, call: Call, user: str) -> _Credential:
        identifier = call.operation.text("ServiceSpecificCredentialId", "")
        found = self._credentials.get(identifier)
        if found is None or (found.account, found.user) != (call.account, user):
            raise AwsError("NoSuchEntity", f"No such credential {identifier} exists", 404)
        return found


def _new_password() -> str:
    return secrets.token_urlsafe(32)


def _constraint(parameter: str, rule: str) -> AwsError:
    return AwsError(
        "ValidationError",
        f"1 validation error detected: Value at '{parameter}' failed to satisfy constraint: {rule}",
        400,
    )
