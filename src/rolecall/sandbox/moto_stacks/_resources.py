"""Create, update, and delete the resources of a stack, each after a decision, and with its events."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from rolecall.aws.cloudformation import (
    StackResource,
    Stage,
    in_dependency_order,
    is_replaced,
    resource_types,
)

_log = logging.getLogger(__name__)


# Where moto's resources have their physical ID; the first one is moto's own, which several types lack.
_IDS = (
    "physical_resource_id",
    "access_point_id",
    "cluster_identifier",
    "cluster_subnet_group_name",
    "scheduled_action_name",
    "id",
    "name",
)


class StepFailed(Exception):
    """A resource can't be created, updated, or deleted. The text is the reason that its event shows."""


class ResourceFailed(Exception):
    """A step of a stack operation failed; its event is recorded."""

    def __init__(self, logical_id: str, what: str) -> None:
        super().__init__(logical_id)
        self.reason = f"The following resource(s) failed to {what}: [{logical_id}]. "


class Authority(Protocol):
    """Decides about the resources of a stack operation."""

    @property
    def on_failure(self) -> str:
        """What to do if a new stack fails: ``ROLLBACK``, ``DO_NOTHING``, or ``DELETE``."""
        ...

    def require(self, stage: Stage, resource: StackResource, before: StackResource | None = None) -> None:
        """Raise `StepFailed` if a resource may not be created, updated, or deleted."""
        ...

    def complete(self, stage: Stage, resource: StackResource, before: StackResource | None = None) -> None:
        """Do what moto leaves out of creating or updating a resource."""
        ...

    def release(self, resource: StackResource) -> None:
        """Remove what would prevent the deletion of a resource."""
        ...


authority_of_thread: ContextVar[Authority | None] = ContextVar("authority", default=None)


@contextmanager
def acting_as(authority: Authority) -> Iterator[None]:
    """Let an authority decide about the resources of the stacks that this thread changes meanwhile."""
    token = authority_of_thread.set(authority)
    try:
        yield
    finally:
        authority_of_thread.reset(token)


def models() -> Any:
    return import_module("moto.cloudformation.models")


def parsing() -> Any:
    return import_module("moto.cloudformation.parsing")


def create_resource(
    logical_id: str, definition: dict[str, Any], resources: Any, account_id: str, region_name: str
) -> Any:
    """Create a resource, and those that it refers to before."""
    condition = definition.get("Condition")
    authority = authority_of_thread.get()
    if authority is None or (condition and not resources.lazy_condition_map[condition]):
        # Outside of an operation, moto would create whatever an output of a failed stack refers to.
        return None
    parsed = parsing().parse_resource_and_generate_name(logical_id, definition, resources)
    if parsed is None:
        return None
    cls, definition, name = parsed
    type = definition["Type"]
    stack = models().cloudformation_backends[account_id][region_name].stacks[resources.stack_id]
    resource = StackResource(type, name, definition["Properties"])
    with _step(stack, "create", logical_id, resource):
        authority.require("create", resource)
        created = cls.create_from_cloudformation_json(
            name,
            definition,
            account_id,
            region_name,
            LogicalId=logical_id,
            StackId=resources.stack_id,
            ResourceType=type,
        )
        if type == "AWS::CloudFormation::Stack" and created.status != "CREATE_COMPLETE":
            reason = next(
                (one.resource_status_reason for one in created.events[::-1] if one.resource_status_reason),
                "",
            )
            raise StepFailed(f"Embedded stack {created.stack_id} was not successfully created: {reason}")
        authority.complete("create", resource)
    return _keep(created, logical_id, resource)


def _keep(created: Any, logical_id: str, resource: StackResource) -> Any:
    """Remember with a resource how it was defined."""
    created.cf_resource_type = resource.type
    created.logical_resource_id = logical_id
    physical_id = next(
        (str(value) for name in _IDS if (value := getattr(created, name, None))), resource.name
    )
    created.stack_resource = StackResource(resource.type, physical_id, resource.properties)
    return created


@dataclass(frozen=True)
class Change:
    """A resource of a stack that was updated.

    Parameters
    ----------
    logical_id
        Its name in the template.
    old
        moto's resource before the update.
    before
        How it was defined then.
    replaces
        Whether another resource takes its place, beside which it still exists.
    """

    logical_id: str
    old: Any
    before: StackResource
    replaces: bool


def update_resource(stack: Any, logical_id: str) -> Change | None:
    """Update a resource to its present definition; returns None if nothing had to change."""
    resources = stack.resource_map
    old = resources._parsed_resources[logical_id]
    definition = resources._resource_json_map[logical_id]
    parsed = parsing().parse_resource_and_generate_name(logical_id, definition, resources)
    _, definition, name = parsed
    before: StackResource = old.stack_resource
    resource = StackResource(before.type, before.name, definition["Properties"])
    if resource == before:
        return None
    change = Change(logical_id, old, before, is_replaced(resource, before))
    if change.replaces:
        _replace(stack, change, StackResource(before.type, name, resource.properties))
    else:
        _change(stack, logical_id, resource, name)
    return change


def restore(stack: Any, change: Change) -> bool:
    """Give a resource its former definition again; returns whether that was possible."""
    logical_id = change.logical_id
    try:
        if change.replaces:
            resources = stack.resource_map._parsed_resources
            _delete(stack, logical_id, resources[logical_id])
            resources[logical_id] = change.old
        else:
            _change(stack, logical_id, change.before, change.before.name)
    except ResourceFailed:
        return False
    return True


def _replace(stack: Any, change: Change, resource: StackResource) -> None:
    """Create a resource beside the one that it replaces."""
    type, properties = resource.type, resource.properties
    authority = authority_of_thread.get()
    assert authority is not None
    with _step(stack, "update", change.logical_id, resource):
        name_property = resource_types()[type].name
        name = properties.get(name_property)
        if name is not None and name == change.before.properties.get(name_property):
            # https://repost.aws/knowledge-center/cloudformation-custom-name
            raise StepFailed(
                "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
                f"Rename {name} and update the stack again."
            )
        authority.require("update", resource, change.before)
        created = (
            parsing()
            .resource_class_from_type(type)
            .create_from_cloudformation_json(
                resource.name,
                {"Type": type, "Properties": dict(properties)},
                stack.account_id,
                stack.region_name,
                LogicalId=change.logical_id,
                StackId=stack.stack_id,
                ResourceType=type,
            )
        )
        authority.complete("create", resource)
    stack.resource_map._parsed_resources[change.logical_id] = _keep(created, change.logical_id, resource)


def delete_replaced(stack: Any, changes: list[Change]) -> None:
    """Delete the resources that others have taken the place of, once everything else is updated."""
    for change in reversed(changes):
        definition = stack.resource_map._resource_json_map.get(change.logical_id, {})
        if change.replaces and definition.get("UpdateReplacePolicy") != "Retain":
            with suppress(ResourceFailed):
                _delete(stack, change.logical_id, change.old)


def _change(stack: Any, logical_id: str, resource: StackResource, name: str) -> None:
    resources = stack.resource_map
    old = resources._parsed_resources[logical_id]
    update: Callable[..., Any] = (
        parsing().resource_class_from_type(resource.type).update_from_cloudformation_json
    )
    before: StackResource = old.stack_resource
    is_replacement: Callable[..., bool] = getattr(
        parsing().resource_class_from_type(resource.type), "is_replacement_update", lambda names: False
    )
    # moto replaces a user that the template names, also if that is the name that the user has.
    properties = {
        name: value
        for name, value in resource.properties.items()
        if not (is_replacement([name]) and before.properties.get(name) == value)
    }
    replaces = is_replacement(list(properties))
    definition = {"Type": resource.type, "Properties": properties}
    with _step(stack, "update", logical_id, resource):
        if hasattr(update, "__isabstractmethod__"):
            raise StepFailed(f"The sandbox can't update a resource of the type {resource.type}.")
        authority = authority_of_thread.get()
        assert authority is not None
        authority.require("update", resource, before)
        if replaces:
            authority.release(before)
        updated = update(
            original_resource=old,
            new_resource_name=name,
            cloudformation_json=definition,
            account_id=stack.account_id,
            region_name=stack.region_name,
        )
        kept = _keep(updated, logical_id, resource)
        if replaces:
            authority.complete("create", kept.stack_resource)
        else:
            authority.complete("update", kept.stack_resource, before)
    resources._parsed_resources[logical_id] = kept


def delete_resources(
    stack: Any, names: list[str] | None = None, definitions: dict[str, Any] | None = None
) -> list[str]:
    """Delete resources, each before those that it refers to; returns the IDs of those that remain."""
    resources = stack.resource_map
    definitions = definitions or resources._resource_json_map
    parsed = resources._parsed_resources
    failed = []
    for logical_id in reversed(in_dependency_order(definitions)):
        existing = parsed.get(logical_id)
        if existing is None or (names is not None and logical_id not in names):
            continue
        resource: StackResource = existing.stack_resource
        if definitions[logical_id].get("DeletionPolicy") == "Retain":
            _add_event(stack, logical_id, resource, "DELETE_SKIPPED")
            continue
        try:
            _delete(stack, logical_id, existing)
        except ResourceFailed:
            failed.append(logical_id)
        else:
            del parsed[logical_id]
    return failed


def _delete(stack: Any, logical_id: str, existing: Any) -> None:
    resource: StackResource = existing.stack_resource
    with _step(stack, "delete", logical_id, resource):
        authority = authority_of_thread.get()
        if authority is not None:
            authority.require("delete", resource)
            authority.release(resource)
        definition = {"Type": resource.type, "Properties": dict(resource.properties)}
        stack.resource_map._delete_resource(existing, definition)


@contextmanager
def _step(stack: Any, stage: Stage, logical_id: str, resource: StackResource) -> Iterator[None]:
    """Record the events of one step; a failure of any kind becomes the reason of the last event."""
    word = stage.upper()
    _add_event(stack, logical_id, resource, f"{word}_IN_PROGRESS")
    try:
        yield
    except ResourceFailed:
        raise
    except Exception as error:
        _add_event(stack, logical_id, resource, f"{word}_FAILED", _reason(error, resource.type))
        raise ResourceFailed(logical_id, stage) from error
    _add_event(stack, logical_id, resource, f"{word}_COMPLETE")


def _reason(error: Exception, type: str) -> str:
    if isinstance(error, StepFailed):
        return str(error)
    message = getattr(error, "message", None)
    if message is None:
        # moto doesn't validate many properties, and fails on them instead.
        _log.error("moto failed on a resource of the type %s", type, exc_info=error)
        return f"The sandbox can't handle a resource of the type {type} with these properties."
    return handler_message(str(message), "GeneralServiceException")


def handler_message(message: str, code: str) -> str:
    """Return the reason for which a resource's handler failed, as events show it.

    https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html
    """
    return (
        f'Resource handler returned message: "{message}" '
        f"(RequestToken: {uuid.uuid4()}, HandlerErrorCode: {code})"
    )


def _add_event(
    stack: Any, logical_id: str, resource: StackResource, status: str, reason: str | None = None
) -> None:
    stack.events.append(
        models().Event(
            stack_id=stack.stack_id,
            stack_name=stack.name,
            logical_resource_id=logical_id,
            physical_resource_id=resource.name,
            resource_type=resource.type,
            resource_status=status,
            resource_status_reason=reason,
            resource_properties=None,
        )
    )
