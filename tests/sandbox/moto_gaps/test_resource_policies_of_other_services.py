"""What CloudWatch Logs, API Gateway, Secrets Manager, and SQS reject in resource-based policies."""

import json

import boto3
import botocore
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from rolecall import Sandbox

MAIN, PARTNER = "111122223333", "444455556666"
WORLD = f"""
world: policies
accounts:
  main:
    id: "{MAIN}"
    users: {{admin: {{managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}}}}
    queues: {{jobs: {{}}}}
    secrets: {{db: {{value: x}}}}
  partner:
    id: "{PARTNER}"
    users: {{admin: {{managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}}}}
actors: {{admin: {{user: main/admin}}, partner: {{user: partner/admin}}}}
"""


def allow(principal, action, resource="*"):
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


GHOST = {"AWS": f"arn:aws:iam::{MAIN}:user/ghost"}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    file = tmp_path_factory.mktemp("worlds") / "policies.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as lab:
        yield lab


def code_of(call, **parameters):
    with pytest.raises(ClientError) as error:
        call(**parameters)
    return error.value.response["Error"]["Code"]


# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
@pytest.mark.parametrize("text", ["my policy", '{"Statement": {}}', allow(GHOST, "logs:PutLogEvents")])
def test_logs_rejects_a_bad_policy(lab, text):
    put = lab.client("logs", actor="admin").put_resource_policy
    assert code_of(put, policyName="p", policyDocument=text) == "InvalidParameterException"
    put(policyName="p", policyDocument=allow({"Service": "route53.amazonaws.com"}, "logs:PutLogEvents"))


# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html
@pytest.mark.parametrize("text", ["my policy", allow(GHOST, "execute-api:Invoke")])
def test_api_gateway_rejects_a_bad_policy(lab, text):
    api = lab.client("apigateway", actor="admin")
    assert code_of(api.create_rest_api, name="a", policy=text) == "BadRequestException"
    shorthand = allow("*", "execute-api:Invoke", "execute-api:/*")
    identifier = api.create_rest_api(name="a", policy=shorthand)["id"]
    patch = [{"op": "replace", "path": "/policy", "value": text}]
    assert (
        code_of(api.update_rest_api, restApiId=identifier, patchOperations=patch) == "BadRequestException"
    )


# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html
def test_secrets_manager_refuses_broad_access_if_it_is_asked_to(lab):
    put = lab.client("secretsmanager", actor="admin").put_resource_policy
    public, limited = allow("*", "secretsmanager:*"), allow({"AWS": PARTNER}, "secretsmanager:*")
    refused = code_of(put, SecretId="db", ResourcePolicy=public, BlockPublicPolicy=True)
    assert refused == "PublicPolicyException"
    put(SecretId="db", ResourcePolicy=limited, BlockPublicPolicy=True)


# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-customer-managed-policy-examples.html
def test_a_queue_policy_lets_no_other_account_change_the_queue(lab):
    own, partner = (lab.client("sqs", actor=actor) for actor in ("admin", "partner"))
    url = own.get_queue_url(QueueName="jobs")["QueueUrl"]
    own.set_queue_attributes(QueueUrl=url, Attributes={"Policy": allow({"AWS": PARTNER}, "sqs:*")})
    partner.send_message(QueueUrl=url, MessageBody="x")
    for method, parameters in (
        ("set_queue_attributes", {"Attributes": {"VisibilityTimeout": "5"}}),
        ("list_queue_tags", {}),
        ("delete_queue", {}),
    ):
        assert "AccessDenied" in code_of(getattr(partner, method), QueueUrl=url, **parameters)


def without_signature(lab, service):
    config = Config(signature_version=botocore.UNSIGNED)
    return boto3.client(service, endpoint_url=lab.endpoint, region_name="us-east-1", config=config)


# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-customer-managed-policy-examples.html
def test_everyone_sends_to_a_public_queue_without_a_signature(lab):
    own, anonymous = lab.client("sqs", actor="admin"), without_signature(lab, "sqs")
    url = own.create_queue(QueueName="public")["QueueUrl"]
    assert code_of(anonymous.send_message, QueueUrl=url, MessageBody="x").endswith("AccessDenied")

    own.set_queue_attributes(QueueUrl=url, Attributes={"Policy": allow("*", "sqs:SendMessage")})

    assert anonymous.send_message(QueueUrl=url, MessageBody="x")["MessageId"]
    assert code_of(anonymous.receive_message, QueueUrl=url).endswith("AccessDenied")
    assert "MissingAuthenticationToken" in code_of(anonymous.list_queues)


# https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
def test_everyone_publishes_to_a_public_topic_without_a_signature(lab):
    own, anonymous = lab.client("sns", actor="admin"), without_signature(lab, "sns")
    topic = own.create_topic(Name="public")["TopicArn"]
    assert code_of(anonymous.publish, TopicArn=topic, Message="x") == "AuthorizationError"

    policy = allow("*", "sns:Publish", topic)
    own.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)

    assert anonymous.publish(TopicArn=topic, Message="x")["MessageId"]


# https://docs.aws.amazon.com/sns/latest/api/API_AddPermission.html
def test_a_permission_of_a_topic_is_added_beside_statements_without_a_sid(lab):
    own, partner = (lab.client("sns", actor=actor) for actor in ("admin", "partner"))
    topic = own.create_topic(Name="labels")["TopicArn"]
    policy = allow({"AWS": MAIN}, "sns:Publish", topic)
    own.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    permission = {
        "TopicArn": topic,
        "Label": "partner",
        "AWSAccountId": [PARTNER],
        "ActionName": ["Publish"],
    }

    own.add_permission(**permission)

    assert partner.publish(TopicArn=topic, Message="x")["MessageId"]
    assert code_of(own.add_permission, **permission) == "InvalidParameter"
    own.remove_permission(TopicArn=topic, Label="partner")
    assert code_of(partner.publish, TopicArn=topic, Message="x") == "AuthorizationError"
    kept = json.loads(own.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])
    assert ["Sid" in one for one in kept["Statement"]] == [False]


# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html
def test_a_permission_of_a_queue_is_added_beside_statements_without_a_sid(lab):
    own, partner = (lab.client("sqs", actor=actor) for actor in ("admin", "partner"))
    url = own.create_queue(QueueName="labels")["QueueUrl"]
    own.set_queue_attributes(QueueUrl=url, Attributes={"Policy": allow({"AWS": MAIN}, "sqs:*")})
    permission = {
        "QueueUrl": url,
        "Label": "partner",
        "AWSAccountIds": [PARTNER],
        "Actions": ["SendMessage"],
    }

    own.add_permission(**permission)

    assert partner.send_message(QueueUrl=url, MessageBody="x")["MessageId"]
    assert "InvalidParameterValue" in code_of(own.add_permission, **permission)


def statements(count):
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": MAIN},
        "Action": "sqs:SendMessage",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement] * count})


# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (
            allow({"AWS": MAIN}, [f"sqs:{verb}*" for verb in "SRDCGPLT"]),
            "8 actions were found in a statement from the submitted policy, max allowed is 7",
        ),
        (statements(21), "max allowed is 20"),
        (
            allow({"AWS": MAIN}, "sqs:*").replace(" ", " " * 2000),
            "Submitted policy is over max allowed size.",
        ),
    ],
    ids=["actions", "statements", "size"],
)
def test_a_queue_policy_has_quotas(lab, policy, message):
    sqs = lab.client("sqs", actor="admin")
    url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]

    with pytest.raises(sqs.exceptions.OverLimit, match=message):
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


BUS = f"arn:aws:events:us-east-1:{MAIN}:event-bus/default"


# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html
# https://github.com/aws/aws-cdk/issues/14371
@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        '{"Statement": "x"}',
        allow(GHOST, "events:PutEvents", BUS),
        allow({"AWS": PARTNER}, "events:PutEvents", BUS.replace("default", "orders")),
    ],
)
def test_an_event_bus_rejects_a_bad_policy(lab, text):
    events = lab.client("events", actor="admin")

    assert code_of(events.put_permission, Policy=text) == "ValidationException"


# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-permissions-manage.html
@pytest.mark.parametrize("sids", [{}, {"Sid": "partner"}])
def test_an_event_bus_keeps_a_policy_with_one_statement(lab, sids):
    events = lab.client("events", actor="admin")
    policy = json.loads(allow({"AWS": PARTNER}, "events:PutEvents", BUS))
    policy["Statement"].update(sids)

    events.put_permission(Policy=json.dumps(policy))

    kept = json.loads(events.describe_event_bus()["Policy"])["Statement"]
    assert [one["Principal"] for one in kept] == [{"AWS": PARTNER}]


# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html
@pytest.mark.parametrize("principal", ["12", "everyone", "arn:aws:iam::444455556666:root"])
def test_a_permission_of_an_event_bus_is_for_an_account_or_everyone(lab, principal):
    events = lab.client("events", actor="admin")
    permission = {"Action": "events:PutEvents", "StatementId": "s"}

    assert code_of(events.put_permission, **permission, Principal=principal) == "ValidationException"
    events.put_permission(**permission, Principal=PARTNER)


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services
def test_no_policy_names_a_service_that_is_not_there(lab):
    made_up = allow({"Service": "made-up.amazonaws.com"}, "sqs:*")
    iam, lambda_, sqs = (lab.client(service, actor="admin") for service in ("iam", "lambda", "sqs"))
    url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
    attributes = {"Policy": made_up}
    assert code_of(sqs.set_queue_attributes, QueueUrl=url, Attributes=attributes) == "InvalidAttributeValue"
    trust = made_up.replace("sqs:*", "sts:AssumeRole").replace(', "Resource": "*"', "")
    with pytest.raises(ClientError, match='Invalid principal in policy: "SERVICE":"made-up'):
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust)
    permission = {"FunctionName": "f", "StatementId": "s", "Action": "lambda:InvokeFunction"}
    refused = code_of(lambda_.add_permission, Principal="made-up.amazonaws.com", **permission)
    assert refused == "InvalidParameterValueException"


@pytest.fixture(scope="module")
def shared(lab):
    """Return a function that sets the policy of a resource of each service, and one that reads the resource."""
    kinesis, efs, glue = (lab.client(service, actor="admin") for service in ("kinesis", "efs", "glue"))
    kinesis.create_stream(StreamName="events", ShardCount=1)
    stream = f"arn:aws:kinesis:us-east-1:{MAIN}:stream/events"
    files = efs.create_file_system(CreationToken="files")["FileSystemId"]
    glue.create_database(DatabaseInput={"Name": "sales"})
    return {
        "kinesis": (
            lambda text: kinesis.put_resource_policy(ResourceARN=stream, Policy=text),
            lambda: kinesis.describe_stream_summary(StreamARN=stream),
        ),
        "elasticfilesystem": (
            lambda text: efs.put_file_system_policy(FileSystemId=files, Policy=text),
            lambda: efs.describe_file_systems(FileSystemId=files),
        ),
        "glue": (
            lambda text: glue.put_resource_policy(PolicyInJson=text),
            lambda: glue.get_database(Name="sales"),
        ),
    }


# https://docs.aws.amazon.com/streams/latest/dev/resource-based-policy-examples.html
# https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
# https://docs.aws.amazon.com/glue/latest/dg/security_iam_resource-based-policy-examples.html
@pytest.mark.slow
@pytest.mark.parametrize("service", ["kinesis", "elasticfilesystem", "glue"])
def test_services_reject_bad_policies_and_decide_by_good_ones(lab, shared, service):
    put, read = shared[service]
    for text in ("my policy", allow(GHOST, f"{service}:*")):
        with pytest.raises(ClientError, match="Invalid policy"):
            put(text)
    read()

    put(allow("*", f"{service}:*").replace("Allow", "Deny"))

    with pytest.raises(ClientError, match="with an explicit deny in a resource-based policy"):
        read()


def test_the_policy_of_a_stream_lets_another_account_write_to_it(lab):
    own, partner = (lab.client("kinesis", actor=actor) for actor in ("admin", "partner"))
    own.create_stream(StreamName="open", ShardCount=1)
    stream = f"arn:aws:kinesis:us-east-1:{MAIN}:stream/open"
    record = {"StreamARN": stream, "Data": b"x", "PartitionKey": "k"}
    assert code_of(partner.put_record, **record) == "AccessDeniedException"

    own.put_resource_policy(ResourceARN=stream, Policy=allow({"AWS": PARTNER}, "kinesis:PutRecord", stream))

    assert partner.put_record(**record)["ShardId"]
