"""Policy documents on their way into an account: what AWS refuses, and what becomes of a deleted principal.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from moto.s3.models import s3_backends

from rolecall.aws.errors import AwsError
from rolecall.aws.operations import Operation
from rolecall.iam import MalformedPolicyDocument, Policy, PolicyType
from rolecall.sandbox.iam_state import IamState, backend

_PARAMETERS = {
    ("iam", "PolicyDocument"): PolicyType.IDENTITY,
    ("iam", "AssumeRolePolicyDocument"): PolicyType.TRUST,
    ("s3", "Policy"): PolicyType.RESOURCE,
}
_PRINCIPAL = re.compile(r"arn:[^:]+:iam::(?P<account>\d{12}):(?P<kind>user|role)/(?:.*/)?(?P<name>[^/]+)")
_UNIQUE_ID = re.compile(r"A(?:IDA|ROA)[A-Z0-9]{12,}")


class PolicyDocuments:
    """Guards the documents that the accounts keep."""

    def __init__(self, iam: IamState) -> None:
        self._iam = iam

    def check(self, operation: Operation) -> None:
        """Refuses a policy document that AWS would refuse, before moto keeps it.

        Raises
        ------
        AwsError
            MalformedPolicyDocument of IAM, MalformedPolicy of S3.
        """
        for (service, parameter), usual in _PARAMETERS.items():
            document = operation.parameters.get(parameter)
            if service != operation.service or document is None:
                continue
            type = PolicyType.TRUST if operation.name == "UpdateAssumeRolePolicy" else usual
            if isinstance(document, bytes):
                document = document.decode("utf-8", "replace")
            code = "MalformedPolicy" if service == "s3" else "MalformedPolicyDocument"
            try:
                Policy.parse(document, type)
            except MalformedPolicyDocument as error:
                raise AwsError(code, error.message, 400) from None
            for principal in _named(json.loads(document)):
                if not self._exists(principal):
                    told = "" if service == "s3" else f': "AWS":"{principal}"'
                    raise AwsError(code, f"Invalid principal in policy{told}", 400)

    def _exists(self, principal: str) -> bool:
        """Whether a user or role that a policy names is there; other accounts' are taken on trust."""
        if _UNIQUE_ID.fullmatch(principal):
            return any(principal in _unique_ids(account) for account in self._iam.accounts)
        match = _PRINCIPAL.fullmatch(principal)
        if match is None or match["account"] not in self._iam.accounts:
            return True
        return self._iam.iam_arn(match["account"], match["kind"], match["name"]) == principal and (
            self._unique_id(principal) is not None
        )

    def _unique_id(self, arn: str) -> str | None:
        match = _PRINCIPAL.fullmatch(arn)
        if match is None:
            return None
        if match["kind"] == "user":
            user = self._iam.user(match["account"], match["name"])
            return user.unique_id if user else None
        role = self._iam.role(arn)
        return role.unique_id if role else None

    def leaving(self, operation: Operation, account: str) -> tuple[str, str] | None:
        """The ARN and the unique id of the user or role that an operation would delete or rename."""
        kind, name = {
            "DeleteUser": ("user", operation.text("UserName")),
            "DeleteRole": ("role", operation.text("RoleName")),
        }.get(operation.name, ("", None))
        if operation.service != "iam" or name is None:
            return None
        arn = self._iam.iam_arn(account, kind, name)
        identifier = self._unique_id(arn)
        return (arn, identifier) if identifier else None

    def left(self, arn: str, identifier: str) -> None:
        """Puts the unique id of a principal that is gone in the place of its ARN, as IAM shows it.

        A policy that named it does not mean another of the same name.
        """
        if self._unique_id(arn) == identifier:
            return
        for account in self._iam.accounts:
            for role in backend(account).roles.values():
                role.assume_role_policy_document = _replaced(
                    role.assume_role_policy_document, arn, identifier
                )
            for bucket in s3_backends[account]["aws"].buckets.values():
                if bucket.policy is not None:
                    bucket.policy = _replaced(bucket.policy.decode(), arn, identifier).encode()


def _unique_ids(account: str) -> set[str]:
    state = backend(account)
    return {str(one.id) for one in (*state.users.values(), *state.roles.values())}


def _statements(document: Any) -> list[Any]:
    statements = document.get("Statement", [])
    return statements if isinstance(statements, list) else [statements]


def _named(document: Any) -> Iterator[str]:
    """The AWS principals that a well-formed document names."""
    for statement in _statements(document):
        for element in ("Principal", "NotPrincipal"):
            principals = statement.get(element)
            named = principals.get("AWS", []) if isinstance(principals, dict) else []
            yield from [named] if isinstance(named, str) else named


def _replaced(text: str, arn: str, identifier: str) -> str:
    """A document with a principal's id for its ARN; the same text where it does not name it."""
    if arn not in text:
        return text
    document = json.loads(text)
    for statement in _statements(document):
        for element in ("Principal", "NotPrincipal"):
            principals = statement.get(element)
            if not isinstance(principals, dict) or "AWS" not in principals:
                continue
            named = principals["AWS"]
            if isinstance(named, str):
                principals["AWS"] = identifier if named == arn else named
            else:
                principals["AWS"] = [identifier if one == arn else one for one in named]
    return json.dumps(document)
