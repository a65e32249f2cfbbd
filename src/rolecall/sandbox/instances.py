"""EC2 instances, for moto and for their metadata endpoints.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from rolecall.sandbox import moto_app
from rolecall.sandbox.moto_patches import patched_ec2_instances
from rolecall.sandbox.world import Instance, World

IMAGE = "ami-0abcdef1234567890"
INSTANCE_TYPE = "t3.micro"


@dataclass(frozen=True, slots=True)
class Ec2Instance:
    """An instance of the world, or one that was launched.

    Parameters
    ----------
    account, region, id
        Where it runs, and its instance ID.
    name
        Its name in the world; the instance ID of one that was launched.
    declared
        What the world file declares about it; None for one that was launched.
    """

    account: str
    region: str
    id: str
    name: str
    declared: Instance | None = None

    @classmethod
    def of_world(cls, world: World, account_name: str, name: str) -> Ec2Instance:
        """Return an instance that a world declares."""
        account = world.accounts[account_name]
        identifier = instance_id(account_name, name)
        return cls(account.id, world.region, identifier, name, account.instances[name])

    @property
    def arn(self) -> str:
        """The ARN of the instance."""
        return instance_arn(self.region, self.account, self.id)


def instance_id(account_name: str, name: str) -> str:
    """Return a stable instance id for an instance of the world."""
    return "i-" + hashlib.sha256(f"{account_name}/{name}".encode()).hexdigest()[:17]


def instance_arn(region: str, account: str, identifier: str) -> str:
    """Return the ARN of an instance."""
    return f"arn:aws:ec2:{region}:{account}:instance/{identifier}"


def build_instance(world: World, account_name: str, name: str) -> None:
    """Start an instance in moto, under the ID that the world gives it."""
    moto_instances = patched_ec2_instances()
    account = world.accounts[account_name]
    instance = account.instances[name]
    options = instance.metadata_options
    profile = {"IamInstanceProfile": {"Name": instance.instance_profile}}
    tags = [{"Key": key, "Value": value} for key, value in {"Name": name, **instance.tags}.items()]
    given = moto_instances.random_instance_id
    moto_instances.random_instance_id = lambda: instance_id(account_name, name)
    try:
        moto_app.client("ec2", account.id, world.region).run_instances(
            ImageId=IMAGE,
            InstanceType=INSTANCE_TYPE,
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
