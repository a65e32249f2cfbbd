"""https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html"""

import pytest
from botocore.exceptions import ClientError


def test_the_name_of_a_policy_is_no_arn(iam):
    with pytest.raises(ClientError, match=r"ValidationError.*Invalid ARN:  Could not be parsed!"):
        iam.attach_user_policy(UserName="admin", PolicyArn="AdministratorAccess-by-name")


def test_a_policy_that_does_not_exist_is_named(iam):
    arn = "arn:aws:iam::111122223333:policy/none"

    with pytest.raises(ClientError, match=f"NoSuchEntity.*Policy {arn} was not found."):
        iam.delete_policy(PolicyArn=arn)


# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
def test_the_policy_of_a_service_linked_role_is_attached_to_no_one_else(iam):
    arn = "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy"

    with pytest.raises(ClientError, match=r"PolicyNotAttachable.*Cannot attach a Service Role Policy"):
        iam.attach_user_policy(UserName="admin", PolicyArn=arn)
