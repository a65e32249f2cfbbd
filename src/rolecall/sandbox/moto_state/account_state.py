"""Answer from moto's state what the mapping of a request needs to know about resources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rolecall.aws.regions import is_region
from rolecall.sandbox.moto_state._backends import backend
from rolecall.sandbox.moto_state.cloudformation import stack_arn
from rolecall.sandbox.moto_state.ec2_ids import ec2_id, version_data
from rolecall.sandbox.moto_state.ecs import latest_definition
from rolecall.sandbox.moto_state.iam import IamState, iam_backend
from rolecall.sandbox.moto_state.kms import granted_key
from rolecall.sandbox.moto_state.organizations import entity_arn

Keys = dict[str, str | list[str]]

# moto starts a ciphertext with the ID of its key.
_KEY_ID_LENGTH = 36


class MotoAccountState:
    """The resources of the sandbox's accounts, as `rolecall.aws.state.AccountState` asks for them."""

    def __init__(self, iam: IamState) -> None:
        self._iam = iam

    def _backend(self, service: str, account: str, region: str) -> Any:
        """Find moto's backend; ``None`` for an account or a Region that doesn't exist."""
        if account not in self._iam.accounts or not is_region(region):
            return None
        return backend(service, account, region)

    def iam_arn(self, account: str, type: str, name: str) -> str:
        """Return the ARN of an IAM resource, with its path."""
        return self._iam.iam_arn(account, type, name)

    def profile_role_arn(self, account: str, profile: str) -> str | None:
        """Return the ARN of the role in an instance profile."""
        return self._iam.profile_role_arn(account, profile)

    def access_key_user(self, access_key_id: str) -> str | None:
        """Return the ARN of the user with an access key."""
        key = self._iam.key(access_key_id)
        return key.user.arn if key else None

    def full_arn(self, service: str, account: str, region: str, name: str) -> str | None:
        """Return the ARN of a key, a secret, a stack, a task definition, or a part of an organization."""
        if service == "organizations":
            return entity_arn(account, name)
        if self._backend(service, account, region) is None:
            return None
        if service == "cloudformation":
            return stack_arn(account, region, name)
        if service == "ecs":
            return latest_definition(account, region, name)
        return self._iam.full_arn(service, account, region, name)

    def ciphertext_key(self, account: str, region: str, ciphertext: bytes) -> str | None:
        """Return the ARN of the KMS key whose ID starts a ciphertext, in any account."""
        identifier = ciphertext[:_KEY_ID_LENGTH].decode("ascii", "replace")
        for owner in (account, *sorted(self._iam.accounts)):
            kms = self._backend("kms", owner, region)
            if kms is not None and identifier in kms.keys:
                return str(kms.keys[identifier].arn)
        return None

    def granted_key(self, account: str, region: str, token: str) -> str | None:
        """Return the ARN of the KMS key that a grant is on, in any account."""
        owners = (account, *sorted(self._iam.accounts))
        return next((key for one in owners if (key := granted_key(one, region, token))), None)

    def ec2_id(self, account: str, region: str, type: str, name: str) -> str | None:
        """Return the ID of an EC2 resource."""
        ec2 = self._backend("ec2", account, region)
        return None if ec2 is None else ec2_id(ec2, type, name)

    def launch_template(
        self, account: str, region: str, specification: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Return the parameters in a version of a launch template."""
        ec2 = self._backend("ec2", account, region)
        return {} if ec2 is None else version_data(ec2, specification)

    def partition_key(self, arn: str) -> str | None:
        """Return the name of the partition key of a DynamoDB table or index."""
        parts = arn.split(":", 5)
        dynamodb = self._backend("dynamodb", parts[4], parts[3]) if len(parts) == 6 else None
        _, name, *rest = [*parts[-1].split("/"), ""]
        table = dynamodb.tables.get(name) if dynamodb else None
        if table is None:
            return None
        schema = table.schema
        if len(rest) > 2:
            indexes = [*(table.global_indexes or []), *(table.indexes or [])]
            schema = next((one.schema for one in indexes if one.name == rest[1]), schema)
        return next((key["AttributeName"] for key in schema if key["KeyType"] == "HASH"), None)

    def condition_keys(self, arn: str) -> Mapping[str, str | list[str]]:
        """Return the condition keys of an existing resource, without its tags."""
        parts = arn.split(":", 5)
        if len(parts) < 6:
            return {}
        _, _, service, region, account, path = parts
        kind, _, name = path.partition("/")
        if service == "iam" and account in self._iam.accounts:
            return _of_principal(account, kind, name.rpartition("/")[2])
        if service == "lambda" and path.startswith("function:"):
            return self._of_function(account, region, path.split(":")[1])
        if service != "ec2" or kind not in _EC2_KEYS:
            return {}
        # AMIs and snapshots have no account in their ARNs.
        for owner in [account] if account else sorted(self._iam.accounts):
            ec2 = self._backend("ec2", owner, region)
            if ec2 is not None:
                keys = _EC2_KEYS[kind](ec2, name, f"arn:aws:ec2:{region}:{owner}")
                if keys:
                    return {key: value for key, value in keys.items() if value}
        return {}

    def _of_function(self, account: str, region: str, name: str) -> Keys:
        """Return the key for the URL of a function.

        https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
        """
        functions = self._backend("lambda", account, region)
        versions = functions.list_versions_by_function(name) if functions else []
        url = next((one.url_config for one in versions if one.url_config), None)
        return {"lambda:FunctionUrlAuthType": str(url.config.get("AuthType"))} if url else {}


def _of_principal(account: str, kind: str, name: str) -> Keys:
    state = iam_backend(account)
    if kind == "user":
        entity: Any = state.users.get(name)
    elif kind == "role":
        entity = next((one for one in list(state.roles.values()) if one.name == name), None)
    else:
        return {}
    boundary = getattr(entity, "permissions_boundary_arn", None)
    return {"iam:PermissionsBoundary": str(boundary)} if boundary else {}


def _of_instance(ec2: Any, identifier: str, prefix: str) -> Keys:
    instances = (one.instances for one in list(ec2.reservations.values()))
    instance = next((one for some in instances for one in some if one.id == identifier), None)
    if instance is None:
        return {}
    profile = instance.iam_instance_profile
    options = instance.metadata_options
    return {
        "ec2:InstanceID": identifier,
        "ec2:InstanceType": str(instance.instance_type),
        "ec2:InstanceProfile": str(profile["Arn"]) if profile else "",
        "ec2:AvailabilityZone": str(instance.placement.zone),
        "ec2:Tenancy": "default",
        "ec2:RootDeviceType": str(instance.root_device_type),
        "ec2:EbsOptimized": "true" if instance.ebs_optimized else "false",
        "ec2:MetadataHttpTokens": str(options.http_tokens),
        "ec2:MetadataHttpEndpoint": str(options.http_endpoint),
        "ec2:MetadataHttpPutResponseHopLimit": str(options.http_put_response_hop_limit),
    }


def _of_subnet(ec2: Any, identifier: str, prefix: str) -> Keys:
    subnet = next((some[identifier] for some in list(ec2.subnets.values()) if identifier in some), None)
    if subnet is None:
        return {}
    return {
        "ec2:SubnetID": identifier,
        "ec2:Vpc": f"{prefix}:vpc/{subnet.vpc_id}",
        "ec2:AvailabilityZone": str(subnet.availability_zone),
    }


def _of_security_group(ec2: Any, identifier: str, prefix: str) -> Keys:
    group = ec2.get_security_group_from_id(identifier)
    if group is None:
        return {}
    return {"ec2:SecurityGroupID": identifier, "ec2:Vpc": f"{prefix}:vpc/{group.vpc_id}"}


def _of_vpc(ec2: Any, identifier: str, prefix: str) -> Keys:
    vpc = ec2.vpcs.get(identifier)
    return {"ec2:VpcID": identifier, "ec2:Tenancy": str(vpc.instance_tenancy)} if vpc else {}


def _of_volume(ec2: Any, identifier: str, prefix: str) -> Keys:
    volume = ec2.volumes.get(identifier)
    if volume is None:
        return {}
    snapshot = f"{prefix.rpartition(':')[0]}::snapshot/{volume.snapshot_id}"
    return {
        "ec2:VolumeID": identifier,
        "ec2:VolumeSize": str(volume.size),
        "ec2:VolumeType": str(volume.volume_type),
        "ec2:VolumeIops": str(volume.iops or ""),
        "ec2:Encrypted": "true" if volume.encrypted else "false",
        "ec2:AvailabilityZone": str(getattr(volume.zone, "name", volume.zone)),
        "ec2:ParentSnapshot": snapshot if volume.snapshot_id else "",
    }


def _of_snapshot(ec2: Any, identifier: str, prefix: str) -> Keys:
    snapshot = ec2.snapshots.get(identifier)
    if snapshot is None:
        return {}
    return {
        "ec2:SnapshotID": identifier,
        "ec2:Owner": str(snapshot.owner_id),
        "ec2:VolumeSize": str(snapshot.volume.size),
        "ec2:ParentVolume": f"{prefix}:volume/{snapshot.volume.id}",
    }


def _of_image(ec2: Any, identifier: str, prefix: str) -> Keys:
    image = ec2.amis.get(identifier)
    if image is None:
        return {}
    public = any(one.get("group") == "all" for one in image.launch_permissions)
    return {
        "ec2:ImageID": identifier,
        "ec2:ImageType": str(image.image_type),
        "ec2:Owner": str(image.owner_alias or image.owner_id),
        "ec2:Public": "true" if public else "false",
        "ec2:RootDeviceType": str(image.root_device_type),
    }


def _of_network_interface(ec2: Any, identifier: str, prefix: str) -> Keys:
    interface = ec2.enis.get(identifier)
    if interface is None:
        return {}
    return {
        "ec2:NetworkInterfaceID": identifier,
        "ec2:Subnet": f"{prefix}:subnet/{interface.subnet.id}",
        "ec2:Vpc": f"{prefix}:vpc/{interface.subnet.vpc_id}",
        "ec2:AvailabilityZone": str(interface.subnet.availability_zone),
    }


# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-policy-keys
_EC2_KEYS: dict[str, Callable[[Any, str, str], Keys]] = {
    "image": _of_image,
    "instance": _of_instance,
    "network-interface": _of_network_interface,
    "security-group": _of_security_group,
    "snapshot": _of_snapshot,
    "subnet": _of_subnet,
    "volume": _of_volume,
    "vpc": _of_vpc,
}
