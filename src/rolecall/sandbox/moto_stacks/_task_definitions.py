"""Task definitions of stacks, with all of their properties; moto leaves out the roles, among others.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-taskdefinition.html
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# The properties that moto's ECS keeps, as it names them.
_KEPT = {
    "containerDefinitions": "container_definitions",
    "cpu": "cpu",
    "executionRoleArn": "execution_role_arn",
    "memory": "memory",
    "networkMode": "network_mode",
    "placementConstraints": "placement_constraints",
    "requiresCompatibilities": "requires_compatibilities",
    "tags": "tags",
    "taskRoleArn": "task_role_arn",
    "volumes": "volumes",
}


def patch_task_definitions() -> None:
    """Create and update the task definitions of stacks with their roles."""
    definitions: Any = import_module("moto.ecs.models").TaskDefinition
    definitions.create_from_cloudformation_json = _create
    definitions.update_from_cloudformation_json = _update


def _create(name: str, resource: dict[str, Any], account_id: str, region_name: str, **ids: Any) -> Any:
    names = import_module("moto.core.utils")
    properties = names.remap_nested_keys(resource["Properties"], names.pascal_to_camelcase)
    given = {kept: properties[key] for key, kept in _KEPT.items() if key in properties}
    options = {"container_definitions": [], **given}
    return _ecs(account_id, region_name).register_task_definition(properties.get("family", name), **options)


def _update(
    original_resource: Any,
    new_resource_name: str,
    cloudformation_json: dict[str, Any],
    account_id: str,
    region_name: str,
) -> Any:
    """Replace the task definition by a new revision, or by the first one of another family."""
    _ecs(account_id, region_name).deregister_task_definition(original_resource.arn)
    return _create(original_resource.family, cloudformation_json, account_id, region_name)


def _ecs(account_id: str, region_name: str) -> Any:
    return import_module("moto.ecs.models").ecs_backends[account_id][region_name]
