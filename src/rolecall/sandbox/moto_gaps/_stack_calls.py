"""The calls of CloudFormation that the gaps check too, and those that moto leaves out.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-service-handlers.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rolecall.aws.cloudformation import resource_types
from rolecall.aws.operations import Operation, input_members

_CHECKED = frozenset(
    {
        "apigateway.CreateRestApi",
        "ec2.RunInstances",
        "ecr.SetRepositoryPolicy",
        "kms.CreateAlias",
        "kms.CreateKey",
        "kms.PutKeyPolicy",
        "kms.UpdateAlias",
        "lambda.AddPermission",
        "lambda.CreateEventSourceMapping",
        "lambda.CreateFunction",
        "lambda.UpdateFunctionConfiguration",
        "logs.PutResourcePolicy",
        "s3.CreateBucket",
        "s3.PutBucketPolicy",
        "sns.CreateTopic",
        "sqs.CreateQueue",
        "stepfunctions.CreateStateMachine",
        "stepfunctions.UpdateStateMachine",
    }
)
# With a document, they are the calls for a policy; without one, for other properties.
_POLICY_SETTERS = frozenset({"sns.SetTopicAttributes", "sqs.SetQueueAttributes"})
# moto creates a bucket without its settings, and a permission in a form that no policy has.
_LEFT_OUT = frozenset(
    {
        "lambda.AddPermission",
        "s3.PutBucketOwnershipControls",
        "s3.PutBucketVersioning",
        "s3.PutPublicAccessBlock",
    }
)
# What moto does for the entities of IAM, or what their fields are set for.
_USER = frozenset({"CreateUser", "DeleteUser", "PutUserPermissionsBoundary", "TagUser"})
_ROLE = frozenset({"CreateRole", "DeleteRole", "PutRolePermissionsBoundary", "TagRole", "UpdateRole"})


def is_checked(operation: Operation) -> bool:
    """Whether gaps can check an operation: the properties of the resource are its parameters."""
    name = f"{operation.service}.{operation.name}"
    if name in _POLICY_SETTERS:
        return "PolicyDocument" in operation.parameters
    return operation.service == "iam" or name in _CHECKED


def is_left_out(operation: Operation, type: str) -> bool:
    """Whether moto doesn't do what an operation does when it creates, updates, or deletes a resource."""
    name = operation.name
    if resource_types()[type].by_calls:
        return True
    if type == "AWS::IAM::User":
        # moto creates a user with its path, and nothing else.
        return name not in _USER
    if type == "AWS::IAM::Role":
        # moto keeps a policy in another form than PutRolePolicy does.
        return name not in _ROLE
    return f"{operation.service}.{name}" in _LEFT_OUT


def as_request(operation: Operation, name: str) -> Operation:
    """Return a call as the handler of the resource makes it: with documents as text, numbers, and booleans.

    Parameters
    ----------
    operation
        The call, with the properties of the resource for parameters.
    name
        The physical ID of the resource.
    """
    members = input_members(operation.service, operation.name)
    given = dict(operation.parameters)
    if operation.name == "AddPermission":
        given["StatementId"] = name
    elif operation.name == "CreatePolicyVersion":
        given["SetAsDefault"] = True
    elif operation.name == "CreateBucket":
        given |= _bucket_settings(given)
    elif operation.name == "CreateTopic":
        given["Attributes"] = {"FifoTopic": str(given.get("FifoTopic", False)).lower()}
    elif operation.name == "SetTopicAttributes" and given.get("AttributeValue") == "":
        given["AttributeValue"] = _default_topic_policy(given["TopicArn"])
    elif operation.name.endswith("LoginProfile"):
        given |= given.get("LoginProfile") or {}
    parameters = {
        key: _typed(value, members[key].type_name) for key, value in given.items() if key in members
    }
    if operation.name == "SetQueueAttributes":
        attributes = given.get("Attributes") or {}
        parameters["Attributes"] = {key: _typed(value, "string") for key, value in attributes.items()}
    return replace(operation, parameters=parameters)


def _typed(value: Any, type: str) -> Any:
    """Return a property in the type that the parameter has; templates may have all values as text."""
    if type == "string" and isinstance(value, Mapping | list):
        return json.dumps(value)
    if type in ("integer", "long") and isinstance(value, str) and value.isdigit():
        return int(value)
    if type == "boolean" and isinstance(value, str):
        return value.lower() == "true"
    return value


def _bucket_settings(properties: Mapping[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html."""
    settings = {}
    if acl := properties.get("AccessControl"):
        settings["ACL"] = re.sub(r"(?<!^)(?=[A-Z])", "-", str(acl)).lower()
    rules = (properties.get("OwnershipControls") or {}).get("Rules") or []
    if rules and (ownership := rules[0].get("ObjectOwnership")):
        settings["ObjectOwnership"] = ownership
    return settings


def _default_topic_policy(arn: str) -> dict[str, Any]:
    """Return the policy that a topic has when its own is removed.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topicpolicy.html
    """
    actions = (
        "GetTopicAttributes",
        "SetTopicAttributes",
        "AddPermission",
        "RemovePermission",
        "DeleteTopic",
        "Subscribe",
        "ListSubscriptionsByTopic",
        "Publish",
    )
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{action}" for action in actions],
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": arn.split(":")[4]}},
    }
    return {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}
