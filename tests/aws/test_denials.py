"""The messages of denied requests, in the words of each service."""

import re

import pytest

from rolecall.aws.denials import denial_message
from rolecall.iam import Policy, PolicySet, PolicyType, Request, decide

DANA = "arn:aws:iam::111122223333:user/dana"
QUEUE = "arn:aws:sqs:us-east-1:111122223333:jobs"


def message(service, action, resource="*"):
    return denial_message(service, decide(Request.of(DANA, action, resource), PolicySet()))


def test_most_services_return_the_message_of_iam():
    assert message("sns", "sns:ListTopics") == (
        f"User: {DANA} is not authorized to perform: sns:ListTopics "
        "because no identity-based policy allows the sns:ListTopics action"
    )


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:ListUsers", "arn:aws:iam::111122223333:user/"),
        ("iam:ListPolicies", "policy path /"),
        ("iam:ListAccountAliases", "*"),
    ],
)
def test_iam_names_what_the_caller_asked_for(action, resource):
    assert message("iam", action) == (
        f"User: {DANA} is not authorized to perform: {action} on resource: {resource} "
        f"because no identity-based policy allows the {action} action"
    )


SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:app/db-"


# https://github.com/shalb/cluster.dev/pull/76
# https://github.com/mongodb/awscdk-resources-mongodbatlas/issues/207
@pytest.mark.parametrize(
    ("action", "named"),
    [
        ("CreateSecret", rf"{SECRET}[A-Za-z0-9]{{6}} because"),
        ("GetSecretValue", "on resource: app/db because"),
    ],
)
def test_a_secret_that_does_not_exist_is_named_as_it_was_given_or_with_a_suffix(action, named):
    denial = message("secretsmanager", f"secretsmanager:{action}", f"{SECRET}??????")

    assert re.search(named, denial)


def test_ec2_says_first_that_the_caller_is_not_authorized():
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    assert message("ec2", "ec2:DescribeInstances").startswith(
        f"You are not authorized to perform this operation. User: {DANA} is not authorized to perform: "
    )


def test_sqs_writes_the_action_in_lower_case():
    assert message("sqs", "sqs:SendMessage", QUEUE) == (
        f"User: {DANA} is not authorized to perform: sqs:sendmessage on resource: {QUEUE} "
        "because no identity-based policy allows the sqs:sendmessage action"
    )


# https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
OBJECT = "arn:aws:s3:::acme/q1.csv"
ARN = "arn:aws:iam::111122223333:policy/no-reading"


def s3_message(resource_account="111122223333"):
    denies = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}}
    policies = PolicySet(identity=(Policy.parse(denies, PolicyType.IDENTITY, arn=ARN),))
    request = Request.of(DANA, "s3:GetObject", OBJECT, resource_account=resource_account)
    return denial_message("s3", decide(request, policies))


def test_s3_quotes_the_resource_and_introduces_the_policy_arn():
    assert s3_message() == (
        f'User: {DANA} is not authorized to perform: s3:GetObject on resource: "{OBJECT}" '
        f"with an explicit deny in an identity-based policy, with policy ARN: {ARN}"
    )


def test_s3_says_only_access_denied_across_organizations():
    assert s3_message(resource_account="444455556666") == "Access Denied"


# The message of KMS doesn't show whether another account's key exists.
# https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
@pytest.mark.parametrize(
    ("action", "what"),
    [
        ("kms:Encrypt", "this resource"),
        ("kms:Decrypt", "the resource associated with this ciphertext"),
    ],
)
def test_kms_does_not_name_a_key_of_another_account(action, what):
    key = "arn:aws:kms:us-east-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"

    assert message("kms", action, key) == (
        f"User: {DANA} is not authorized to perform: {action} on {what} because the resource does not exist in "
        "this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"
    )
