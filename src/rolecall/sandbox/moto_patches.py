"""The changes that the sandbox makes to moto's own classes, each with its reason.

`rolecall.sandbox.moto_stacks` has those to CloudFormation, and `rolecall.sandbox.moto_deliveries` those to
deliveries between services.

A behavior that can be corrected before or after a request is a gap in `rolecall.sandbox.moto_gaps` instead.
``tests/sandbox/test_moto_internals.py`` lists what these patches rely on.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache, lru_cache, wraps
from importlib import import_module
from typing import Any

import moto.iam.models
from moto.core.base_backend import AccountSpecificBackend
from moto.iam.access_control import PermissionResult
from moto.iam.models import IAMBackend, ManagedPolicy
from moto.iam.policy_validation import BaseIAMPolicyValidator, IAMTrustPolicyDocumentValidator
from moto.moto_api import state_manager
from moto.moto_api._internal import mock_random
from moto.organizations.models import FakeDelegatedAdministrator, FakeServiceAccess
from moto.s3.models import FakeBucket, PublicAccessBlock, S3Backend

from rolecall.sandbox.moto_input import restrict_moto
from rolecall.sandbox.moto_launches import patch_launches
from rolecall.sandbox.moto_speed import speed_up_moto
from rolecall.sandbox.moto_state.iam import new_unique_id

_ID_PREFIXES = {
    "create_user": "AIDA",
    "create_group": "AGPA",
    "create_instance_profile": "AIPA",
    "create_policy": "ANPA",
}
_read_managed_policies = IAMBackend._init_aws_policies
_managed_policies: list[ManagedPolicy] = []
_copies: dict[str, dict[str, ManagedPolicy]] = {}
"""By account, its copy of each AWS-managed policy, by ARN; for the accounts that were created last."""
# A copy takes 0.8 MB, and every organization that is created after a reset has new accounts.
_MOST_COPIES = 32


@lru_cache(maxsize=1)
def patch_moto() -> None:
    """Apply the patches that every sandbox needs; a second call does nothing."""
    iam_models: Any = moto.iam.models
    # By default, moto has none of the AWS-managed policies.
    iam_models.load_iam_aws_managed_policies = lambda: True
    IAMBackend._init_aws_policies = _copy_managed_policies
    IAMBackend._init_managed_policies = lambda backend: dict(_copies[backend.account_id])
    validator: Any = BaseIAMPolicyValidator
    validator.__init__ = _with_text_for_numbers(validator.__init__)
    speed_up_moto()
    restrict_moto()
    _share_regions()
    # The sandbox decides whether a request is allowed before moto sees it. moto would evaluate a bucket
    # policy again without its conditions and principals, and deny what a conditional Deny lets through.
    FakeBucket.get_permission = wraps(FakeBucket.get_permission)(_permit)
    S3Backend.create_bucket = _with_safe_defaults(S3Backend.create_bucket)
    # AWS accepts wildcards such as sts:* in a trust policy; the gap for policy documents checks the rest.
    trust: Any = IAMTrustPolicyDocumentValidator
    trust._validate_trust_policy_action = staticmethod(_require_sts)
    _trust_iam()
    # moto would stop a task after it has been described a few times.
    state_manager.set_transition("ecs::task", {"progression": "manual", "times": sys.maxsize})
    # Processes that are forked from this one must not choose the same IDs.
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=mock_random.seed)
    for name, prefix in _ID_PREFIXES.items():
        setattr(IAMBackend, name, _with_id(getattr(IAMBackend, name), prefix))


def _with_text_for_numbers(initialize: Callable[[Any, str], None]) -> Callable[[Any, str], None]:
    """Let moto's checks of a policy accept numbers in conditions, as IAM does.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_datatypes.html
    """

    @wraps(initialize)
    def with_text(validator: Any, document: str) -> None:
        # The validator says what is wrong with a document that can't be parsed.
        with suppress(TypeError, ValueError):
            document = json.dumps(json.loads(document, parse_int=str, parse_float=str))
        initialize(validator, document)

    return with_text


def _share_regions() -> None:
    """Keep the Regions of each service once.

    moto keeps them with the account's resources, which would therefore stay in memory after a reset.
    """
    accounts: Any = AccountSpecificBackend
    list_regions = accounts._generate_regions.__wrapped__

    @cache
    def regions_of(service: str) -> list[str]:
        regions: list[str] = list_regions(None, service)
        return regions

    accounts._generate_regions = lambda account, service: regions_of(service)


def _trust_iam() -> None:
    """Let an organization enable trusted access for IAM, and register its delegated administrator.

    https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-ra.html
    """
    for listed in (FakeServiceAccess.TRUSTED_SERVICES, FakeDelegatedAdministrator.SUPPORTED_SERVICES):
        if "iam.amazonaws.com" not in listed:
            listed.append("iam.amazonaws.com")


def _require_sts(action: str) -> None:
    if not action.lower().startswith("sts:"):
        raise ValueError(action)


def _permit(bucket: FakeBucket, action: Any, resource: Any) -> PermissionResult:
    return PermissionResult.PERMITTED


def _with_safe_defaults(create: Callable[..., FakeBucket]) -> Callable[..., FakeBucket]:
    """Turn Block Public Access on and ACLs off for new buckets, as S3 has done since April 2023.

    A gap would miss the buckets that CloudFormation creates, and those of a world.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
    """

    @wraps(create)
    def create_with_safe_defaults(backend: S3Backend, *args: Any, **options: Any) -> FakeBucket:
        bucket = create(backend, *args, **options)
        bucket.public_access_block = PublicAccessBlock(True, True, True, True)
        bucket.ownership_rule = "BucketOwnerEnforced"
        return bucket

    return create_with_safe_defaults


@wraps(_read_managed_policies)
def _copy_managed_policies(backend: IAMBackend) -> list[ManagedPolicy]:
    """Read the 1,500 AWS-managed policies once, not again for each account and each reset.

    Each account gets copies, because each counts its own attachments. They are kept across resets, which
    only restore those that were changed.
    """
    if not _managed_policies:
        _managed_policies.extend(_read_managed_policies(backend))
        _managed_policies.append(_lex_policy(_managed_policies))
    copies = _copies.pop(backend.account_id, None) or {one.arn: _copy(one) for one in _managed_policies}
    _copies[backend.account_id] = copies
    for account in list(_copies)[:-_MOST_COPIES]:
        _copies.pop(account, None)
    for copied, policy in zip(copies.values(), _managed_policies, strict=True):
        if vars(copied) != vars(policy):
            vars(copied).clear()
            vars(copied).update(vars(policy))
    return list(copies.values())


def _lex_policy(known: list[ManagedPolicy]) -> ManagedPolicy:
    """Return the policy of the service-linked role of Lex V1.

    AWS attaches AmazonLexBotPolicy, which no page of its documentation contains. LexBotPolicy is the one
    that AWS documents for this role.
    https://docs.aws.amazon.com/aws-managed-policy/latest/reference/LexBotPolicy.html
    """
    policy = _copy(next(one for one in known if one.name == "LexBotPolicy"))
    policy.name, policy.id = "AmazonLexBotPolicy", new_unique_id("ANPA")
    return policy


def _copy(policy: ManagedPolicy) -> ManagedPolicy:
    """Copy a policy; `copy.copy` takes ten times as long, because moto lists each new object."""
    copied: ManagedPolicy = object.__new__(type(policy))
    vars(copied).update(vars(policy))
    return copied


def read_managed_policies() -> None:
    """Read the AWS-managed policies, so that the processes that are forked from this one don't have to."""
    IAMBackend("aws", "000000000000")


def _with_id(create: Callable[..., Any], prefix: str) -> Callable[..., Any]:
    """Give an entity a unique id with the prefix that IAM documents; moto's ids have no prefix.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    """

    @wraps(create)
    def create_with_id(backend: IAMBackend, *args: Any, **options: Any) -> Any:
        entity = create(backend, *args, **options)
        entity.id = new_unique_id(prefix)
        return entity

    return create_with_id


@lru_cache(maxsize=1)
def patch_kms() -> None:
    """Leave decisions about keys to the sandbox; a second call does nothing.

    moto evaluates a key policy again for DescribeKey, and fails if its Statement isn't a list.
    """
    responses: Any = import_module("moto.kms.responses")
    responses.KmsResponse._validate_key_policy = lambda response, key_id, action: None
    backend: Any = import_module("moto.kms.models").KmsBackend
    for name in (
        "replicate_key",
        "disable_key",
        "enable_key",
        "cancel_key_deletion",
        "schedule_key_deletion",
    ):
        setattr(backend, name, _by_id_or_arn(getattr(backend, name)))


def _by_id_or_arn(method: Callable[..., Any]) -> Callable[..., Any]:
    """Find a key by its ARN too, as KMS does: moto looks for its ID only.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKey.html
    """

    @wraps(method)
    def with_id(backend: Any, key_id: str, *args: Any, **options: Any) -> Any:
        return method(backend, key_id.rpartition("/")[2], *args, **options)

    return with_id


@lru_cache(maxsize=1)
def patched_ec2_instances() -> Any:
    """Patch moto's EC2 instances, and return their module; a second call only returns it.

    EC2 is the slowest of moto's services to import, so this waits until a request needs EC2.
    """
    utils: Any = import_module("moto.ec2.utils")
    # moto chooses each digit, and IDs for 1,300 images whenever an account uses EC2.
    utils.random_resource_id = lambda size=8: f"{mock_random.getrandbits(4 * size):0{size}x}"
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
    utils.filter_dict_attribute_mapping |= {
        "iam-instance-profile.arn": "iam_instance_profile.Arn",
        "iam-instance-profile.id": "iam_instance_profile.Id",
    }
    instances: Any = import_module("moto.ec2.models.instances")
    profiles: Any = import_module("moto.ec2.models.iam_instance_profile")
    modify = instances.InstanceBackend.modify_instance_metadata_options
    associations: Any = profiles.IamInstanceProfileAssociationBackend
    for name in ("associate_iam_instance_profile", "replace_iam_instance_profile_association"):
        setattr(associations, name, _shown_on_instance(getattr(associations, name)))

    @wraps(modify)
    def modify_given_options_only(backend: Any, instance_id: str, **options: Any) -> Any:
        """Keep the options that a request leaves out; moto would reset them.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataOptions.html
        """
        before = backend.get_instance(instance_id).metadata_options
        modified = modify(backend, instance_id, **options)
        for option, value in vars(before).items():
            requested = options.get("hop_limit" if option == "http_put_response_hop_limit" else option)
            if requested is None and option != "state":
                setattr(modified, option, value)
        for option, name in (
            ("http_protocol_ipv6", "http_protocol"),
            ("instance_metadata_tags", "metadata_tags"),
        ):
            if options.get(name) is not None:
                setattr(modified, option, options[name])
        return modified

    instances.InstanceBackend.modify_instance_metadata_options = modify_given_options_only
    patch_launches(instances)
    return instances


def _shown_on_instance(associate: Callable[..., Any]) -> Callable[..., Any]:
    """Give each association a new ID, and show the present profile of the instance by the profile's own ID.

    moto keeps the ID after a replacement, and shows the first profile by the association's ID. The same
    calls lead to the same IDs, so that a learner's calls can be made again in another sandbox.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IamInstanceProfile.html
    https://docs.aws.amazon.com/cli/latest/reference/ec2/replace-iam-instance-profile-association.html
    """

    @wraps(associate)
    def associate_and_show(backend: Any, *args: Any, **options: Any) -> Any:
        association = associate(backend, *args, **options)
        instance, profile = association.instance, association.iam_instance_profile
        instance.profile_associations = getattr(instance, "profile_associations", 0) + 1
        name = f"{instance.id}/{instance.profile_associations}"
        association.association_id = f"iip-assoc-{hashlib.sha256(name.encode()).hexdigest()[:17]}"
        instance.iam_instance_profile = {"Arn": profile.arn, "Id": profile.id}
        return association

    return associate_and_show
