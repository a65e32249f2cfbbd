"""What becomes of a deleted user in resource-based policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-users
"""

import json

import pytest

MAIN = "111122223333"
WORKER = f"arn:aws:iam::{MAIN}:user/worker"


def set_on_key(client, text):
    key = client.create_key()["KeyMetadata"]["KeyId"]
    client.put_key_policy(KeyId=key, PolicyName="default", Policy=text)
    return lambda: client.get_key_policy(KeyId=key, PolicyName="default")["Policy"]


def set_on_queue(client, text):
    url = client.create_queue(QueueName="jobs", Attributes={"Policy": text})["QueueUrl"]
    return lambda: client.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"][
        "Policy"
    ]


def set_on_topic(client, text):
    topic = client.create_topic(Name="alerts", Attributes={"Policy": text})["TopicArn"]
    return lambda: client.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]


def set_on_secret(client, text):
    client.create_secret(Name="db", SecretString="x")
    client.put_resource_policy(SecretId="db", ResourcePolicy=text)
    return lambda: client.get_resource_policy(SecretId="db")["ResourcePolicy"]


def set_on_repository(client, text):
    client.create_repository(repositoryName="app")
    client.set_repository_policy(repositoryName="app", policyText=text)
    return lambda: client.get_repository_policy(repositoryName="app")["policyText"]


def set_on_table(client, text):
    table = client.create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]["TableArn"]
    client.put_resource_policy(ResourceArn=table, Policy=text)
    return lambda: client.get_resource_policy(ResourceArn=table)["Policy"]


@pytest.mark.parametrize(
    ("service", "set_policy"),
    [
        ("dynamodb", set_on_table),
        ("kms", set_on_key),
        ("sqs", set_on_queue),
        ("sns", set_on_topic),
        ("secretsmanager", set_on_secret),
        ("ecr", set_on_repository),
    ],
)
def test_a_policy_shows_the_id_of_a_deleted_user_and_does_not_mean_a_new_one(
    administered, iam, service, set_policy
):
    identifier = iam.create_user(UserName="worker")["User"]["UserId"]
    principals = [WORKER, f"arn:aws:iam::{MAIN}:root"]
    statement = {"Effect": "Allow", "Principal": {"AWS": principals}, "Action": f"{service}:*"}
    if service != "ecr":
        statement["Resource"] = "*"
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    policy = set_policy(administered.client(service, actor="admin"), text)
    assert WORKER in policy()

    iam.delete_user(UserName="worker")
    iam.create_user(UserName="worker")

    assert identifier in policy()
    assert WORKER not in policy()
    iam.delete_user(UserName="worker")
