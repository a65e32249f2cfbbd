"""Lambda functions and layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import JsonRESTError

from rolecall.aws.function_names import parse_function_name
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


@dataclass(frozen=True, slots=True)
class FunctionFacts:
    """What Lambda needs to run a function.

    Parameters
    ----------
    name, version, arn
        The name, the version such as ``$LATEST``, and the ARN without a version.
    qualifier
        The version or the alias that was asked for; empty if there was none.
    role
        The ARN of the execution role.
    package_type, runtime, handler
        ``Zip`` or ``Image``; and for Zip such as ``python3.13`` and ``index.handler``.
    code
        The deployment package, a ZIP file; empty for a container image.
    layers
        The packages of the layers, in order.
    environment
        The environment variables.
    timeout
        In seconds.
    memory_size
        In MiB.
    """

    name: str
    version: str
    arn: str
    qualifier: str
    role: str
    package_type: str
    runtime: str
    handler: str
    code: bytes
    layers: tuple[bytes, ...]
    environment: Mapping[str, str]
    timeout: int
    memory_size: int

    @property
    def invoked_arn(self) -> str:
        """The ARN with the version or the alias that was asked for."""
        return f"{self.arn}:{self.qualifier}" if self.qualifier else self.arn


def function_facts(account: str, region: str, name: str, qualifier: str | None) -> FunctionFacts | None:
    """Return a function, by its name or ARN, and by a version or an alias; None if there is none."""
    named = parse_function_name(name)
    qualifier = qualifier or named.qualifier
    try:
        function = backend("lambda", account, region).get_function(named.name, qualifier or None)
    except JsonRESTError:
        return None
    return FunctionFacts(
        str(function.function_name),
        str(function.version or "$LATEST") if qualifier else "$LATEST",
        f"arn:aws:lambda:{region}:{account}:function:{function.function_name}",
        qualifier,
        str(function.role),
        str(function.package_type),
        str(function.run_time or ""),
        str(function.handler or ""),
        bytes(getattr(function, "code_bytes", b"")),
        tuple(
            bytes(layer.code_bytes)
            for one in function.layers
            if (layer := _layer_version(account, region, str(one["Arn"])))
        ),
        {str(key): str(value) for key, value in (function.environment_vars or {}).items()},
        int(function.timeout or 3),
        int(function.memory_size or 128),
    )


def event_source(account: str, region: str, identifier: str) -> str | None:
    """Return the ARN of the queue or stream of an event source mapping; None if there is none."""
    mapping = backend("lambda", account, region).get_event_source_mapping(identifier)
    return str(mapping.event_source_arn) if mapping else None


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


def has_statement(account: str, region: str, name: str, qualifier: str, identifier: str) -> bool:
    """Whether the policy of a function, or of one of its versions or aliases, has a statement of an ID."""
    function = parse_function_name(name)
    name, qualifier = function.name, qualifier or function.qualifier
    resource = f":function:{name}{':' if qualifier else ''}{qualifier}"
    return any(
        statement.get("Sid") == identifier and str(statement.get("Resource", "")).endswith(resource)
        for policy in _policies(Arn("", account, region, f"function:{name}"), name)
        for statement in policy.statements
    )


def has_policy(account: str, region: str, name: str) -> bool:
    """Whether a function has a statement in its policy, or in one of a version or an alias."""
    name = parse_function_name(name).name
    return any(
        policy.statements for policy in _policies(Arn("", account, region, f"function:{name}"), name)
    )


def layer_exists(account: str, region: str, arn: str) -> bool:
    """Whether an account has a version of a layer in a Region."""
    return _layer_version(account, region, arn) is not None


def _layer_version(account: str, region: str, arn: str) -> Any:
    try:
        return backend("lambda", account, region).layers_versions_by_arn(arn)
    except (JsonRESTError, ValueError):
        return None


def reserved_concurrency(account: str, region: str, name: str) -> int:
    """Return how many concurrent executions the other functions of an account reserve in a Region."""
    name = parse_function_name(name).name
    functions = backend("lambda", account, region).list_functions()
    return sum(
        int(function.reserved_concurrency or 0) for function in functions if function.function_name != name
    )


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
