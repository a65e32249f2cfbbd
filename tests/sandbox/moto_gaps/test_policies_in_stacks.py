"""The resource-based policies of buckets, topics, and queues in CloudFormation.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucketpolicy.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topicpolicy.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queuepolicy.html
"""

import contextlib
import json

import pytest
from botocore.exceptions import ClientError

# Importing moto's CloudFormation takes several seconds.
pytestmark = pytest.mark.slow

MAIN = "111122223333"
TOPIC = f"arn:aws:sns:us-east-1:{MAIN}:alerts"


def policy(action, resource):
    statement = {"Effect": "Allow", "Principal": {"AWS": MAIN}, "Action": action, "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [statement]}


def template(bucket, *, actions=("s3:GetObject", "sns:Publish", "sqs:SendMessage"), queues=("Q", "R")):
    """A bucket, a topic, and two queues, with a policy for each action."""
    reads, publishes, sends = actions
    resources = {
        "B": ("S3::Bucket", {"BucketName": bucket}),
        "T": ("SNS::Topic", {"TopicName": "alerts"}),
        "Q": ("SQS::Queue", {"QueueName": "q"}),
        "R": ("SQS::Queue", {"QueueName": "r"}),
    }
    if reads:
        document = policy(reads, {"Fn::Sub": "arn:aws:s3:::${B}/*"})
        resources["BP"] = ("S3::BucketPolicy", {"Bucket": {"Ref": "B"}, "PolicyDocument": document})
    if publishes:
        document = policy(publishes, {"Ref": "T"})
        resources["TP"] = ("SNS::TopicPolicy", {"Topics": [{"Ref": "T"}], "PolicyDocument": document})
    if sends:
        urls = [{"Ref": name} for name in queues]
        resources["QP"] = ("SQS::QueuePolicy", {"Queues": urls, "PolicyDocument": policy(sends, "*")})
    types = {
        name: {"Type": f"AWS::{type}", "Properties": given} for name, (type, given) in resources.items()
    }
    return json.dumps({"Resources": types})


def actions_of(sandbox, bucket):
    """The actions that the policies of the resources allow."""
    s3, sns, sqs = (sandbox.client(service, actor="admin") for service in ("s3", "sns", "sqs"))
    found = {}
    with contextlib.suppress(ClientError):
        found["bucket"] = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    found["topic"] = sns.get_topic_attributes(TopicArn=TOPIC)["Attributes"]["Policy"]
    for name in ("q", "r"):
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
        if "Attributes" in attributes:
            found[name] = attributes["Attributes"]["Policy"]
    return {name: json.loads(text)["Statement"][0]["Action"] for name, text in found.items()}


def test_a_stack_sets_changes_and_removes_policies(administered):
    client = administered.client("cloudformation", actor="admin")

    client.create_stack(StackName="policies", TemplateBody=template("stacked"))
    assert actions_of(administered, "stacked") == {
        "bucket": "s3:GetObject",
        "topic": "sns:Publish",
        "q": "sqs:SendMessage",
        "r": "sqs:SendMessage",
    }

    changed = template(
        "stacked", actions=("s3:PutObject", "sns:Subscribe", "sqs:GetQueueUrl"), queues=["Q"]
    )
    client.update_stack(StackName="policies", TemplateBody=changed)
    assert actions_of(administered, "stacked") == {
        "bucket": "s3:PutObject",
        "topic": "sns:Subscribe",
        "q": "sqs:GetQueueUrl",
    }

    client.update_stack(StackName="policies", TemplateBody=template("stacked", actions=(None, None, None)))
    removed = actions_of(administered, "stacked")
    assert removed.keys() == {"topic"}
    assert "SNS:AddPermission" in removed["topic"]


@pytest.mark.parametrize(
    ("actions", "message"),
    [
        (("iam:GetUser", None, None), "Policy has invalid action (Service: S3"),
        ((None, "s3:GetObject", None), "Policy statement action out of service scope! (Service: Sns"),
        ((None, None, "s3:GetObject"), "Invalid value for the parameter Policy. (Service: Sqs"),
    ],
)
def test_a_policy_that_the_service_rejects_fails_the_stack(administered, actions, message):
    client = administered.client("cloudformation", actor="admin")

    client.create_stack(StackName="rejected", TemplateBody=template("rejected", actions=actions))

    events = client.describe_stack_events(StackName="rejected")["StackEvents"]
    assert events[0]["ResourceStatus"] == "ROLLBACK_COMPLETE"
    assert any(message in event.get("ResourceStatusReason", "") for event in events)
    client.delete_stack(StackName="rejected")
