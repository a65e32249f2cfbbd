"""The world's EC2 instances, for moto and for their metadata endpoints.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html
"""

from __future__ import annotations

import hashlib

from rolecall.sandbox import moto_app
from rolecall.sandbox.moto_patches import patched_ec2_instances
from rolecall.sandbox.world import Account

IMAGE = "ami-0abcdef1234567890"


def instance_id(account_name: str, name: str) -> str:
    """Return a stable instance id for an instance of the world."""
    return "i-" + hashlib.sha256(f"{account_name}/{name}".encode()).hexdigest()[:17]


def instance_arn(region: str, account: str, identifier: str) -> str:
    """Return the ARN of an instance."""
    return f"arn:aws:ec2:{region}:{account}:instance/{identifier}"


def build_instances(account_name: str, account: Account, region: str) -> None:
    """Start an account's instances in moto, under the ids that the world gives them."""
    moto_instances = patched_ec2_instances()
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
