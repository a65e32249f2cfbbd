"""Metadata options that EC2 rejects.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataOptionsRequest.html
"""

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from rolecall import Sandbox

WORLD = Path(__file__).parents[1] / "worlds" / "machines.yaml"


@pytest.fixture(scope="module")
def ec2():
    with Sandbox(WORLD) as sandbox:
        yield sandbox.client("ec2", actor="operator")


@pytest.fixture(scope="module")
def instance(ec2):
    launched = ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)
    return launched["Instances"][0]["InstanceId"]


@pytest.mark.parametrize(
    "options", [{"HttpPutResponseHopLimit": 0}, {"HttpPutResponseHopLimit": 65}, {"HttpTokens": "always"}]
)
def test_a_value_that_an_option_cannot_have_is_rejected(ec2, instance, options):
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        ec2.modify_instance_metadata_options(InstanceId=instance, **options)
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1, MetadataOptions=options)


@pytest.mark.parametrize("hops", [1, 64])
def test_the_ends_of_the_range_are_accepted(ec2, instance, hops):
    changed = ec2.modify_instance_metadata_options(InstanceId=instance, HttpPutResponseHopLimit=hops)

    assert changed["InstanceMetadataOptions"]["HttpPutResponseHopLimit"] == hops
