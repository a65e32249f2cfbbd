"""Resource-based policies of every service that has them open a resource to another account, and no other.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
"""

import json

import pytest

from rolecall import Sandbox

MAIN, PARTNER = "111122223333", "444455556666"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
WORLD = f"""
world: shared
accounts:
  main: {{id: "{MAIN}", users: {{admin: {{managed_policies: ["{ADMIN}"]}}}}}}
  partner: {{id: "{PARTNER}", users: {{admin: {{managed_policies: ["{ADMIN}"]}}, eve: {{managed_policies: ["{ADMIN}"]}}}}}}
actors: {{admin: {{user: main/admin}}, partner: {{user: partner/admin}}, eve: {{user: partner/eve}}}}
"""
ARN = f"arn:aws:{{}}:us-east-1:{MAIN}:{{}}"


def policy(action):
    principal = {"AWS": f"arn:aws:iam::{PARTNER}:user/admin"}
    return {"Sid": "share", "Effect": "Allow", "Principal": principal, "Action": action}


def document(action, resource="*"):
    owner = {"Effect": "Allow", "Principal": {"AWS": MAIN}, "Action": "kms:*", "Resource": resource}
    statements = [{**policy(action), "Resource": resource}, *([owner] if action.startswith("kms:") else [])]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def share_bucket(client):
    client.create_bucket(Bucket="shared-with-partner")
    text = document("s3:ListBucket", "arn:aws:s3:::shared-with-partner")
    client.put_bucket_policy(Bucket="shared-with-partner", Policy=text)
    return {"Bucket": "shared-with-partner"}


def share_key(client):
    return {"KeyId": client.create_key(Policy=document("kms:DescribeKey"))["KeyMetadata"]["Arn"]}


def share_queue(client):
    attributes = {"Policy": document("sqs:SendMessage")}
    url = client.create_queue(QueueName="jobs", Attributes=attributes)["QueueUrl"]
    return {"QueueUrl": url, "MessageBody": "1"}


def share_topic(client):
    topic = client.create_topic(Name="alerts", Attributes={"Policy": document("sns:Publish")})["TopicArn"]
    return {"TopicArn": topic, "Message": "1"}


def share_secret(client):
    arn = client.create_secret(Name="db", SecretString="1")["ARN"]
    client.put_resource_policy(SecretId=arn, ResourcePolicy=document("secretsmanager:DescribeSecret"))
    return {"SecretId": arn}


def share_repository(client):
    client.create_repository(repositoryName="app")
    client.set_repository_policy(repositoryName="app", policyText=document("ecr:DescribeImages"))
    return {"repositoryName": "app", "registryId": MAIN}


def share_table(client):
    client.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    arn = ARN.format("dynamodb", "table/orders")
    client.put_resource_policy(ResourceArn=arn, Policy=document("dynamodb:Scan"))
    return {"TableName": arn}


def share_bus(client):
    arn = client.create_event_bus(Name="shared")["EventBusArn"]
    text = json.dumps(
        {"Version": "2012-10-17", "Statement": [{**policy("events:DescribeEventBus"), "Resource": arn}]}
    )
    client.put_permission(EventBusName="shared", Policy=text)
    return {"Name": arn}


# page, service, function that shares a resource, call of the other account
ROWS = [
    ("AmazonS3/latest/userguide/bucket-policies.html", "s3", share_bucket, "list_objects_v2"),
    ("kms/latest/developerguide/key-policies.html", "kms", share_key, "describe_key"),
    (
        "AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-basic-examples-of-sqs-policies.html",
        "sqs",
        share_queue,
        "send_message",
    ),
    ("sns/latest/dg/sns-access-policy-use-cases.html", "sns", share_topic, "publish"),
    (
        "secretsmanager/latest/userguide/auth-and-access_resource-policies.html",
        "secretsmanager",
        share_secret,
        "describe_secret",
    ),
    ("AmazonECR/latest/userguide/repository-policies.html", "ecr", share_repository, "describe_images"),
    (
        "amazondynamodb/latest/developerguide/access-control-resource-based.html",
        "dynamodb",
        share_table,
        "scan",
    ),
    ("eventbridge/latest/userguide/eb-use-resource-based.html", "events", share_bus, "describe_event_bus"),
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    file = tmp_path_factory.mktemp("worlds") / "shared.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as lab:
        yield lab


@pytest.mark.parametrize(("page", "service", "share", "method"), ROWS, ids=[row[1] for row in ROWS])
def test_a_resource_policy_opens_a_resource_to_the_principal_that_it_names(
    lab, page, service, share, method
):
    parameters = share(lab.client(service, actor="admin"))
    partner, eve = (lab.client(service, actor=who) for who in ("partner", "eve"))

    assert getattr(partner, method)(**parameters)
    with pytest.raises(eve.exceptions.ClientError, match=r"AccessDenied|AuthorizationError|Forbidden"):
        getattr(eve, method)(**parameters)
