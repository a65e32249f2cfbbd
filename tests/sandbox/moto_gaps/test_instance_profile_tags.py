"""https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfileTags.html"""

TEAM = {"Key": "team", "Value": "data"}


def test_an_instance_profile_lists_its_tags(iam):
    iam.create_instance_profile(InstanceProfileName="tagged")
    iam.tag_instance_profile(InstanceProfileName="tagged", Tags=[TEAM])

    assert iam.list_instance_profile_tags(InstanceProfileName="tagged")["Tags"] == [TEAM]
