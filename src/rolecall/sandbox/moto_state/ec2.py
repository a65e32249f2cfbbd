"""EC2 instances, and the tags of all EC2 resources."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from rolecall.sandbox.moto_state._backends import backend, regional_backends
from rolecall.sandbox.moto_state.ec2_ids import version_data
from rolecall.sandbox.moto_state.resources import Arn, ServiceResources
from rolecall.sandbox.world import MetadataOptions


class Ec2Resources(ServiceResources):
    """EC2 resources with their tags."""

    def _tags(self, arn: Arn) -> dict[str, str]:
        if "/" not in arn.resource:
            return {}
        identifier = arn.resource.rpartition("/")[2]
        listed = backend("ec2", arn.account, arn.region).describe_tags({"resource-id": [identifier]})
        return {tag["key"]: tag["value"] for tag in listed}


def associated_profile(account: str, region: str, identifier: str) -> str | None:
    """Return the name of the instance profile that is associated with an instance now, or None."""
    associations = backend("ec2", account, region).iam_instance_profile_associations
    association = associations.get(identifier)
    return str(association.iam_instance_profile.name) if association else None


def instances(account: str) -> Iterator[tuple[str, str]]:
    """Yield the Region and the ID of each instance of an account that isn't terminated."""
    for region, ec2 in regional_backends("ec2", account):
        for reservation in list(ec2.reservations.values()):
            for instance in reservation.instances:
                if instance.state not in ("shutting-down", "terminated"):
                    yield region, str(instance.id)


def image_and_type(account: str, region: str, identifier: str) -> tuple[str, str]:
    """Return the ID of the AMI of an instance, and its instance type."""
    instance = _instance(account, region, identifier)
    return str(instance.image_id), str(instance.instance_type)


def availability_zone(account: str, region: str, identifier: str) -> str:
    """Return the availability zone of an instance."""
    return str(_instance(account, region, identifier).placement.zone)


def is_running(account: str, region: str, identifier: str) -> bool:
    """Whether an instance exists and is neither stopped nor terminated."""
    instance = _instance(account, region, identifier)
    return instance is not None and instance.state == "running"


def is_terminated(account: str, region: str, identifier: str) -> bool:
    """Whether an instance was terminated; False if there never was one."""
    instance = _instance(account, region, identifier)
    return instance is not None and instance.state in ("shutting-down", "terminated")


def user_data(account: str, region: str, identifier: str) -> bytes | None:
    """Return the user data that an instance was launched with, or None."""
    encoded = _instance(account, region, identifier).user_data
    if not encoded:
        return None
    try:
        return base64.b64decode(str(encoded), validate=True)
    except binascii.Error:
        return str(encoded).encode()


def host_name(account: str, region: str, identifier: str) -> str:
    """Return the private DNS name of an instance."""
    return str(_instance(account, region, identifier).private_dns_name)


def security_groups(account: str, region: str, identifier: str) -> list[str]:
    """Return the names of the security groups of an instance."""
    return [str(group.name) for group in _instance(account, region, identifier).dynamic_group_list]


def tags_in_metadata(account: str, region: str, identifier: str) -> dict[str, str]:
    """Return the tags that an instance can read in its metadata: none unless its options allow it.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/work-with-tags-in-IMDS.html
    """
    instance = _instance(account, region, identifier)
    if instance.metadata_options.instance_metadata_tags != "enabled":
        return {}
    return {tag["key"]: tag["value"] for tag in instance.get_tags()}


def metadata_options(account: str, region: str, identifier: str) -> MetadataOptions:
    """Return the metadata options of an instance now."""
    options = _instance(account, region, identifier).metadata_options
    return MetadataOptions(
        http_tokens=options.http_tokens,
        http_put_response_hop_limit=options.http_put_response_hop_limit,
        http_endpoint=options.http_endpoint,
    )


def metadata_defaults(account: str, region: str) -> Mapping[str, Any]:
    """Return the metadata options that an account prefers in a Region, as EC2 names them."""
    defaults: Mapping[str, Any] = getattr(backend("ec2", account, region), "metadata_defaults", {})
    return defaults


def set_metadata_defaults(account: str, region: str, defaults: Mapping[str, Any]) -> None:
    """Set the metadata options that an account prefers in a Region, until the next reset."""
    backend("ec2", account, region).metadata_defaults = defaults


def template_data(account: str, region: str, specification: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the parameters in a version of a launch template; empty if there is no such version."""
    return version_data(backend("ec2", account, region), specification)


def private_address(account: str, region: str, identifier: str) -> str:
    """Return the private IPv4 address of an instance."""
    return str(_instance(account, region, identifier).private_ip)


def source_instance_context(arn: str) -> dict[str, str | list[str]]:
    """Return the condition keys of a call that is signed with the credentials of an instance.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-ec2instancesourcevpc
    """
    _, _, _, region, account, resource = arn.split(":", 5)
    instance = _instance(account, region, resource.partition("/")[2])
    if instance is None:
        return {}
    return {
        "aws:Ec2InstanceSourceVpc": str(instance.vpc_id),
        "aws:Ec2InstanceSourcePrivateIPv4": str(instance.private_ip),
    }


def _instance(account: str, region: str, identifier: str) -> Any:
    reservations = backend("ec2", account, region).reservations.values()
    instances = (one for reservation in reservations for one in reservation.instances)
    return next((one for one in instances if one.id == identifier), None)


def has_key_pair(account: str, region: str, name: str) -> bool:
    """Whether an account has a key pair in a Region."""
    return name in backend("ec2", account, region).key_pairs
