"""Requests that name a resource of another Region.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

import pytest
from botocore.exceptions import ClientError

FUNCTION = "arn:aws:lambda:us-west-2:111122223333:function:f"
KEY = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TABLE = "arn:aws:dynamodb:us-west-2:111122223333:table/t"
CLUSTER = "arn:aws:ecs:us-west-2:111122223333:cluster/main"
TOPIC = "arn:aws:sns:us-west-2:111122223333:news"
LOGS = "arn:aws:logs:us-west-2:111122223333:log-group:app"
REPOSITORY = "arn:aws:ecr:us-west-2:111122223333:repository/app"
BUS = "arn:aws:events:us-west-2:111122223333:event-bus/default"
SECRET = "arn:aws:secretsmanager:us-west-2:111122223333:secret:db-AbCdEf"
QUEUE = "https://sqs.us-west-2.amazonaws.com/111122223333/jobs"

REJECTIONS = [
    # https://github.com/alexcasalboni/aws-lambda-power-tuning/issues/18
    (
        ("lambda", "invoke", {"FunctionName": FUNCTION}),
        "ResourceNotFoundException",
        "Functions from 'us-west-2' are not reachable in this region ('us-east-1')",
    ),
    # https://github.com/nakedible/openssl-engine-kms/issues/1
    (("kms", "describe_key", {"KeyId": KEY}), "NotFoundException", "Invalid arn us-west-2"),
    # https://github.com/hashicorp/terraform-provider-aws/issues/42792
    (
        ("dynamodb", "describe_table", {"TableName": TABLE}),
        "ValidationException",
        f"1 validation error detected: Invalid AWS region in '{TABLE}'",
    ),
    # https://github.com/aws/aws-cli/issues/3175
    (
        ("ecs", "describe_clusters", {"clusters": [CLUSTER]}),
        "InvalidParameterException",
        "Invalid Region in ARN",
    ),
    (
        ("sns", "get_topic_attributes", {"TopicArn": TOPIC}),
        "InvalidParameter",
        "Invalid parameter: TopicArn",
    ),
    # https://github.com/jegesh/python-sqs-listener/issues/30
    (
        ("sqs", "send_message", {"QueueUrl": QUEUE, "MessageBody": "x"}),
        "InvalidAddress",
        "The address https://sqs.us-west-2.amazonaws.com/ is not valid for this endpoint.",
    ),
    # https://github.com/newrelic/newrelic-lambda-extension/issues/210
    (
        ("secretsmanager", "get_secret_value", {"SecretId": SECRET}),
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret.",
    ),
    (("logs", "list_tags_for_resource", {"resourceArn": LOGS}), "ResourceNotFoundException", ""),
    (("ecr", "list_tags_for_resource", {"resourceArn": REPOSITORY}), "InvalidParameterException", ""),
    (("events", "describe_event_bus", {"Name": BUS}), "ResourceNotFoundException", ""),
]


@pytest.mark.parametrize(("call", "code", "message"), REJECTIONS, ids=[row[0][0] for row in REJECTIONS])
def test_a_resource_of_another_region_is_rejected(administered, call, code, message):
    service, operation, parameters = call
    client = administered.client(service, actor="admin")

    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(**parameters)

    assert caught.value.response["Error"]["Code"] == code
    assert message in caught.value.response["Error"]["Message"]
