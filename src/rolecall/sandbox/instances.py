"""The world's EC2 instances, in moto and for their metadata endpoints.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import import_module
from typing import Any

from moto.backends import get_backend

from rolecall.sandbox import moto_app
from rolecall.sandbox.world import Account, MetadataOptions

IMAGE = "ami-0abcdef1234567890"


def instance_id(account_name: str, name: str) -> str:
    """A stable instance id for an instance of the world."""
    return "i-" + hashlib.sha256(f"{account_name}/{name}".encode()).hexdigest()[:17]


def instance_arn(region: str, account: str, identifier: str) -> str:
    """The ARN of an instance."""
    return f"arn:aws:ec2:{region}:{account}:instance/{identifier}"


def build_instances(account_name: str, account: Account, region: str) -> None:
    """Starts an account's instances in moto, under the ids that the world gives them."""
    moto_instances = _moto_instances()
    if not account.instances:
        return
    ec2 = moto_app.client("ec2", account.id, region)
    given = moto_instances.random_instance_id
    for name, instance in account.instances.items():
        options = instance.metadata_options
        profile = {"IamInstanceProfile": {"Name": instance.instance_profile}}
        tags = [{"Key": key, "Value": value} for key, value in {"Name": name, **instance.tags}.items()]
        moto_instances.random_instance_id = lambda name=name: instance_id(account_name, name)
        try:
            ec2.run_instances(
                ImageId=IMAGE,
                InstanceType="t3.micro",
                MinCount=1,
                MaxCount=1,
                MetadataOptions={
                    "HttpTokens": options.http_tokens,
                    "HttpPutResponseHopLimit": options.http_put_response_hop_limit,
                    "HttpEndpoint": options.http_endpoint,
                },
                TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
                **(profile if instance.instance_profile else {}),
            )
        finally:
            moto_instances.random_instance_id = given


def current_profile(account: str, region: str, identifier: str) -> str | None:
    """The name of the instance profile that is associated with an instance now."""
    association = _backend(account, region).iam_instance_profile_associations.get(identifier)
    return str(association.iam_instance_profile.name) if association else None


def is_running(account: str, region: str, identifier: str) -> bool:
    """Whether the instance is there, and neither stopped nor terminated."""
    instance = _find(account, region, identifier)
    return instance is not None and instance.state == "running"


def current_options(account: str, region: str, identifier: str) -> MetadataOptions:
    """How the instance answers for its metadata now."""
    options = _find(account, region, identifier).metadata_options
    return MetadataOptions(
        http_tokens=options.http_tokens,
        http_put_response_hop_limit=options.http_put_response_hop_limit,
        http_endpoint=options.http_endpoint,
    )


def private_address(account: str, region: str, identifier: str) -> str:
    """An instance's private IPv4 address."""
    return str(_find(account, region, identifier).private_ip)


def source_context(arn: str) -> dict[str, str | list[str]]:
    """The condition keys of a call with the credentials that an instance was given.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-ec2instancesourcevpc
    """
    _, _, _, region, account, resource = arn.split(":", 5)
    instance = _find(account, region, resource.partition("/")[2])
    if instance is None:
        return {}
    return {
        "aws:Ec2InstanceSourceVpc": str(instance.vpc_id),
        "aws:Ec2InstanceSourcePrivateIPv4": str(instance.private_ip),
    }


def _find(account: str, region: str, identifier: str) -> Any:
    reservations = _backend(account, region).reservations.values()
    instances = (one for reservation in reservations for one in reservation.instances)
    return next((one for one in instances if one.id == identifier), None)


def _backend(account: str, region: str) -> Any:
    return get_backend("ec2")[account][region]


@lru_cache(maxsize=1)
def _moto_instances() -> Any:
    """moto's module of instances, mended; EC2 is the slowest of moto's services to import."""
    instances: Any = import_module("moto.ec2.models.instances")
    profiles: Any = import_module("moto.ec2.models.iam_instance_profile")
    modifies = instances.InstanceBackend.modify_instance_metadata_options
    replaces = profiles.IamInstanceProfileAssociationBackend.replace_iam_instance_profile_association

    def modify_only_what_is_given(backend: Any, instance_id: str, **given: Any) -> Any:
        """moto would forget every option that a request leaves out; EC2 keeps it.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataOptions.html
        """
        before = backend.get_instance(instance_id).metadata_options
        made = modifies(backend, instance_id, **given)
        for option, value in vars(before).items():
            asked = given.get("hop_limit" if option == "http_put_response_hop_limit" else option)
            if asked is None and option != "state":
                setattr(made, option, value)
        for option, name in (
            ("http_protocol_ipv6", "http_protocol"),
            ("instance_metadata_tags", "metadata_tags"),
        ):
            if given.get(name) is not None:
                setattr(made, option, given[name])
        return made

    def replace_on_the_instance_too(backend: Any, *given: Any, **named: Any) -> Any:
        """moto would go on showing the old profile on the instance itself."""
        association = replaces(backend, *given, **named)
        association.instance.iam_instance_profile = {
            "Arn": association.iam_instance_profile.arn,
            "Id": association.association_id,
        }
        return association

    instances.InstanceBackend.modify_instance_metadata_options = modify_only_what_is_given
    profiles.IamInstanceProfileAssociationBackend.replace_iam_instance_profile_association = (
        replace_on_the_instance_too
    )
    return instances
