"""The IAM actions, resources, and condition keys of each operation.

The Service Authorization Reference says which resource types and condition keys an action has. This module
connects them to the parameters in botocore's service models: by name where the names agree, else by the
tables in ``tables/``, one file for each service. ``tests/aws/operations/`` lists the result for every
operation.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from botocore.exceptions import UnknownServiceError
from moto.core.utils import get_service_model

from rolecall._reference import actions, arn_formats, services
from rolecall.aws.tables import Table, table
from rolecall.aws.templates import paths

_VARIABLE = re.compile(r"\$\{([^}]+)\}")
_SETTLED = {"Partition": "aws", "Region": "{region}", "Account": "{account}"}
_PLAIN = ("name", "id", "identifier", "names", "ids", "arn", "resourcearn", "resource", "resourceid")
_WHOLE_ARN = ("resourcearn", "arn", "resource", "resourcearns", "resourcearnlist")
_CREATING = (
    "Create", "Run", "Allocate", "Import", "Copy", "Request", "Register", "Start", "Generate", "Restore",
    "Provision", "Purchase", "Launch", "Issue", "Build", "Submit", "Upload", "Accept",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource that an action is evaluated on.

    Parameters
    ----------
    template
        The template of its ARN (`rolecall.aws.templates`).
    required
        Whether every request for the action has such a resource.
    type
        The resource type in the Service Authorization Reference; empty if the table gives the ARN.
    """

    template: str
    required: bool = True
    type: str = ""


@dataclass(frozen=True, slots=True)
class Permission:
    """An action that an operation requires, with the sources of its resources and condition keys.

    Parameters
    ----------
    action
        The IAM action, such as ``s3:GetObject``.
    resources
        The resources. If none is there, the action is evaluated on ``*``.
    keys
        Condition keys, each with the path of the parameter that it is filled from.
    supported
        The condition keys that the action supports, in lower case; ``None`` if the action is unknown.
    when
        Paths of parameters; if there are any, the permission is required only if one of them is given.
    unless
        The path of a parameter; if it is given, the permission isn't required.
    creates
        Whether the operation creates the resource, so that an unknown ID in its ARN is ``*``.
    omitted
        The resource types that no parameter names.
    problem
        Why the resource is unknown; empty if it is known, or if the action has no resource types.
    """

    action: str
    resources: tuple[Resource, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    supported: frozenset[str] | None = None
    when: tuple[str, ...] = ()
    unless: str = ""
    creates: bool = False
    omitted: tuple[str, ...] = ()
    problem: str = ""


@lru_cache(maxsize=512)
def prefix_of(service: str) -> str:
    """Return the prefix of the IAM actions of a service, by botocore's name of the service."""
    given = table(service).prefix
    if given:
        return given
    if service in services():
        return service
    try:
        signing_name = str(get_service_model(service).signing_name)
    except UnknownServiceError:
        return service
    return signing_name if signing_name in services() else service


@lru_cache(maxsize=4096)
def supported_keys(action: str, type: str = "") -> frozenset[str]:
    """Return the condition keys that an action supports, in lower case.

    Parameters
    ----------
    action
        The action; an unknown one supports none.
    type
        A resource type, to leave out the keys of the other types.
    """
    prefix, _, name = action.partition(":")
    known = actions(prefix).get(name.lower())
    if known is None:
        return frozenset()
    types = [one for one in known["resourceTypes"] if type in ("", one["name"])]
    keys = [*known["conditionKeys"], *(key for one in types for key in one["conditionKeys"])]
    return frozenset(key.lower() for key in keys)


@lru_cache(maxsize=2048)
def permissions(service: str, operation: str) -> tuple[Permission, ...]:
    """Return the permissions that an operation requires, the one that it is named for first.

    Parameters
    ----------
    service
        The service, by botocore's name.
    operation
        The operation, as in the service's API reference.
    """
    own = table(service)
    prefix = prefix_of(service)
    members = _members(service, operation)
    listed = own.operations.get(operation)
    if listed is None and own.by_path and operation.lower() not in actions(prefix):
        return (_by_path(prefix, service, operation),)
    if listed is None:
        name = own.actions.get(operation, operation)
        names = [name] if isinstance(name, str) else name
        return tuple(_permission(prefix, one, operation, members, own) for one in names)
    found = []
    for entry in listed:
        entry_prefix, _, name = (entry.action or f"{prefix}:{operation}").partition(":")
        made = _permission(entry_prefix, name, operation, members, own, entry.resources)
        when = tuple(entry.when.split("|")) if entry.when else ()
        found.append(replace(made, when=when, unless=entry.unless))
    return tuple(found)


def _permission(
    prefix: str,
    name: str,
    operation: str,
    members: dict[str, str],
    own: Table,
    given: tuple[str, ...] | None = None,
) -> Permission:
    action = f"{prefix}:{name}"
    creates = operation.startswith(_CREATING)
    known = actions(prefix).get(name.lower())
    if known is None:
        return Permission(
            action,
            tuple(Resource(one) for one in given or ()),
            tuple(
                (key, path) for key, path in own.keys.items() if path.partition(".")[0] in members.values()
            ),
            creates=creates,
            problem="" if given is not None else "not in the Service Authorization Reference",
        )
    types = known["resourceTypes"]
    supported = {key for one in types for key in one["conditionKeys"]} | set(known["conditionKeys"])
    keys = tuple(_keys(sorted(supported), members, own))
    lower = supported_keys(action)
    if given is not None:
        return Permission(action, tuple(_given(given, types, prefix)), keys, lower, creates=creates)
    resources, omitted = [], []
    used: set[str] = set()
    for one in sorted(types, key=lambda one: not one["required"]):
        template = _template(prefix, one["name"], members, own, creates=creates, required=one["required"])
        if template is None:
            omitted.append(one["name"])
            continue
        # Alternative types, such as a function and its alias, take the same parameter: the first one
        # counts.
        if template in used or (not one["required"] and _only_shared(template, used)):
            continue
        used.add(template)
        resources.append(Resource(template, one["required"], one["name"]))
    missing = [one["name"] for one in types if one["required"] and one["name"] in omitted]
    problem = ""
    if len(missing) == 1 and not resources:
        # Only AWS knows which one it is, such as the workgroup of a query.
        template = _any_of(prefix, missing[0], members, own)
        resources.append(Resource(template, required=True, type=missing[0]))
    elif missing or (types and not resources):
        problem = "no parameter names " + ", ".join(missing or omitted)
    return Permission(
        action, tuple(resources), keys, lower, creates=creates, omitted=tuple(omitted), problem=problem
    )


def _any_of(prefix: str, type: str, members: dict[str, str], own: Table) -> str:
    """Return the template of a resource type's ARN with ``*`` for what no parameter names."""
    placeholders = dict(_SETTLED)
    arn = arn_formats(prefix)[type.lower()]
    for variable in _VARIABLE.findall(arn):
        if variable in placeholders:
            continue
        found = _placeholder(variable, type, members, own, last=False, required=True)
        given = found and f"{found[:-1]}=*}}"
        placeholders[variable] = given if given and given not in placeholders.values() else "*"
    return _VARIABLE.sub(lambda match: placeholders[match[1]], arn)


def _by_path(prefix: str, service: str, operation: str) -> Permission:
    """Return the permission of an operation whose action is its HTTP method and whose resource is its path.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-using-iam-policies-to-create-and-manage-apis.html
    """
    model = get_service_model(service).operation_model(operation)
    shape = model.input_shape
    members = shape.members if shape else {}
    names: dict[str, str] = {
        str(member.serialization.get("name", name)): name for name, member in members.items()
    }
    path = model.http["requestUri"].partition("?")[0].removeprefix("/v2").removesuffix("/")
    path = re.sub(r"\{(\w+)\+?\}", lambda match: "{" + names.get(match[1], match[1]) + "}", path)
    action = f"{prefix}:{model.http['method']}"
    return Permission(
        action, (Resource(f"arn:aws:{prefix}:{{region}}::{path}"),), supported=supported_keys(action)
    )


def _given(templates: Iterable[str], types: Any, prefix: str) -> Iterator[Resource]:
    """Read the resources of a table, in which `` ?`` at the end marks an optional one."""
    formats = {_shape(arn_formats(prefix).get(one["name"].lower(), "")): one["name"] for one in types}
    for text in templates:
        template = text.removesuffix(" ?")
        yield Resource(template, not text.endswith(" ?"), formats.get(_shape(template), ""))


def _shape(arn: str) -> str:
    """Return the fixed parts of an ARN, by which its type is recognized."""
    return re.sub(r"\$?\{[^}]*\}|\*", "*", arn).replace("arn:*:", "arn:aws:")


def _only_shared(template: str, used: set[str]) -> bool:
    own = set(paths(template))
    return bool(own) and own <= {path for one in used for path in paths(one)}


def _fits(template: str, members: dict[str, str]) -> bool:
    """Whether an operation has a parameter for each placeholder of a template."""
    return all(_root(path) in members.values() for path in paths(template))


def _template(
    prefix: str, type: str, members: dict[str, str], own: Table, *, creates: bool, required: bool
) -> str | None:
    """Return the template of a resource type's ARN; ``None`` if no parameter names such a resource."""
    creates = creates and required
    for template in own.resources.get(type, ()):
        if _fits(template, members):
            return template
    arn = arn_formats(prefix).get(type.lower())
    if arn is None:
        return None
    variables = [one for one in _VARIABLE.findall(arn) if one not in _SETTLED]
    placeholders = dict(_SETTLED)
    for variable in variables:
        placeholder = _placeholder(
            variable, type, members, own, last=variable == variables[-1], required=required
        )
        if (
            creates
            and placeholder
            and variable.endswith("Id")
            and _plain(placeholder).endswith(("name", "names"))
        ):
            # AWS makes the ID of a new resource; the name is something else.
            placeholder = None
        if placeholder is None and creates and variable == variables[-1]:
            placeholder = "*"
        if placeholder is None:
            whole = _first(members, list(_WHOLE_ARN))
            return "{" + whole + "}" if whole else None
        if "|" not in placeholder and _plain(placeholder).endswith((*_WHOLE_ARN, "arns")):
            return placeholder
        earlier = next((name for name, one in placeholders.items() if one == placeholder), None)
        if earlier is not None and _plain(placeholder).endswith("accountid") and "|" not in placeholder:
            # The accounts of Organizations.
            return None
        if earlier is not None and _names(earlier, placeholder) and not _names(variable, placeholder):
            # The name of a resource doesn't say its ID, as in framework:${FrameworkName}-${FrameworkId}.
            placeholder = "*"
        elif earlier is not None:
            placeholders[earlier] = "*"
        placeholders[variable] = placeholder
    return _VARIABLE.sub(lambda match: placeholders[match[1]], arn)


def _names(variable: str, placeholder: str) -> bool:
    """Whether the parameter of a placeholder has the name of a variable."""
    return _plain(variable) in (_plain(one) for one in placeholder.strip("{}").split("|"))


def _placeholder(
    variable: str, type: str, members: dict[str, str], own: Table, *, last: bool, required: bool
) -> str | None:
    for expression in own.variables.get(variable, ()):
        if _fits(expression, members):
            return "{" + expression + "}"
    stem, kind = _stem(variable), _plain(type)
    names = [_plain(variable)]
    names += [f"{base}{end}" for base in (stem, kind) for end in ("arn", "name", "id", "identifier", "")]
    names += [f"{name}{plural}" for name in names for plural in ("s", "list")]
    found = [members[name] for name in dict.fromkeys(names) if name in members]
    if required and not found:
        found = [members[name] for name in members if _shortens(name, variable)]
    if not found and last:
        found = [members[name] for name in _PLAIN if name in members][:1]
    # A resource can often be named in several ways, such as by its name or its ARN.
    return "{" + "|".join(dict.fromkeys(found)) + "}" if found else None


def _shortens(name: str, variable: str) -> bool:
    """Whether a parameter has the end of a variable's name, as metricName has of FleetMetricName."""
    ends = (_plain(variable), f"{_stem(variable)}name", f"{_stem(variable)}id")
    return (
        name.endswith(("name", "id"))
        and len(name) > len("name")
        and any(one.endswith(name) for one in ends)
    )


def _keys(supported: Iterable[str], members: dict[str, str], own: Table) -> Iterator[tuple[str, str]]:
    for key in supported:
        path = own.keys.get(key)
        if path is not None:
            if _fits(path, members) if "{" in path else _root(path) in members.values():
                yield key, path
        elif not key.startswith("aws:") and "${" not in key:
            found = members.get(_plain(key.partition(":")[2]))
            if found is not None:
                yield key, found


@lru_cache(maxsize=2048)
def _members(service: str, operation: str) -> dict[str, str]:
    """Return the top-level parameters of an operation, by their names in lower case without punctuation."""
    try:
        model = get_service_model(service)
        shape = model.operation_model(operation).input_shape
    except (UnknownServiceError, KeyError, ValueError):
        return {}
    return {_plain(name): name for name in (shape.members if shape else {})}


def _first(members: dict[str, str], names: list[str]) -> str | None:
    return next((members[name] for name in names if name in members), None)


def _root(path: str) -> str:
    return path.partition(".")[0]


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name.lower())


def _stem(variable: str) -> str:
    return re.sub(r"(name|id|arn|identifier)(withpath|withoutleadingslash)?$", "", _plain(variable))
