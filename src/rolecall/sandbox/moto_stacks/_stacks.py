"""Operations on whole stacks: create, update, delete, execute a change set, and roll back."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import yaml

from rolecall.aws.cloudformation import in_dependency_order
from rolecall.sandbox.moto_deliveries import patch_all_deliveries
from rolecall.sandbox.moto_stacks._called_resources import patch_called_types
from rolecall.sandbox.moto_stacks._resources import (
    Change,
    ResourceFailed,
    authority_of_thread,
    create_resource,
    delete_replaced,
    delete_resources,
    models,
    parsing,
    restore,
    update_resource,
)
from rolecall.sandbox.moto_stacks._task_definitions import patch_task_definitions
from rolecall.sandbox.moto_stacks._templates import TemplateLoader

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_LONGEST_NAMES = {
    "AWS::IAM::Group": 128,
    "AWS::IAM::InstanceProfile": 128,
    "AWS::IAM::ManagedPolicy": 128,
    "AWS::IAM::Role": 64,
    "AWS::IAM::User": 64,
    "AWS::Lambda::Function": 64,
}
_LONGEST_PART = 24


@cache
def patch_cloudformation() -> None:
    """Apply the changes; a second call does nothing. moto's CloudFormation is slow to import."""
    of_models: Any = models()
    parsing().parse_and_create_resource = create_resource
    of_models.Stack.create_resources = _create_resources
    of_models.Stack.update = _update_stack
    permissions: Any = import_module("moto.awslambda.models")
    permissions.Permission.create_from_cloudformation_json = _create_permission
    patch_task_definitions()
    patch_called_types(parsing())
    _shorten_names()
    backend = of_models.CloudFormationBackend
    backend.create_stack = _create_stack
    backend.delete_stack = _delete_stack
    backend.execute_change_set = _execute_change_set
    # It has imported all services that can deliver something.
    patch_all_deliveries()
    # moto reads templates with a loader that can run code.
    responses: Any = import_module("moto.cloudformation.responses")
    of_models.yaml = responses.yaml = SimpleNamespace(
        load=lambda text, Loader: yaml.load(text, TemplateLoader),
        Loader=TemplateLoader,
        add_multi_constructor=lambda prefix, constructor: None,
    )


def _shorten_names() -> None:
    """Shorten the names that are generated for resources, where moto's are too long.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html
    """
    generate = parsing().generate_resource_name

    def generate_short(resource_type: str, stack_name: str, logical_id: str) -> str:
        longest = _LONGEST_NAMES.get(resource_type)
        if longest is not None:
            logical_id = logical_id[:_LONGEST_PART]
            # A name ends with two hyphens and twelve characters.
            stack_name = stack_name[: longest - len(logical_id) - 14]
        return str(generate(resource_type, stack_name, logical_id))

    parsing().generate_resource_name = generate_short


def _create_permission(name: str, *definition: Any, **ids: Any) -> Any:
    """Return the resource of a function's permission, which `Authority.complete` adds to the policy."""
    permission: Any = import_module("moto.awslambda.models").Permission(region="")
    permission.physical_resource_id = name
    return permission


def _create_stack(
    backend: Any, name: str, template: str, parameters: dict[str, Any], **options: Any
) -> Any:
    if any(stack.name == name for stack in backend.stacks.values()):
        raise models().AlreadyExistsException(f"Stack [{name}] already exists")
    stack = models().Stack(
        stack_id=models().generate_stack_id(name, backend.region_name, backend.account_id),
        name=name,
        template=template,
        parameters=parameters,
        account_id=backend.account_id,
        region_name=backend.region_name,
        cross_stack_resources=backend.exports,
        **options,
    )
    backend.stacks[stack.stack_id] = stack
    _create(backend, stack)
    return stack


def _create(backend: Any, stack: Any) -> None:
    """Create the resources of a stack, and register its exports."""
    stack._add_stack_event("CREATE_IN_PROGRESS", resource_status_reason="User Initiated")
    try:
        stack.create_resources()
        if stack.status == "CREATE_COMPLETE":
            backend._validate_export_uniqueness(stack)
            backend.exports.update({export.name: export for export in stack.exports})
    except Exception:
        # The template is wrong. CloudFormation finds that out before it creates the stack.
        delete_resources(stack)
        backend.stacks.pop(stack.stack_id, None)
        raise


def _create_resources(stack: Any) -> None:
    stack.status = "CREATE_IN_PROGRESS"
    try:
        ready = stack.resource_map.create(stack.template_dict)
    except ResourceFailed as failure:
        _give_up(stack, failure)
        return
    stack.description = stack.template_dict.get("Description")
    if ready:
        stack.mark_creation_complete()


def _give_up(stack: Any, failure: ResourceFailed) -> None:
    """Roll a new stack back, delete it, or leave it as it is."""
    authority = authority_of_thread.get()
    on_failure = authority.on_failure if authority else "ROLLBACK"
    if on_failure == "DO_NOTHING":
        _set_status(stack, "CREATE_FAILED", failure.reason)
    else:
        word = "DELETE" if on_failure == "DELETE" else "ROLLBACK"
        _set_status(stack, f"{word}_IN_PROGRESS", f"{failure.reason}Rollback requested by user.")
        failed = delete_resources(stack)
        _set_status(stack, f"{word}_FAILED" if failed else f"{word}_COMPLETE", _not_deleted(failed))
    _forget_missing(stack)


def _execute_change_set(backend: Any, change_set_name: str, stack_name: str | None = None) -> None:
    found = [one for one in backend.change_sets.values() if _is_named(one, change_set_name, stack_name)]
    if not found:
        raise models().ValidationError(message=f"ChangeSet [{change_set_name}] does not exist")
    change_set, stack = found[0], found[0].stack
    if change_set.role_arn:
        stack.role_arn = change_set.role_arn
    if change_set.change_set_type == "CREATE":
        stack.template, stack.parameters = change_set.template, change_set.parameters
        stack._parse_template()
        stack.cross_stack_resources = backend.exports
        stack.resource_map = stack._create_resource_map()
        stack.output_map = stack._create_output_map()
        _create(backend, stack)
    else:
        stack.update(change_set.template, None, change_set.parameters, change_set.tags)
    change_set.execution_status = (
        "EXECUTE_COMPLETE" if stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE") else "EXECUTE_FAILED"
    )


def _is_named(change_set: Any, name: str, stack_name: str | None) -> bool:
    if change_set.change_set_id == name:
        return True
    return change_set.change_set_name == name and stack_name in (
        None,
        change_set.stack_name,
        change_set.stack_id,
    )


def _delete_stack(backend: Any, name_or_stack_id: str) -> None:
    stacks = backend.stacks.values()
    stack = next((one for one in stacks if name_or_stack_id in (one.name, one.stack_id)), None)
    if stack is None:
        return
    exports = [export.name for export in stack.exports]
    _set_status(stack, "DELETE_IN_PROGRESS", "User Initiated")
    failed = delete_resources(stack)
    _set_status(stack, "DELETE_FAILED" if failed else "DELETE_COMPLETE", _not_deleted(failed))
    _forget_missing(stack)
    if not failed:
        backend.stacks.pop(stack.stack_id)
        backend.deleted_stacks[stack.stack_id] = stack
        for name in exports:
            backend.exports.pop(name, None)


def _update_stack(
    stack: Any,
    template: str,
    role_arn: str | None = None,
    parameters: dict[str, Any] | None = None,
    tags: dict[str, str] | None = None,
) -> None:
    """Add and change resources first, and remove others last, so that a failure can be rolled back."""
    resources = stack.resource_map
    definition = stack.parse_template(template)
    stack.role_arn = role_arn or stack.role_arn
    changes = resources.build_resource_diff(definition, parameters)
    before = stack.template, stack.template_dict, resources.input_parameters
    _set_status(stack, "UPDATE_IN_PROGRESS", "User Initiated")
    _use(stack, template, definition, parameters or resources.input_parameters)
    done: list[Change] = []
    added = [name for name in changes["Modify"] if resources._parsed_resources.get(name) is None]
    try:
        for name in (*changes["Add"], *added):
            resources[name]
        for name in in_dependency_order(definition["Resources"]):
            if name in added or resources._parsed_resources.get(name) is None:
                continue
            # The name of a resource that was replaced is another one for those that refer to it.
            if name in changes["Modify"] or any(one.replaces for one in done):
                change = update_resource(stack, name)
                done += [change] if change else []
    except ResourceFailed as failure:
        _set_status(stack, "UPDATE_ROLLBACK_IN_PROGRESS", failure.reason)
        failed = [change.logical_id for change in reversed(done) if not restore(stack, change)]
        _set_status(stack, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        failed += delete_resources(stack, [*changes["Add"], *added])
        _use(stack, *before)
        _set_status(stack, "UPDATE_ROLLBACK_FAILED" if failed else "UPDATE_ROLLBACK_COMPLETE")
        return
    except Exception:
        _use(stack, *before)
        raise
    _set_status(stack, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    delete_resources(stack, changes["Remove"], before[1]["Resources"])
    delete_replaced(stack, done)
    stack.parameters = parameters or stack.parameters
    stack.tags = stack.tags if tags is None else tags
    _set_status(stack, "UPDATE_COMPLETE")


def _use(stack: Any, template: str, definition: dict[str, Any], parameters: dict[str, Any]) -> None:
    """Give a stack its template and parameters."""
    resources = stack.resource_map
    stack.template, stack.template_dict, resources._template = template, definition, definition
    resources._resource_json_map = definition["Resources"]
    resources.input_parameters, resources.resolved_parameters = parameters, {}
    resources.load_mapping()
    resources.load_parameters()
    resources.load_conditions()
    stack.output_map = stack._create_output_map()


def _forget_missing(stack: Any) -> None:
    """Forget the outputs and the missing resources of a stack, which moto would create to describe them."""
    resources = stack.resource_map
    resources._resource_json_map = {
        name: definition
        for name, definition in resources._resource_json_map.items()
        if resources._parsed_resources.get(name) is not None
    }
    stack.output_map = models().OutputMap(resources, {}, stack.stack_id)


def _not_deleted(failed: list[str]) -> str | None:
    return f"The following resource(s) failed to delete: [{', '.join(failed)}]. " if failed else None


def _set_status(stack: Any, status: str, reason: str | None = None) -> None:
    stack.status = status
    stack._add_stack_event(status, resource_status_reason=reason)
