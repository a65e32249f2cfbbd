"""Resources for which the sandbox makes CloudFormation's calls, because moto lacks a part of them.

moto can't create some of IAM's types, and can't update or delete others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from rolecall.aws.cloudformation import StackResource, attribute, physical_id, resource_types


class _CalledResource:
    """What moto's CloudFormation knows of a resource; `Authority` makes the calls.

    Parameters
    ----------
    resource
        The resource, with its name.
    account
        The account of the stack.
    """

    def __init__(self, resource: StackResource, account: str) -> None:
        self._resource = resource
        self._account = account
        self.physical_resource_id = physical_id(resource, account)
        self.type = resource.type

    def get_cfn_attribute(self, attribute_name: str) -> str | None:
        """Return an attribute, for the function ``Fn::GetAtt``."""
        properties = self._resource.properties
        named = StackResource(self.type, self.physical_resource_id, properties)
        return attribute(named, attribute_name, self._account)

    def is_created(self) -> bool:
        """Return that it exists: the calls have been made."""
        return True

    def delete(self, account_id: str, region_name: str) -> None:
        """Do nothing: the calls have been made."""


@dataclass(frozen=True)
class _CalledType:
    """A resource type, with the methods that moto calls on the class of a type."""

    name: str

    def create_from_cloudformation_json(
        self,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **ids: Any,
    ) -> _CalledResource:
        resource = StackResource(self.name, resource_name, cloudformation_json["Properties"])
        return _CalledResource(resource, account_id)

    def update_from_cloudformation_json(self, original_resource: Any, **options: Any) -> Any:
        return original_resource

    def has_cfn_attr(self, attr: str) -> bool:
        return attr in resource_types()[self.name].attributes


def patch_called_types(parsing: Any) -> None:
    """Let moto find these types, and the properties with their names."""
    types = {name: type for name, type in resource_types().items() if type.by_calls}
    parsing.get_model_map().update({name: _CalledType(name) for name in types})
    name_property_of_others = parsing.resource_name_property_from_type

    def name_property(resource_type: str) -> str | None:
        called = types.get(resource_type)
        return called.name if called else cast("str | None", name_property_of_others(resource_type))

    parsing.resource_name_property_from_type = name_property
