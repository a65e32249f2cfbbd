"""The calls that CloudFormation makes for the resources of a stack.

``tables/_cloudformation_types.yaml`` has one entry for each resource type that the sandbox can create. Its
fields:

``create``, ``update``, ``delete``
    The calls, such as ``iam.CreateRole``. Without ``update``, a change replaces the resource:
    CloudFormation creates a new one, and deletes the old one.
``replaced_by``
    Properties; a change of one of them replaces the resource too.
``by_calls``
    Whether the sandbox makes the calls to create, update, and delete the resource. For other types, moto
    does the same on its own.
``physical_id``, ``attributes``
    Templates of the physical ID, if that isn't the name, and of the attributes, of a type ``by_calls``;
    ``{@name}`` is the physical ID.
``name``
    The property with the resource's name, for which CloudFormation generates one if the template has none.
``id``
    The parameter of the calls that takes the physical ID of the resource; by default that of ``name``.
``parameters``
    Parameters whose name differs from that of their property, with the path of the property, or with a
    template (`rolecall.aws.templates`). Other properties are parameters of the same name. Empty text is the
    value itself.
``tags``
    The resource type in the ``TagSpecifications`` of EC2, which the property ``Tags`` goes to; ``none`` for
    a type without tags, although the call that creates it takes some.

A call is text, or has the fields

``call``
    The call.
``when``
    Properties; the call is only made if one of them is given, and for an update only if one has changed.
``each``, ``each_removed``
    A property, in most cases with a list; the call is made for each item, and for an update only for each
    new or removed one. With ``when``, it is made for all items if one of those properties has changed.
``item``
    The parameter that takes the item. Without it, the item has the parameters itself.
``parameters``
    As above, for this call only.

The permissions of a call are those that the same call requires if a client makes it
(`rolecall.aws.authorization`).

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from graphlib import TopologicalSorter
from importlib.resources import files
from typing import Annotated, Any, Literal

import yaml
from moto.core.utils import get_service_model
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from rolecall.aws.operations import Operation
from rolecall.aws.services import protocol_of
from rolecall.aws.tables import Texts
from rolecall.aws.templates import fill

Stage = Literal["create", "update", "delete"]

# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
_IAM_TYPES = {
    "AWS::IAM::AccessKey": "",
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Policy": "",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::UserToGroupAddition": "",
}


class _StackCall(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    call: str
    when: Texts = ()
    each: str = ""
    each_removed: str = ""
    item: str = ""
    parameters: dict[str, str] = Field(default_factory=dict)


def _calls(value: Any) -> Any:
    listed = value if isinstance(value, list) else [value]
    return [{"call": one} if isinstance(one, str) else one for one in listed]


_StackCalls = Annotated[tuple[_StackCall, ...], BeforeValidator(_calls)]


class _ResourceType(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    replaced_by: Texts = ()
    by_calls: bool = False
    physical_id: str = "{@name}"
    attributes: dict[str, str] = Field(default_factory=dict)
    name: str = ""
    id: str = ""
    parameters: dict[str, str] = Field(default_factory=dict)
    tags: str = ""
    create: _StackCalls = ()
    update: _StackCalls = ()
    delete: _StackCalls = ()


@dataclass(frozen=True, slots=True)
class StackResource:
    """A resource of a stack.

    Parameters
    ----------
    type
        Its type, such as ``AWS::IAM::Role``.
    name
        Its physical ID; before it is created, the name that the template or CloudFormation gives it.
    properties
        Its properties, with the values of all functions.
    """

    type: str
    name: str
    properties: Mapping[str, Any]


@cache
def resource_types() -> Mapping[str, _ResourceType]:
    """Return the resource types that the sandbox can create, by their names."""
    text = (files("rolecall.aws.tables") / "_cloudformation_types.yaml").read_text(encoding="utf-8")
    return TypeAdapter(dict[str, _ResourceType]).validate_python(yaml.load(text, yaml.CSafeLoader))


def stack_calls(
    stage: Stage,
    resource: StackResource,
    account: str,
    region: str,
    before: StackResource | None = None,
) -> list[Operation]:
    """Return the calls that create, update, or delete a resource.

    Parameters
    ----------
    stage
        What happens to the resource.
    resource
        The resource.
    account, region
        The account and the Region of the stack.
    before
        The resource before an update.

    Raises
    ------
    KeyError
        If the sandbox doesn't know the type.
    """
    type = resource_types()[resource.type]
    old = before.properties if before is not None else {}
    if stage == "update" and not type.update:
        assert before is not None
        created = stack_calls("create", resource, account, region)
        return created + stack_calls("delete", before, account, region)
    calls: tuple[_StackCall, ...] = getattr(type, stage)
    return [
        _operation(call, type, resource, item, account, region, named=stage != "create")
        for call in calls
        for item in _items(call, resource.properties, old)
    ]


def in_dependency_order(resources: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the logical IDs of resources, each after those that it refers to.

    Parameters
    ----------
    resources
        The resources of a template, as it defines them.

    Raises
    ------
    graphlib.CycleError
        If resources refer to each other.
    """
    references = {
        name: [one for one in _references(definition) if one in resources]
        for name, definition in resources.items()
    }
    return list(TopologicalSorter(references).static_order())


def _references(value: Any) -> Iterator[str]:
    """Yield the logical IDs in a part of a template, and names that aren't logical IDs."""
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key in ("Ref", "DependsOn"):
                yield from [item] if isinstance(item, str) else item
            elif key == "Fn::GetAtt":
                yield item.partition(".")[0] if isinstance(item, str) else item[0]
            elif key == "Fn::Sub":
                text, *values = item if isinstance(item, list) else [item]
                yield from re.findall(r"\$\{([^!.}]+)", text)
                yield from _references(values)
            else:
                yield from _references(item)


def is_replaced(resource: StackResource, before: StackResource) -> bool:
    """Return whether an update replaces a resource, because a property that can't be changed is different.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
    """
    names = resource_types()[resource.type].replaced_by
    return any(resource.properties.get(name) != before.properties.get(name) for name in names)


def physical_id(resource: StackResource, account: str) -> str:
    """Return the physical ID of a resource that has its name from the template, or from CloudFormation."""
    return _filled(resource_types()[resource.type].physical_id, resource, account)


def attribute(resource: StackResource, name: str, account: str) -> str | None:
    """Return an attribute of a resource, such as ``Arn``; None if resources of its type don't have it."""
    template = resource_types()[resource.type].attributes.get(name)
    return None if template is None else _filled(template, resource, account)


def _filled(template: str, resource: StackResource, account: str) -> str:
    type = resource_types()[resource.type]
    names = {"@name": resource.name, **({type.name: resource.name} if type.name else {})}
    return str(_value(template, {**resource.properties, **names}, account, ""))


def _items(call: _StackCall, new: Mapping[str, Any], old: Mapping[str, Any]) -> Iterator[Any]:
    """Yield an item for each time that a call is made; None if it has no item."""
    if call.when and all(new.get(name) == old.get(name) for name in call.when):
        return
    if call.each or call.each_removed:
        name = call.each or call.each_removed
        ours, others = (new, old) if call.each else (old, new)
        items, known = _listed(ours.get(name)), [] if call.when else _listed(others.get(name))
        if call.each_removed:
            # A policy that is only changed is put again under its name.
            names = {_policy_name(item) for item in known} - {None}
            known = [*known, *(one for one in items if _policy_name(one) in names)]
        yield from (item for item in items if item not in known)
    else:
        yield None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _policy_name(item: Any) -> Any:
    return item.get("PolicyName") if isinstance(item, Mapping) else None


def _operation(
    call: _StackCall,
    type: _ResourceType,
    resource: StackResource,
    item: Any,
    account: str,
    region: str,
    *,
    named: bool,
) -> Operation:
    service, _, name = call.call.partition(".")
    properties: dict[str, Any] = {**resource.properties, "@name": resource.name}
    if type.name:
        properties[type.name] = resource.name
    spelling = _parameter_names(service, name)
    parameters = {spelling.get(key.lower(), key): value for key, value in properties.items()}
    for parameter, source in {**type.parameters, **call.parameters}.items():
        value = _value(source, properties, account, region)
        if value is not None:
            _put(parameters, parameter, value)
    if named and type.id:
        parameters[type.id] = resource.name
    if isinstance(item, Mapping):
        parameters |= item
    elif item is not None:
        parameters[call.item] = item
    if type.tags not in ("", "none") and (tags := parameters.pop("Tags", None)):
        parameters["TagSpecifications"] = [{"ResourceType": type.tags, "Tags": tags}]
    return Operation(service, name, protocol_of(service, None), parameters)


def _value(source: str, properties: Mapping[str, Any], account: str, region: str) -> Any:
    if "{" not in source:
        return properties.get(source) if source else ""
    fixed = {"account": account, "region": region}
    found = fill(source, properties, fixed, lambda name, value: value.rpartition("://")[2])
    return found[0] if found else None


def _put(parameters: dict[str, Any], path: str, value: Any) -> None:
    first, _, rest = path.partition(".")
    if rest:
        inner: dict[str, Any] = {}
        _put(inner, rest, value)
        value = inner
    parameters[first] = value


@lru_cache(maxsize=512)
def _parameter_names(service: str, operation: str) -> Mapping[str, str]:
    """Return the spelling of an operation's parameters, by their names in lower case."""
    shape = get_service_model(service).operation_model(operation).input_shape
    return {name.lower(): name for name in (shape.members if shape else {})}


def sdk_name(service: str) -> str:
    """Return the name of a service in the AWS SDK for Java, in which the handlers are written."""
    words = re.split(r"\W+", str(get_service_model(service).service_id))
    return "".join(word.capitalize() if word.isupper() else word.replace("DB", "Db") for word in words)


def with_stack_tags(resource: StackResource, tags: Mapping[str, str]) -> StackResource:
    """Return a resource with the tags of its stack, if its type has tags.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-resource-tags.html
    """
    type = resource_types()[resource.type]
    own = resource.properties.get("Tags") or []
    if not tags or not type.create or type.tags == "none" or not isinstance(own, list):
        return resource
    service, _, name = type.create[0].call.partition(".")
    if not type.tags and "tags" not in _parameter_names(service, name):
        return resource
    keys = {tag.get("Key") for tag in own if isinstance(tag, Mapping)}
    inherited = [{"Key": key, "Value": value} for key, value in tags.items() if key not in keys]
    return replace(resource, properties={**resource.properties, "Tags": [*own, *inherited]})


def required_capability(resources: Iterable[Mapping[str, Any]]) -> str:
    """Return the capability that a template requires for its IAM resources; empty if it has none.

    Parameters
    ----------
    resources
        The resources of the template, each with ``Type`` and ``Properties``.
    """
    found = ""
    for resource in resources:
        type = str(resource.get("Type"))
        if type not in _IAM_TYPES:
            continue
        properties = resource.get("Properties") or {}
        if _IAM_TYPES[type] and _IAM_TYPES[type] in properties:
            return "CAPABILITY_NAMED_IAM"
        found = "CAPABILITY_IAM"
    return found
