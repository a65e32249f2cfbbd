"""Everything inside moto that the sandbox relies on, and what breaks if a newer moto changes it.

moto documents none of this as its API, so pyproject.toml bounds its version. To allow a newer one, raise the
bound, run this module, and read the messages: each failure says which part of the sandbox to look at.
"""

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from moto.backends import get_backend
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends

import rolecall
from rolecall.sandbox import moto_app, moto_dispatch

ACCOUNT, REGION = "111122223333", "us-east-1"
TRUST = '{"Version": "2012-10-17", "Statement": []}'


class Internal(NamedTuple):
    """A name inside a module of moto; the parameters are those that the sandbox passes, in order."""

    module: str
    name: str
    parameters: str | None
    without_it: str


INTERNALS = [
    Internal(
        "moto.core.base_backend",
        "AccountSpecificBackend._generate_regions",
        None,
        "memory grows with each reset",
    ),
    Internal(
        "moto.ec2.models.subnets",
        "Subnet._base_avail_ip_iterator.cache_clear",
        None,
        "memory grows with each reset",
    ),
    Internal(
        "moto.rds.models",
        "RDSBackend.db_cluster_options.cache_clear",
        None,
        "memory grows with each reset",
    ),
    Internal(
        "moto.emr.models",
        "ElasticMapReduceBackend._get_instance_type_names.cache_clear",
        None,
        "memory grows with each reset",
    ),
    Internal(
        "moto.organizations.models",
        "FakeServiceAccess",
        None,
        "Trusted access for IAM can't be enabled: sandbox/moto_patches.py.",
    ),
    Internal(
        "moto.organizations.models",
        "FakeDelegatedAdministrator",
        None,
        "IAM has no delegated administrator: sandbox/moto_patches.py.",
    ),
    Internal(
        "moto.core.exceptions",
        "JsonRESTError",
        None,
        "Invoke of a function that doesn't exist is a fault of the sandbox: sandbox/moto_state/awslambda.py.",
    ),
    Internal(
        "moto.backends", "get_backend", "name", "No state can be read: sandbox/moto_state/_backends.py."
    ),
    Internal(
        "moto.backends",
        "list_of_moto_modules",
        "",
        "Each request lists moto's folders twice and is slower: sandbox/moto_speed.py.",
    ),
    Internal(
        "moto.core.base_backend",
        "BackendDict.reset",
        "",
        "A reset keeps the old state: sandbox/moto_app.py.",
    ),
    Internal(
        "moto.core.base_backend",
        "BackendDict._instances",
        None,
        "A reset fails: sandbox/moto_app.py.",
    ),
    Internal(
        "moto.core.base_backend",
        "BaseBackend.reset",
        "self",
        "Each reset builds every backend once more: sandbox/moto_app.py.",
    ),
    Internal(
        "moto.ec2.utils",
        "random_resource_id",
        "size",
        "Each reset chooses 44,000 digits, in tenths of a second: sandbox/moto_patches.py.",
    ),
    Internal(
        "moto.core.model_instances",
        "reset_model_data",
        "",
        "Each reset keeps about 2 MiB of the old state: sandbox/moto_app.py.",
    ),
    Internal(
        "moto.utilities.utils",
        "get_partition",
        "region",
        "moto searches the partition of each Region again: sandbox/moto_speed.py.",
    ),
    Internal(
        "moto.core.utils",
        "convert_to_flask_response.__call__",
        "args",
        "The sandbox calls what this class calls, without Flask; compare both: sandbox/moto_dispatch.py.",
    ),
    Internal(
        "moto.core.request",
        "EnvironHeaders",
        "environ",
        "No request can be read: aws/wsgi_request.py.",
    ),
    Internal(
        "moto.core.request",
        "Request.from_wsgi_server",
        None,
        "Responses have two headers Date: aws/wsgi_request.py.",
    ),
    Internal(
        "moto.core.routing",
        "RequiredHeader",
        "name",
        "No operation of a REST service is found: aws/routing.py.",
    ),
    Internal(
        "moto.core.routing",
        "ServiceOperationRouter._get_router",
        "self protocol",
        "No operation of a REST service is found: aws/routing.py.",
    ),
    Internal(
        "moto.core.parse",
        "BaseRestParser._parse_non_payload_attrs",
        "self response shape member_shapes final_parsed",
        "Requests to REST services are parsed in twice the time: sandbox/moto_shapes.py.",
    ),
    Internal(
        "moto.core.parse",
        "BaseJSONParser._parse_structure",
        "self shape value",
        "A body can override a parameter in the path: sandbox/moto_shapes.py.",
    ),
    Internal(
        "moto.core.parse",
        "BaseXMLParser._parse_structure",
        "self shape node",
        "Requests in XML are parsed in twice the time: sandbox/moto_shapes.py.",
    ),
    Internal(
        "moto.core.serialize",
        "ResponseSerializer._serialize_type_structure",
        "self serialized value shape key",
        "Results are serialized in twice the time: sandbox/moto_shapes.py.",
    ),
    Internal(
        "moto.core.parse",
        "BaseRestParser._add_modeled_parse",
        "self request_dict shape final_parsed",
        "Requests to REST services are parsed in twice the time: sandbox/moto_shapes.py.",
    ),
    Internal(
        "moto.core.responses",
        "BaseResponse._get_param",
        "self param_name if_none",
        "S3 reads an empty body as JSON for each parameter: sandbox/moto_speed.py.",
    ),
    Internal(
        "moto.core.responses",
        "BaseResponse._get_action",
        "self",
        "A text in a body can name the operation that moto performs: sandbox/moto_input.py.",
    ),
    Internal(
        "moto.core.responses",
        "BaseResponse.get_region_from_url",
        "self request full_url",
        "A user agent can name the Region in which moto performs a call: sandbox/moto_input.py.",
    ),
    Internal(
        "moto.core.responses",
        "parse_qsl",
        "qs",
        "A text in a body can name parameters that moto reads: sandbox/moto_input.py.",
    ),
    Internal(
        "moto.core.responses",
        "camelcase_to_underscores",
        "argument",
        "The name of each method is formed again: sandbox/moto_speed.py.",
    ),
    Internal(
        "moto.s3.utils",
        "metadata_from_headers",
        "headers",
        "Each header of an object is compared with a pattern twice: sandbox/moto_speed.py.",
    ),
    Internal(
        "moto.core.base_backend",
        "AccountSpecificBackend.__getitem__",
        "self region_name",
        "Each request lists all Regions about twenty times: sandbox/moto_speed.py.",
    ),
    Internal(
        "moto.core.base_backend",
        "BackendDict.__getitem__",
        "self account_id",
        "Each request lists all accounts 13 times and is slower: sandbox/moto_speed.py.",
    ),
    Internal(
        "moto.core.serialize",
        "ResponseSerializer.get_value",
        "self value key shape",
        "Results are serialized in twice the time: sandbox/moto_shapes.py.",
    ),
    Internal(
        "moto.core.serialize",
        "AttributePicker.get_possible_keys",
        "self context",
        "Results are serialized in twice the time: sandbox/moto_shapes.py.",
    ),
    Internal(
        "moto.core.serialize",
        "AttributePickerContext",
        "obj key shape",
        "Results are serialized in twice the time: sandbox/moto_shapes.py.",
    ),
    Internal(
        "moto.core.serialize",
        "DefaultAttributePicker",
        None,
        "Results are serialized in twice the time: sandbox/moto_shapes.py.",
    ),
    Internal(
        "moto.core.request",
        "Request.raw_url",
        None,
        "Each request computes its URL three times and is slower: aws/wsgi_request.py.",
    ),
    Internal(
        "moto.core.request",
        "EnvironHeaders.__iter__",
        "self",
        "Each request makes the names of its headers again and is slower: aws/wsgi_request.py.",
    ),
    Internal(
        "moto.core.responses",
        "BaseResponse.parse_parameters",
        "self request",
        "moto parses again what the gateway has parsed and is slower: sandbox/moto_speed.py.",
    ),
    Internal(
        "moto.core.responses",
        "method_names_from_class",
        "clazz",
        "Each request lists the methods of a class again and is slower: sandbox/moto_speed.py.",
    ),
    Internal(
        "moto.core.routing",
        "ServiceOperationRouter.match",
        "self request",
        "moto matches again what the gateway has matched and is slower: sandbox/moto_speed.py.",
    ),
    Internal(
        "moto.core.serialize",
        "parse_to_aware_datetime",
        "value",
        "Lists parse each time again and are slower: sandbox/moto_speed.py.",
    ),
    Internal(
        "moto.core.responses",
        "gen_amzn_requestid_long",
        "headerdict",
        "moto makes an ID of 52 choices, which the gateway replaces: sandbox/moto_speed.py.",
    ),
    Internal(
        "moto.s3.responses",
        "S3Response.subdomain_based_buckets",
        "request",
        "S3 decides seven times whether a host includes the bucket: sandbox/moto_speed.py.",
    ),
    Internal(
        "moto.server",
        "DomainDispatcherApplication.get_backend_for_host",
        "self host",
        "Each request tries the patterns of all services and is slower: sandbox/moto_speed.py.",
    ),
    Internal(
        "moto.core.parse",
        "PROTOCOL_PARSERS",
        None,
        "No request can be parsed: aws/operations.py.",
    ),
    Internal(
        "moto.core.parse",
        "RequestParserError",
        None,
        "A malformed request is a fault of the sandbox in place of SerializationException: aws/operations.py.",
    ),
    Internal("moto.core.request", "Request", None, "No request can be parsed: aws/wsgi_request.py."),
    Internal(
        "moto.core.request",
        "determine_request_protocol",
        "service_model content_type",
        "Errors are written in the wrong protocol: aws/services.py.",
    ),
    Internal(
        "moto.core.routing",
        "get_service_router",
        "service_name",
        "No operation can be identified: aws/services.py.",
    ),
    Internal(
        "moto.core.serialize",
        "get_serializer_class",
        "service_name protocol",
        "The results of STS and of all gaps can't be written: sandbox/responses.py.",
    ),
    Internal(
        "moto.core.utils",
        "get_service_model",
        "service_name",
        "Neither requests nor results can be read: aws/operations.py, sandbox/responses.py.",
    ),
    Internal(
        "moto.ec2.models.iam_instance_profile",
        "IamInstanceProfileAssociationBackend.associate_iam_instance_profile",
        "self instance_id iam_instance_profile_name iam_instance_profile_arn",
        "A learner's associations have other IDs when the calls are made again: sandbox/moto_patches.py.",
    ),
    Internal(
        "moto.ec2.models.iam_instance_profile",
        "IamInstanceProfileAssociationBackend.replace_iam_instance_profile_association",
        "self association_id",
        "DescribeInstances shows the old profile after a replacement: sandbox/moto_patches.py.",
    ),
    Internal(
        "moto.ec2.models.instances",
        "InstanceBackend.modify_instance_metadata_options",
        "self instance_id http_tokens hop_limit http_endpoint dry_run http_protocol metadata_tags",
        "A change of one metadata option resets the others: sandbox/moto_patches.py.",
    ),
    Internal(
        "moto.moto_api",
        "state_manager.set_transition",
        "model_name transition",
        "A task of ECS stops after it has been described a few times: sandbox/moto_patches.py.",
    ),
    Internal(
        "moto.ec2.models.instances",
        "InstanceBackend.run_instances",
        "self image_id count user_data security_group_names kwargs",
        "Only the first instance has its profile, and launch templates have none: sandbox/moto_launches.py.",
    ),
    Internal(
        "moto.ec2.models.instances",
        "Instance.create_from_cloudformation_json",
        "resource_name cloudformation_json account_id region_name",
        "An instance of a stack has nothing of its launch template: sandbox/moto_launches.py.",
    ),
    Internal(
        "moto.ec2.models",
        "ec2_backends",
        None,
        "An instance of a stack has nothing of its launch template: sandbox/moto_launches.py.",
    ),
    Internal(
        "moto.ec2.responses.instances",
        "InstanceResponse.run_instances",
        "self",
        "RunInstances launches MinCount instances: sandbox/moto_launches.py.",
    ),
    Internal(
        "moto.ec2.models.instances",
        "random_instance_id",
        "",
        "The world's instances get other ids than their metadata says: sandbox/instances.py.",
    ),
    Internal(
        "moto.core.exceptions",
        "ServiceException",
        None,
        "RunTask with an unknown task definition is a fault of the sandbox: sandbox/moto_state/ecs.py.",
    ),
    Internal(
        "moto.iam.access_control",
        "PermissionResult.PERMITTED",
        None,
        "moto evaluates bucket policies again: sandbox/moto_patches.py.",
    ),
    Internal(
        "moto.iam.aws_managed_policies",
        "aws_managed_policies_data",
        None,
        "A wrong ARN of an AWS-managed policy in a world isn't reported: sandbox/_world_checks.py.",
    ),
    Internal(
        "moto.iam.models",
        "load_iam_aws_managed_policies",
        "",
        "No account has the AWS-managed policies: sandbox/moto_patches.py.",
    ),
    Internal(
        "moto.moto_api._internal",
        "mock_random.seed",
        None,
        "Two sandboxes choose the same IDs: sandbox/moto_patches.py.",
    ),
    Internal(
        "moto.iam.models",
        "IAMBackend._init_aws_policies",
        "self",
        "Each account and each reset reads 1,500 policies again, in seconds: sandbox/moto_patches.py.",
    ),
    Internal(
        "moto.iam.models",
        "IAMBackend._init_managed_policies",
        "self",
        "Each reset lists 1,500 policies again, in milliseconds: sandbox/moto_patches.py.",
    ),
    Internal(
        "moto.iam.models",
        "IAMBackend.create_user",
        "self region_name user_name path tags",
        "No world with users can be built, and ids have no prefix: sandbox/build.py, sandbox/moto_patches.py.",
    ),
    Internal(
        "moto.iam.models",
        "IAMBackend.create_group",
        "self group_name",
        "No world with groups can be built, and ids have no prefix: sandbox/build.py, sandbox/moto_patches.py.",
    ),
    Internal(
        "moto.iam.models",
        "IAMBackend.create_instance_profile",
        "self name path role_names",
        "No world with instance profiles can be built: sandbox/build.py, sandbox/moto_patches.py.",
    ),
    Internal(
        "moto.iam.models",
        "IAMBackend.create_role",
        "self role_name assume_role_policy_document path permissions_boundary description tags max_session_duration",
        "No world with roles can be built: sandbox/build.py.",
    ),
    Internal(
        "moto.iam.models",
        "IAMBackend.create_policy",
        "self description path policy_document policy_name tags",
        "No world with managed policies can be built: sandbox/build.py.",
    ),
    Internal(
        "moto.iam.models",
        "IAMBackend.create_access_key",
        "self user_name",
        "Actors get no keys: sandbox/build.py.",
    ),
    Internal(
        "moto.iam.models",
        "IAMBackend.add_user_to_group",
        "self group_name user_name",
        "Users aren't in their groups: sandbox/build.py.",
    ),
    Internal(
        "moto.iam.models",
        "IAMBackend.create_virtual_mfa_device",
        "self device_name path",
        "No world with MFA devices can be built: sandbox/build.py.",
    ),
    Internal(
        "moto.iam.models",
        "IAMBackend.enable_mfa_device",
        "self user_name serial_number authentication_code_1 authentication_code_2",
        "No world with MFA devices can be built: sandbox/build.py.",
    ),
    Internal(
        "moto.iam.models",
        "IAMBackend.create_open_id_connect_provider",
        "self url thumbprint_list client_id_list tags",
        "No world with OIDC providers can be built: sandbox/build.py.",
    ),
    Internal(
        "moto.iam.models",
        "IAMBackend.create_saml_provider",
        "self name saml_metadata_document",
        "No world with SAML providers can be built: sandbox/build.py.",
    ),
    Internal(
        "moto.iam.models",
        "IAMBackend.get_role",
        "self role_name",
        "The policies of roles can't be read: sandbox/moto_state/iam.py.",
    ),
    Internal(
        "moto.iam.models", "ManagedPolicy", None, "The AWS-managed policies: sandbox/moto_patches.py."
    ),
    Internal(
        "moto.iam.exceptions",
        "MalformedPolicyDocument",
        None,
        "A malformed policy is a fault of the sandbox: sandbox/moto_state/identity_policies.py.",
    ),
    Internal(
        "moto.iam.policy_validation",
        "BaseIAMPolicyValidator",
        "policy_document",
        "Numbers in conditions make a policy malformed: sandbox/moto_patches.py.",
    ),
    Internal(
        "moto.iam.policy_validation",
        "IAMPolicyDocumentValidator",
        "policy_document",
        "Malformed policies get other messages than IAM's: sandbox/moto_state/identity_policies.py.",
    ),
    Internal(
        "moto.iam.policy_validation",
        "IAMTrustPolicyDocumentValidator",
        "policy_document",
        "Malformed trust policies get other messages: sandbox/moto_state/identity_policies.py.",
    ),
    Internal(
        "moto.s3control.models",
        "s3control_backends",
        None,
        "Block Public Access of an account can't be read: sandbox/moto_state/s3_access.py.",
    ),
    Internal(
        "moto.s3.models",
        "OWNER",
        None,
        "Each bucket and object has moto's owner: sandbox/moto_state/s3_owners.py.",
    ),
    Internal(
        "moto.s3.models", "FakeGrant", None, "Objects have no default ACL: sandbox/moto_state/s3_owners.py."
    ),
    Internal(
        "moto.s3.models",
        "FakeGrantee",
        None,
        "Objects have no default ACL: sandbox/moto_state/s3_owners.py.",
    ),
    Internal("moto.iam.models", "iam_backends", None, "IAM can't be read: sandbox/moto_state/iam.py."),
    Internal(
        "moto.iam.utils",
        "generate_access_key_id_from_account_id",
        "account_id prefix",
        "No keys can be created: sandbox/moto_state/iam.py.",
    ),
    Internal(
        "moto.s3.models",
        "FakeBucket.get_permission",
        "self action resource",
        "moto evaluates bucket policies again, without conditions: sandbox/moto_patches.py.",
    ),
    Internal(
        "moto.s3.models",
        "S3Backend.create_bucket",
        "self bucket_name region_name",
        "No world with buckets can be built: sandbox/build.py.",
    ),
    Internal(
        "moto.s3.models",
        "S3Backend.put_object",
        "self bucket_name key_name value",
        "No world with objects can be built: sandbox/build.py.",
    ),
    Internal(
        "moto.s3.models",
        "S3Backend.put_bucket_policy",
        "self bucket_name policy",
        "No world with bucket policies can be built: sandbox/build.py.",
    ),
    Internal(
        "moto.s3.models",
        "S3Backend.get_object",
        "self bucket_name key_name",
        "A missing object isn't recognized: sandbox/moto_state/s3.py.",
    ),
    Internal(
        "moto.s3.models",
        "PublicAccessBlock",
        "block_public_acls ignore_public_acls block_public_policy restrict_public_buckets",
        "New buckets have no Block Public Access: sandbox/moto_patches.py.",
    ),
    Internal(
        "moto.s3.models",
        "get_canned_acl",
        "acl",
        "An object gets the ACL of its bucket: sandbox/moto_state/s3_access.py.",
    ),
    Internal(
        "moto.utilities.tagging_service",
        "TaggingService",
        "tag_name key_name value_name",
        "aws:ResourceTag has no value for most services: sandbox/moto_state/resource_tags.py.",
    ),
    Internal(
        "moto.core.resource_tagging",
        "TaggableResourcesMixin",
        None,
        "aws:ResourceTag has no value for some services: sandbox/moto_state/resource_tags.py.",
    ),
    Internal("moto.s3.models", "s3_backends", None, "S3 can't be read: sandbox/moto_state/s3.py."),
    *(
        Internal(
            "moto.organizations.models",
            name,
            parameters,
            "No world with an organization can be built: sandbox/moto_state/organizations.py.",
        )
        for name, parameters in (
            ("FakeAccount", "organization"),
            ("FakeOrganizationalUnit", "organization"),
            ("FakePolicy", "organization"),
            ("OrganizationsBackend.create_organization", "self region"),
            ("organizations_backends", None),
        )
    ),
    Internal(
        "moto.server",
        "DomainDispatcherApplication",
        "create_app",
        "No operation can be performed: sandbox/moto_app.py.",
    ),
    Internal(
        "moto.server",
        "create_backend_app",
        "service",
        "No operation can be performed: sandbox/moto_app.py.",
    ),
]


_DELIVERIES = "Deliveries between services aren't decided about: sandbox/moto_deliveries.py."
INTERNALS += [
    Internal(module, name, parameters, _DELIVERIES)
    for module, name, parameters in (
        ("moto.awslambda.models", "LambdaFunction.invoke", "self body request_headers response_headers"),
        ("moto.awslambda.models", "LambdaBackend.send_sqs_batch", "self function_arn messages queue_arn"),
        ("moto.events.models", "Rule.send_to_targets", "self original_event transform_input"),
        (
            "moto.logs.models",
            "LogStream._send_log_events",
            "self service destination_arn filter_name log_events",
        ),
        ("moto.s3.notifications", "send_event", "account_id event_name bucket key"),
        ("moto.s3.notifications", "send_test_event", "account_id bucket"),
        ("moto.s3.notifications", "_send_event_bridge_message", "account_id bucket event_name key"),
        ("moto.s3.notifications", "_get_s3_event", "event_name bucket key notification_id"),
        ("moto.s3.notifications", "_get_test_event", "bucket_name"),
        ("moto.secretsmanager.models", "FakeSecret.set_default_version_id", "self version_id"),
        (
            "moto.secretsmanager.models",
            "SecretsManagerBackend.rotate_secret",
            "self secret_id client_request_token rotation_lambda_arn rotation_rules rotate_immediately",
        ),
        ("moto.sns.models", "Subscription.publish", "self message message_id"),
        ("moto.sns.models", "SNSBackend.publish", "self message arn"),
        ("moto.sqs.models", "Queue.add_message", "self message"),
        ("moto.sqs.models", "SQSBackend.send_message", "self queue_name message_body"),
    )
]
_STACKS = "Resources of stacks aren't decided about: sandbox/moto_stacks."
# moto's CloudFormation takes several seconds to import.
SLOW_INTERNALS = [
    Internal("moto.cloudformation.models", name, parameters, _STACKS)
    for name, parameters in (
        ("Stack.create_resources", "self"),
        ("Stack.update", "self template role_arn parameters tags"),
        ("Stack._add_stack_event", "self resource_status resource_status_reason"),
        ("CloudFormationBackend.create_stack", "self name template parameters notification_arns"),
        ("CloudFormationBackend.delete_stack", "self name_or_stack_id"),
        ("CloudFormationBackend.execute_change_set", "self change_set_name stack_name"),
        ("CloudFormationBackend._validate_export_uniqueness", "self stack"),
        ("Event", None),
        ("OutputMap", "resources template stack_id"),
    )
] + [
    Internal("moto.cloudformation.parsing", name, parameters, _STACKS)
    for name, parameters in (
        ("parse_and_create_resource", "logical_id resource_json resources_map account_id region_name"),
        ("parse_resource_and_generate_name", "logical_id resource_json resources_map"),
        ("get_model_map", ""),
        ("resource_class_from_type", "resource_type"),
        ("resource_name_property_from_type", "resource_type"),
        ("generate_resource_name", "resource_type stack_name logical_id"),
        ("ResourceMap._delete_resource", "self parsed_resource resource_json"),
        ("ResourceMap.build_resource_diff", "self other_template parameters"),
    )
]


@pytest.mark.slow
@pytest.mark.parametrize("internal", SLOW_INTERNALS, ids=lambda one: f"{one.module}.{one.name}")
def test_moto_still_has_what_is_slow_to_import(internal):
    test_moto_still_has_it(internal)


@pytest.mark.parametrize("internal", INTERNALS, ids=lambda internal: f"{internal.module}.{internal.name}")
def test_moto_still_has_it(internal):
    found = importlib.import_module(internal.module)
    for part in internal.name.split("."):
        assert hasattr(found, part), f"moto has no {internal.module}.{internal.name}. {internal.without_it}"
        found = getattr(found, part)

    if internal.parameters is not None:
        has = list(inspect.signature(found).parameters)
        expected = internal.parameters.split()
        # What we replace or call as a class attribute may name its first parameter differently.
        has, expected = (
            [name for name in names if name not in ("self", "cls", "bucket")] for names in (has, expected)
        )
        assert has[: len(expected)] == expected, (
            f"{internal.module}.{internal.name} has the parameters {has}. {internal.without_it}"
        )


def imported_from_moto() -> set[tuple[str, str]]:
    """Every name that the package imports from moto, and each module that it imports by name."""
    names = set()
    for file in Path(rolecall.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "moto":
                names |= {(str(node.module), alias.name) for alias in node.names}
            elif isinstance(node, ast.Constant) and str(node.value).startswith("moto.ec2."):
                names.add((str(node.value), ""))
    return names


@pytest.mark.slow
def test_the_list_is_complete():
    listed = {(one.module, one.name.partition(".")[0]) for one in INTERNALS}
    modules = {(module, "") for module, _ in listed}

    assert imported_from_moto() <= listed | modules


def test_only_a_few_modules_import_moto():
    source = Path(rolecall.__file__).parent
    importing = {
        file.relative_to(source).as_posix()
        for file in source.rglob("*.py")
        if any(
            line.startswith(("import moto", "from moto")) for line in file.read_text("utf-8").splitlines()
        )
    }

    assert importing == {
        "aws/cloudformation.py",
        "aws/compression.py",
        "aws/constraints.py",
        "aws/mapping.py",
        "aws/passed_roles.py",
        "aws/operations.py",
        "aws/required_parameters.py",
        "aws/routing.py",
        "aws/s3_subresources.py",
        "aws/services.py",
        "aws/wsgi_request.py",
        "sandbox/_world_checks.py",
        "sandbox/moto_app.py",
        "sandbox/moto_dispatch.py",
        "sandbox/moto_input.py",
        "sandbox/moto_patches.py",
        "sandbox/moto_shapes.py",
        "sandbox/moto_speed.py",
        "sandbox/moto_state/_backends.py",
        "sandbox/moto_state/awslambda.py",
        "sandbox/moto_state/ecs.py",
        "sandbox/moto_state/identity_policies.py",
        "sandbox/moto_state/iam.py",
        "sandbox/moto_state/organizations.py",
        "sandbox/moto_state/resource_tags.py",
        "sandbox/moto_state/s3.py",
        "sandbox/moto_state/s3_access.py",
        "sandbox/moto_state/s3_owners.py",
        "sandbox/responses.py",
    }


@pytest.fixture(scope="module")
def iam():
    moto_app.forget_everything()
    state = iam_backends[ACCOUNT]["aws"]
    user = state.create_user(REGION, "ada", "/", [{"Key": "team", "Value": "data"}])
    state.create_group("readers")
    state.create_role("r", TRUST, "/", None, "", [], "3600")
    state.create_instance_profile("p", "/", ["r"])
    state.create_access_key("ada")
    state.create_virtual_mfa_device("phone", "/")
    state.create_open_id_connect_provider("https://ci.example", ["0" * 40], ["sts"], [])
    state.create_saml_provider("okta", "")
    state.managed_policies["arn:aws:iam::aws:policy/AdministratorAccess"].attach_to(user)
    return state


IAM_ATTRIBUTES = [
    (
        "users",
        "access_keys arn id managed_policies mfa_devices name password password_reset_required path policies signing_certificates tags",
    ),
    ("groups", "arn id managed_policies name path policies users"),
    (
        "roles",
        "arn assume_role_policy_document id managed_policies max_session_duration name path permissions_boundary_arn policies tags",
    ),
    ("instance_profiles", "arn id name roles"),
    ("access_keys", "access_key_id secret_access_key status"),
    ("virtual_mfa_devices", "base32_string_seed serial_number"),
    ("open_id_providers", "client_id_list"),
    ("saml_providers", "arn saml_metadata_document"),
    ("managed_policies", "attach_to attachment_count default_version_id get_tags name versions"),
]


@pytest.mark.parametrize(("collection", "attributes"), IAM_ATTRIBUTES)
def test_iam_entities_have_the_attributes_that_decisions_read(iam, collection, attributes):
    entity = next(iter(getattr(iam, collection).values()))

    missing = [name for name in attributes.split() if not hasattr(entity, name)]

    assert missing == [], f"sandbox/moto_state/iam.py and sandbox/moto_gaps read {missing} of {collection}"


def test_s3_keeps_owners_policies_and_tags():
    moto_app.forget_everything()
    s3 = s3_backends[ACCOUNT]["aws"]
    s3.create_bucket("reports", REGION)
    s3.put_object("reports", "q1", b"1")

    assert s3_backends.bucket_accounts["reports"][1] == ACCOUNT
    assert s3.buckets["reports"].policy is None
    assert s3.tagger.get_tag_dict_for_resource(s3.get_object("reports", "q1").arn) == {}


@pytest.mark.parametrize(
    ("service", "attributes"),
    [
        ("dynamodb", "resource_policies tables"),
        ("ec2", "describe_tags iam_instance_profile_associations reservations"),
        ("ecr", "repositories"),
        ("events", "event_buses"),
        ("firehose", "delivery_streams"),
        ("kinesis", "streams"),
        (
            "kms",
            "cancel_key_deletion disable_key enable_key get_key_id_from_alias keys list_resource_tags "
            "replicate_key schedule_key_deletion",
        ),
        ("lambda", "list_layer_versions list_versions_by_function"),
        ("secretsmanager", "secrets"),
        ("sns", "platform_endpoints topics"),
        ("sqs", "queues"),
        ("ssm", "_parameters"),
    ],
)
def test_backends_have_the_collections_that_decisions_read(service, attributes):
    backend = get_backend(service)[ACCOUNT][REGION]

    missing = [name for name in attributes.split() if not hasattr(backend, name)]

    assert missing == [], f"sandbox/moto_state reads {missing} of moto's {service}"


def test_kms_checks_key_policies_in_a_method_that_can_be_replaced():
    assert callable(importlib.import_module("moto.kms.responses").KmsResponse._validate_key_policy)


def test_a_sandbox_starts_without_what_is_slow_to_import():
    program = (
        "import sys, rolecall.sandbox.server; from rolecall.sandbox.moto_gaps._registry import gap_classes\n"
        "gap_classes()\n"
        "print(sorted({'moto.ec2', 'moto.ecs', 'moto.awslambda', 'joserfc'} & set(sys.modules)))"
    )

    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


def test_moto_adds_no_route_once_an_application_is_created():
    """Each path's route is kept: sandbox/moto_dispatch.py."""
    client = moto_app.client("s3", ACCOUNT, REGION)
    client.create_bucket(Bucket="routes")
    application = moto_dispatch._applications.app_instances["s3"]
    routes = list(application.url_map.iter_rules())

    client.put_object(Bucket="routes", Key="a/b", Body=b"x")
    client.delete_object(Bucket="routes", Key="a/b")
    client.delete_bucket(Bucket="routes")

    assert list(application.url_map.iter_rules()) == routes
