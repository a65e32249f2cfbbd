"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services"""

import pytest

from rolecall.aws.service_principals import is_service_principal


@pytest.mark.parametrize(
    "name",
    [
        "alexa-appkit.amazon.com",
        "delivery.logs.amazonaws.com",
        "ec2.amazonaws.com",
        "ecs-tasks.amazonaws.com",
        "edgelambda.lambda.amazonaws.com",
        "pods.eks.amazonaws.com",
        "s3.ap-east-1.amazonaws.com",
        "spotfleet.amazonaws.com",
        "states.us-east-1.amazonaws.com",
        "vpc-flow-logs.amazonaws.com",
    ],
)
def test_a_service_has_a_principal(name):
    assert is_service_principal(name)


# https://github.com/hashicorp/terraform/issues/35086
@pytest.mark.parametrize(
    "name",
    [
        "amazonaws.com",
        "EC2.amazonaws.com",
        "ec2.amazonaws",
        "lamda.amazonaws.com",
        "made-up.amazonaws.com",
        "tagging.amazonaws.com",
        "us-east-1.amazonaws.com",
    ],
)
def test_other_names_are_no_service_principals(name):
    assert not is_service_principal(name)
