"""Lambda functions and layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rolecall.sandbox.moto_state._backends import backend
from rolecall.sandbox.moto_state.resources import Arn, ServiceResources


class Functions(ServiceResources):
    """Functions and versions of layers with their policies, and functions with their tags."""

    policy_kind = "function policy"

    def _document(self, arn: Arn) -> Any:
        kind, name, *rest = [*arn.resource.split(":"), ""]
        if kind == "function":
            statements = [one for policy in _policies(arn, name) for one in policy.statements]
        elif kind == "layer" and len(rest) > 1:
            statements = _layer_statements(arn, name, rest[0])
        else:
            statements = []
        return {"Version": "2012-10-17", "Id": "default", "Statement": statements} if statements else None

    def _tags(self, arn: Arn) -> dict[str, str]:
        kind, name, *_ = [*arn.resource.split(":"), ""]
        function = _functions(arn, name)[:1] if kind == "function" else []
        return dict(function[0].tags or {}) if function else {}


def replace_statement(
    account: str, region: str, resource: str, identifier: str, statement: dict[str, Any]
) -> None:
    """Replace the statement that moto made of a permission.

    Parameters
    ----------
    resource
        The last part of the ARN: ``function:NAME``, with an optional qualifier, or ``layer:NAME:VERSION``.
    identifier
        The statement's ID.
    """
    arn = Arn("", account, region, resource)
    kind, name, *rest = resource.split(":")
    lists = (
        [policy.statements for policy in _policies(arn, name)]
        if kind == "function"
        else [_layer_statements(arn, name, rest[0])]
    )
    for statements in lists:
        for index, one in enumerate(statements):
            if one.get("Sid") == identifier:
                statements[index] = {"Sid": identifier, **statement}


def _policies(arn: Arn, name: str) -> Iterator[Any]:
    """Return the policies of a function and its versions; each statement names the qualifier it is for."""
    found: list[Any] = []
    for function in _functions(arn, name):
        if not any(function.policy is policy for policy in found):
            found.append(function.policy)
            yield function.policy


def _functions(arn: Arn, name: str) -> list[Any]:
    found: list[Any] = list(backend("lambda", arn.account, arn.region).list_versions_by_function(name))
    return found


def _layer_statements(arn: Arn, name: str, version: str) -> list[dict[str, Any]]:
    versions = backend("lambda", arn.account, arn.region).list_layer_versions(name)
    found = next((one for one in versions if str(one.version) == version), None)
    statements: list[dict[str, Any]] = found.policy.statements if found else []
    return statements
