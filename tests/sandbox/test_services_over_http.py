"""Resources and their policies across services: what an identity policy names is what is let through.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from rolecall import Sandbox

QUEUES = "https://queue/111122223333"


@pytest.fixture(scope="module")
def services():
    with Sandbox(Path(__file__).parent / "worlds" / "services.yaml") as sandbox:
        admin = {name: sandbox.client(name, actor="admin") for name in ("logs", "events", "ecr", "kinesis")}
        for group in ("app", "other"):
            admin["logs"].create_log_group(logGroupName=group)
        for rule in ("nightly", "hourly"):
            admin["events"].put_rule(Name=rule, ScheduleExpression="rate(1 day)")
        for repository in ("app", "other"):
            admin["ecr"].create_repository(repositoryName=repository)
        for stream in ("clicks", "other"):
            admin["kinesis"].create_stream(StreamName=stream, ShardCount=1)
        yield sandbox


def code(call, **parameters) -> str:
    """The error's code, or an empty text where the call went through."""
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return ""


# Service, method, what it takes for the resource that is allowed, and for one that is not, the denial's code.
ROWS = [
    ("dynamodb", "get_item", {"TableName": "orders", "Key": {"id": {"S": "1"}}}, {"TableName": "invoices", "Key": {"id": {"S": "1"}}}, "AccessDeniedException"),
    ("dynamodb", "batch_get_item", {"RequestItems": {"orders": {"Keys": [{"id": {"S": "1"}}]}}}, {"RequestItems": {"orders": {"Keys": [{"id": {"S": "1"}}]}, "invoices": {"Keys": [{"id": {"S": "1"}}]}}}, "AccessDeniedException"),
    ("dynamodb", "execute_statement", {"Statement": 'SELECT * FROM "orders"'}, {"Statement": 'SELECT * FROM "invoices"'}, "AccessDeniedException"),
    ("dynamodb", "transact_write_items", {"TransactItems": [{"Put": {"TableName": "orders", "Item": {"id": {"S": "2"}}}}]}, {"TransactItems": [{"Put": {"TableName": "invoices", "Item": {"id": {"S": "2"}}}}]}, "AccessDeniedException"),
    ("sqs", "send_message", {"QueueUrl": f"{QUEUES}/jobs", "MessageBody": "hi"}, {"QueueUrl": f"{QUEUES}/shared", "MessageBody": "hi"}, "AccessDenied"),
    ("sqs", "send_message_batch", {"QueueUrl": f"{QUEUES}/jobs", "Entries": [{"Id": "1", "MessageBody": "hi"}]}, {"QueueUrl": f"{QUEUES}/shared", "Entries": [{"Id": "1", "MessageBody": "hi"}]}, "AccessDenied"),
    ("sqs", "get_queue_url", {"QueueName": "jobs"}, {"QueueName": "shared"}, "AccessDenied"),
    ("sns", "publish", {"TopicArn": "arn:aws:sns:us-east-1:111122223333:alerts", "Message": "hi"}, {"TopicArn": "arn:aws:sns:us-east-1:111122223333:other", "Message": "hi"}, "AuthorizationError"),
    ("secretsmanager", "get_secret_value", {"SecretId": "db-password"}, {"SecretId": "api-key"}, "AccessDeniedException"),
    ("ssm", "get_parameter", {"Name": "/app/mode"}, {"Name": "/other/mode"}, "AccessDeniedException"),
    ("ssm", "get_parameters", {"Names": ["/app/mode"]}, {"Names": ["/app/mode", "/other/mode"]}, "AccessDeniedException"),
    ("logs", "create_log_stream", {"logGroupName": "app", "logStreamName": "one"}, {"logGroupName": "other", "logStreamName": "one"}, "AccessDeniedException"),
    ("events", "describe_rule", {"Name": "nightly"}, {"Name": "hourly"}, "AccessDeniedException"),
    ("ecr", "list_images", {"repositoryName": "app"}, {"repositoryName": "other"}, "AccessDeniedException"),
    ("kinesis", "describe_stream", {"StreamName": "clicks"}, {"StreamName": "other"}, "AccessDeniedException"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("service", "method", "allowed", "other", "denial"), ROWS, ids=[f"{row[0]}-{row[1]}" for row in ROWS]
)
def test_the_resource_of_an_identity_policy_is_respected(services, service, method, allowed, other, denial):
    call = getattr(services.client(service, actor="clerk"), method)

    assert code(call, **allowed) == ""
    assert code(call, **other) == denial


def test_a_queues_policy_lets_another_account_in(services):
    sender = services.client("sqs", actor="sender")

    assert code(sender.send_message, QueueUrl=f"{QUEUES}/shared", MessageBody="hi") == ""
    assert code(sender.send_message, QueueUrl=f"{QUEUES}/jobs", MessageBody="hi") == "AccessDenied"
    received = services.client("sqs", actor="admin").receive_message(QueueUrl=f"{QUEUES}/shared")
    assert [message["Body"] for message in received["Messages"]] == ["hi"]


def test_a_queues_policy_is_enough_within_the_account(services):
    clerk = services.client("sqs", actor="clerk")

    assert code(clerk.get_queue_attributes, QueueUrl=f"{QUEUES}/open", AttributeNames=["All"]) == ""
    assert code(clerk.delete_queue, QueueUrl=f"{QUEUES}/open") == "AccessDenied"


def test_a_key_opens_by_its_own_policy_only(services):
    # https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
    admin, clerk = (services.client("kms", actor=who) for who in ("admin", "clerk"))

    # The world's file sets this key's ID.
    assert code(admin.encrypt, KeyId="1234abcd-12ab-34cd-56ef-1234567890ab", Plaintext=b"x") == ""
    assert code(admin.encrypt, KeyId="alias/delegated", Plaintext=b"x") == ""
    assert code(clerk.encrypt, KeyId="alias/delegated", Plaintext=b"x") == "AccessDeniedException"
    assert code(admin.encrypt, KeyId="alias/sealed", Plaintext=b"x") == "AccessDeniedException"
    assert code(clerk.encrypt, KeyId="alias/sealed", Plaintext=b"x") == ""


@pytest.mark.slow
def test_a_tag_of_the_resource_decides_where_the_policy_asks_for_it(services):
    admin, clerk = (services.client("ec2", actor=who) for who in ("admin", "clerk"))
    image = admin.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]

    def launched(team: str) -> str:
        tags = [{"ResourceType": "instance", "Tags": [{"Key": "team", "Value": team}]}]
        return admin.run_instances(ImageId=image, MinCount=1, MaxCount=1, TagSpecifications=tags)[
            "Instances"
        ][0]["InstanceId"]

    blue, red = launched("blue"), launched("red")

    assert code(clerk.stop_instances, InstanceIds=[blue]) == ""
    assert code(clerk.stop_instances, InstanceIds=[red]) == "UnauthorizedOperation"
    assert code(clerk.stop_instances, InstanceIds=[blue, red]) == "UnauthorizedOperation"


def test_a_typed_exception_of_the_service_is_raised_once_the_call_may_run(services):
    sqs = services.client("sqs", actor="admin")

    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="nowhere")


def test_an_action_without_resource_types_is_decided_on_all_resources(services):
    services.client("ec2", actor="admin").describe_instances()

    event = services._control("GET", "/decisions?last=1")[0]

    assert event["request"]["action"] == "ec2:DescribeInstances"
    assert event["request"]["resource"] == "*"


def test_deleting_several_objects_is_decided_key_by_key(tmp_path):
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
    world = tmp_path / "deletions.yaml"
    world.write_text(
        """
world: deletions
accounts:
  main:
    id: "111122223333"
    users:
      clerk:
        policies:
          own: {Version: "2012-10-17", Statement: {Effect: Allow, Action: ["s3:DeleteObject", "s3:GetObject"], Resource: "arn:aws:s3:::acme/mine/*"}}
    buckets:
      acme: {objects: {"mine/a": "1", "mine/b": "2", "theirs/c": "3"}}
actors: {clerk: {user: main/clerk}}
"""
    )
    with Sandbox(world) as sandbox:
        s3 = sandbox.client("s3", actor="clerk")

        answer = s3.delete_objects(
            Bucket="acme", Delete={"Objects": [{"Key": "mine/a"}, {"Key": "theirs/c"}, {"Key": "mine/b"}]}
        )

        assert sorted(one["Key"] for one in answer["Deleted"]) == ["mine/a", "mine/b"]
        assert [(one["Key"], one["Code"]) for one in answer["Errors"]] == [("theirs/c", "AccessDenied")]
        assert code(s3.get_object, Bucket="acme", Key="mine/a") == "AccessDenied"
        assert "s3:ListBucket" in str(sandbox.explain())


# https://docs.aws.amazon.com/sdkref/latest/guide/feature-compression.html
@pytest.mark.slow
def test_a_compressed_request_is_decided_and_performed(services):
    cloudwatch = services.client("cloudwatch", actor="admin")
    metrics = [{"MetricName": f"orders-{number}", "Value": 1} for number in range(300)]
    encodings = []
    cloudwatch.meta.events.register(
        "before-send.cloudwatch.PutMetricData",
        lambda request, **_: encodings.append(request.headers["Content-Encoding"]),
    )

    cloudwatch.put_metric_data(Namespace="Shop", MetricData=metrics)

    assert encodings == [b"gzip"]
    assert cloudwatch.list_metrics(Namespace="Shop", MetricName="orders-299")["Metrics"]
    clerk = services.client("cloudwatch", actor="clerk")
    assert code(clerk.put_metric_data, Namespace="Shop", MetricData=metrics) == "AccessDenied"


# https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Consumer.html
def test_the_consumer_of_a_stream_is_found_by_its_arn(services):
    kinesis = services.client("kinesis", actor="admin")
    stream = kinesis.describe_stream_summary(StreamName="clicks")["StreamDescriptionSummary"]["StreamARN"]
    arn = kinesis.register_stream_consumer(StreamARN=stream, ConsumerName="app")["Consumer"]["ConsumerARN"]

    found = kinesis.describe_stream_consumer(ConsumerARN=arn)["ConsumerDescription"]

    assert arn == f"{stream}/consumer/app:{int(found['ConsumerCreationTimestamp'].timestamp())}"


# https://docs.aws.amazon.com/cognito/latest/developerguide/authentication.html
@pytest.mark.slow
@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
@pytest.mark.parametrize("actor", ["admin", "partner"])
def test_an_unsigned_request_reaches_the_pool_that_it_is_about(services, actor, region):
    session = services.session(actor=actor)
    pools, identities = (
        session.client(name, region_name=region, endpoint_url=services.endpoint)
        for name in ("cognito-idp", "cognito-identity")
    )
    pool = pools.create_user_pool(PoolName="users")["UserPool"]["Id"]
    client = pools.create_user_pool_client(
        UserPoolId=pool, ClientName="app", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    pools.admin_create_user(UserPoolId=pool, Username="dana")
    pools.admin_set_user_password(UserPoolId=pool, Username="dana", Password="Secret-12", Permanent=True)
    identity_pool = identities.create_identity_pool(
        IdentityPoolName="guests", AllowUnauthenticatedIdentities=True
    )["IdentityPoolId"]

    token = pools.initiate_auth(
        ClientId=client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "dana", "PASSWORD": "Secret-12"},
    )["AuthenticationResult"]["AccessToken"]
    pools.global_sign_out(AccessToken=token)

    assert identities.get_id(IdentityPoolId=identity_pool)["IdentityId"].startswith(f"{region}:")
    with pytest.raises(pools.exceptions.NotAuthorizedException):
        pools.get_user(AccessToken=token)
