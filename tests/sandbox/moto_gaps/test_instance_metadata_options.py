"""Metadata options that EC2 rejects, and those that an account prefers.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataOptionsRequest.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataDefaults.html
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


def test_new_options_are_pending_before_they_are_applied(ec2, instance):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataOptionsResponse.html
    launched = ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)["Instances"][0]
    changed = ec2.modify_instance_metadata_options(InstanceId=instance, HttpTokens="required")
    seen = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]

    assert launched["MetadataOptions"]["State"] == "pending"
    assert changed["InstanceMetadataOptions"]["State"] == "pending"
    assert seen["MetadataOptions"]["State"] == "applied"


@pytest.fixture
def defaults(ec2):
    """Return a function that sets the account's metadata options until the end of the test."""
    cleared = {
        "HttpTokens": "no-preference",
        "HttpPutResponseHopLimit": -1,
        "HttpTokensEnforced": "disabled",
    }
    yield ec2.modify_instance_metadata_defaults
    ec2.modify_instance_metadata_defaults(**cleared)


def launch(ec2, **options):
    launched = ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1, **options)
    return launched["Instances"][0]["MetadataOptions"]


def test_a_new_instance_has_the_options_that_its_account_prefers(ec2, defaults):
    defaults(HttpTokens="required", HttpPutResponseHopLimit=2)

    preferred, given = launch(ec2), launch(ec2, MetadataOptions={"HttpTokens": "optional"})

    assert (preferred["HttpTokens"], preferred["HttpPutResponseHopLimit"]) == ("required", 2)
    assert (given["HttpTokens"], given["HttpPutResponseHopLimit"]) == ("optional", 2)
    level = ec2.get_instance_metadata_defaults()["AccountLevel"]
    assert level == {"HttpTokens": "required", "HttpPutResponseHopLimit": 2, "ManagedBy": "account"}


def test_a_preference_can_be_removed(ec2, defaults):
    defaults(HttpTokens="required")

    defaults(HttpTokens="no-preference")

    assert "HttpTokens" not in ec2.get_instance_metadata_defaults().get("AccountLevel", {})
    assert launch(ec2)["HttpTokens"] == "optional"


# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html
def test_no_instance_can_use_the_first_version_if_the_second_is_enforced(ec2, instance, defaults):
    defaults(HttpTokensEnforced="enabled")

    with pytest.raises(ClientError, match="You can't launch instances with IMDSv1"):
        launch(ec2)
    with pytest.raises(ClientError, match="You can't enable IMDSv1 on the instance"):
        ec2.modify_instance_metadata_options(InstanceId=instance, HttpTokens="optional")
    assert launch(ec2, MetadataOptions={"HttpTokens": "required"})["HttpTokens"] == "required"


def test_the_hop_limit_that_an_account_prefers_has_the_same_range(defaults):
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        defaults(HttpPutResponseHopLimit=65)
