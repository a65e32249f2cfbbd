"""https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagMFADevice.html"""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

ACCOUNT = "arn:aws:iam::111122223333"
TEAM, STAGE = {"Key": "Team", "Value": "data"}, {"Key": "stage", "Value": "test"}
METADATA = "<EntityDescriptor/>" + " " * 1000


@pytest.fixture(scope="module")
def serial(iam):
    created = iam.create_virtual_mfa_device(VirtualMFADeviceName="tagged", Tags=[STAGE])
    return created["VirtualMFADevice"]["SerialNumber"]


def test_a_device_gets_and_loses_tags(iam, serial):
    iam.tag_mfa_device(SerialNumber=serial, Tags=[TEAM])
    iam.tag_mfa_device(SerialNumber=serial, Tags=[{"Key": "TEAM", "Value": "web"}])
    assert iam.list_mfa_device_tags(SerialNumber=serial)["Tags"] == [
        STAGE,
        {"Key": "TEAM", "Value": "web"},
    ]

    iam.untag_mfa_device(SerialNumber=serial, TagKeys=["team"])

    assert iam.list_mfa_device_tags(SerialNumber=serial)["Tags"] == [STAGE]


def test_keys_that_differ_by_case_only_are_duplicates(iam, serial):
    with pytest.raises(ClientError, match=r"InvalidInput.*Duplicate tag keys"):
        iam.tag_mfa_device(SerialNumber=serial, Tags=[TEAM, {"Key": "team", "Value": "web"}])


def test_an_entity_has_at_most_50_tags(iam, serial):
    many = [{"Key": f"key-{number}", "Value": ""} for number in range(50)]

    with pytest.raises(ClientError, match="LimitExceeded"):
        iam.tag_mfa_device(SerialNumber=serial, Tags=many)


def test_a_device_that_does_not_exist_is_no_entity(iam):
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.list_mfa_device_tags(SerialNumber=f"{ACCOUNT}:mfa/missing")


@pytest.fixture(scope="module")
def provider(iam):
    return iam.create_saml_provider(Name="tagged", SAMLMetadataDocument=METADATA, Tags=[STAGE])


def test_a_provider_is_returned_with_its_tags(iam, provider):
    arn = provider["SAMLProviderArn"]
    iam.tag_saml_provider(SAMLProviderArn=arn, Tags=[TEAM])

    assert provider["Tags"] == [STAGE]
    assert iam.get_saml_provider(SAMLProviderArn=arn)["Tags"] == [STAGE, TEAM]

    iam.untag_saml_provider(SAMLProviderArn=arn, TagKeys=["Team"])
    assert iam.list_saml_provider_tags(SAMLProviderArn=arn)["Tags"] == [STAGE]


def test_a_policy_can_depend_on_the_tags_of_a_device(administered, iam, serial):
    iam.create_user(UserName="tagger")
    statement = {
        "Effect": "Allow",
        "Action": "iam:ListMFADeviceTags",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceTag/stage": "test"}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_user_policy(UserName="tagger", PolicyName="p", PolicyDocument=document)
    other = iam.create_virtual_mfa_device(VirtualMFADeviceName="untagged")["VirtualMFADevice"]
    key = iam.create_access_key(UserName="tagger")["AccessKey"]
    tagger = boto3.client(
        "iam",
        endpoint_url=administered.endpoint,
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )

    assert tagger.list_mfa_device_tags(SerialNumber=serial)["Tags"] == [STAGE]
    with pytest.raises(ClientError, match="AccessDenied"):
        tagger.list_mfa_device_tags(SerialNumber=other["SerialNumber"])
