"""Resource types that moto doesn't have: `Authority` creates, updates, and deletes them with their calls.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""

from __future__ import annotations

from typing import Any

from rolecall.sandbox.moto_stacks._resources import parsing

# The property with the physical ID; empty if CloudFormation generates it.
CALLED_TYPES = {"AWS::S3::BucketPolicy": "Bucket", "AWS::SNS::TopicPolicy": "", "AWS::SQS::QueuePolicy": ""}


class _CalledResource:
    """A resource of one of these types, as moto keeps it in a stack."""

    def __init__(self, name: str) -> None:
        self.physical_resource_id = name

    @classmethod
    def create_from_cloudformation_json(cls, name: str, *definition: Any, **ids: Any) -> _CalledResource:
        return cls(name)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: _CalledResource, **definition: Any
    ) -> _CalledResource:
        return original_resource

    @staticmethod
    def has_cfn_attr(attribute: str) -> bool:
        return attribute == "Id"

    def get_cfn_attribute(self, attribute: str) -> str:
        if attribute != "Id":
            raise NotImplementedError(attribute)
        return self.physical_resource_id

    def is_created(self) -> bool:
        return True

    def delete(self, account_id: str, region_name: str) -> None:
        """Do nothing: `Authority.release` has deleted it."""


def add_called_types() -> None:
    """Let moto's CloudFormation know the types."""
    for type, name in CALLED_TYPES.items():
        parsing().get_model_map()[type] = _CalledResource
        parsing().get_name_type_map()[type] = name
