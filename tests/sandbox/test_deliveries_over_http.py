"""Deliveries between services: a service delivers only what the target's policy or a role allows.

https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
"""

import io
import json
import zipfile

import pytest
from botocore.exceptions import ClientError

from rolecall import Sandbox

# These tests use six services, two of which run functions.
pytestmark = pytest.mark.slow

MAIN, PARTNER, REGION = "111122223333", "444455556666", "us-east-1"
TOPIC = f"arn:aws:sns:{REGION}:{MAIN}:news"


def service(principal, action, resource, **condition):
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": principal},
        "Action": action,
        "Resource": resource,
        **({"Condition": condition} if condition else {}),
    }
    return {"Version": "2012-10-17", "Statement": statement}


def trust(principal):
    statement = {"Effect": "Allow", "Principal": {"Service": principal}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": statement}


def allow(*actions):
    return {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": list(actions), "Resource": "*"},
    }


ADMIN = {"managed_policies": ["arn:aws:iam::aws:policy/AdministratorAccess"]}
WORLD = {
    "world": "deliveries",
    "organization": {},
    "accounts": {
        "main": {
            "id": MAIN,
            "users": {"admin": ADMIN},
            "roles": {
                "reader": {
                    "trust": trust("lambda.amazonaws.com"),
                    "policies": {
                        "poll": allow("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
                    },
                },
                "marker": {
                    "trust": trust("lambda.amazonaws.com"),
                    "policies": {"all": allow("sqs:*")},
                },
                "half": {
                    "trust": trust("lambda.amazonaws.com"),
                    "policies": {"receive": allow("sqs:ReceiveMessage")},
                },
                "sender": {
                    "trust": trust("events.amazonaws.com"),
                    "policies": {"send": allow("sqs:SendMessage")},
                },
            },
        },
        "partner": {"id": PARTNER, "users": {"admin": ADMIN}},
    },
    "actors": {"admin": {"user": "main/admin"}, "partner": {"user": "partner/admin"}},
}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    file = tmp_path_factory.mktemp("world") / "deliveries.yaml"
    file.write_text(json.dumps(WORLD))
    with Sandbox(file) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def clients(sandbox):
    """Return a function for the clients of the administrator."""
    return lambda name, actor="admin": sandbox.client(name, actor=actor)


def queue_of(clients, name, policy=None, actor="admin"):
    attributes = {"Policy": json.dumps(policy)} if policy else {}
    url = clients("sqs", actor).create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    account = MAIN if actor == "admin" else PARTNER
    return url, f"arn:aws:sqs:{REGION}:{account}:{name}"


def messages(clients, url, actor="admin"):
    return clients("sqs", actor).receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])


def function_of(clients, name, role, code="def handler(event, context): pass"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("index.py", code)
    made = clients("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=f"arn:aws:iam::{MAIN}:role/{role}",
        Handler="index.handler",
        Code={"ZipFile": file.getvalue()},
    )
    return made["FunctionArn"]


def error(call, **parameters):
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    return raised.value.response["Error"]


FROM_TOPIC = {"ArnEquals": {"aws:SourceArn": TOPIC}}
SNS = "sns.amazonaws.com"


@pytest.mark.parametrize(
    ("name", "principal", "condition", "arrives"),
    [
        ("none", None, {}, False),
        ("any", SNS, {}, True),
        ("source-arn", SNS, FROM_TOPIC, True),
        ("other-arn", SNS, {"ArnEquals": {"aws:SourceArn": f"{TOPIC}-2"}}, False),
        ("account", SNS, {"StringEquals": {"aws:SourceAccount": MAIN}}, True),
        ("other-account", SNS, {"StringEquals": {"aws:SourceAccount": PARTNER}}, False),
        ("is-service", SNS, {"Bool": {"aws:PrincipalIsAWSService": "true"}}, True),
        ("organization", SNS, {"StringLike": {"aws:SourceOrgID": "o-*"}}, True),
        ("other-service", "s3.amazonaws.com", {}, False),
    ],
)
def test_sns_delivers_to_a_queue_whose_policy_allows_the_topic(
    clients, name, principal, condition, arrives
):
    sns = clients("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    arn = f"arn:aws:sqs:{REGION}:{MAIN}:sns-{name}"
    policy = service(principal, "sqs:SendMessage", arn, **condition) if principal else None
    url, arn = queue_of(clients, f"sns-{name}", policy)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="hello")

    assert len(messages(clients, url)) == arrives


def test_sns_delivers_to_a_queue_of_another_account(clients):
    topic = clients("sns").create_topic(Name="shared")["TopicArn"]
    arn = f"arn:aws:sqs:{REGION}:{PARTNER}:inbox"
    url, _ = queue_of(clients, "inbox", service(SNS, "sqs:SendMessage", arn), actor="partner")
    clients("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    clients("sns").publish(TopicArn=topic, Message="hello")

    assert len(messages(clients, url, "partner")) == 1


def test_sns_invokes_a_function_whose_policy_allows_the_topic(clients, sandbox):
    url, _ = queue_of(clients, "marks")
    code = f"""
import boto3
def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl={url!r}, MessageBody=event["Records"][0]["Sns"]["Message"])
"""
    function = function_of(clients, "marks", "marker", code)
    topic = clients("sns").create_topic(Name="events")["TopicArn"]
    clients("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)
    clients("sns").publish(TopicArn=topic, Message="refused")
    clients("lambda").add_permission(
        FunctionName="marks",
        StatementId="sns",
        Action="lambda:InvokeFunction",
        Principal=SNS,
        SourceArn=topic,
    )
    clients("sns").publish(TopicArn=topic, Message="allowed")

    received = clients("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
    assert [one["Body"] for one in received] == ["allowed"]


def test_nothing_leaves_the_machine_by_http(clients):
    topic = clients("sns").create_topic(Name="http")["TopicArn"]
    clients("sns").subscribe(TopicArn=topic, Protocol="http", Endpoint="http://192.0.2.1/hook")

    assert clients("sns").publish(TopicArn=topic, Message="hello")["MessageId"]


def test_a_denied_delivery_is_in_the_trail(clients, sandbox):
    topic = clients("sns").create_topic(Name="traced")["TopicArn"]
    _, arn = queue_of(clients, "traced")
    clients("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    clients("sns").publish(TopicArn=topic, Message="hello")

    last = sandbox.trail[-1]
    assert (last.who, last.action, last.resource, last.error) == (
        SNS,
        "sqs:SendMessage",
        arn,
        "AccessDenied",
    )


S3 = "s3.amazonaws.com"


def notify(clients, bucket, kind, arn, **options):
    names = {"Queue": "QueueArn", "Topic": "TopicArn", "LambdaFunction": "LambdaFunctionArn"}
    entry = {"Events": ["s3:ObjectCreated:*"], names[kind]: arn}
    return {
        "Bucket": bucket,
        "NotificationConfiguration": {f"{kind}Configurations": [entry]},
        **options,
    }


def test_s3_notifies_a_queue_that_allows_the_bucket(clients):
    s3 = clients("s3")
    s3.create_bucket(Bucket="notified")
    arn = f"arn:aws:sqs:{REGION}:{MAIN}:notified"
    condition = {
        "ArnLike": {"aws:SourceArn": "arn:aws:s3:::notified"},
        "StringEquals": {"aws:SourceAccount": MAIN},
    }
    url, _ = queue_of(clients, "notified", service(S3, "sqs:SendMessage", arn, **condition))
    s3.put_bucket_notification_configuration(**notify(clients, "notified", "Queue", arn))
    s3.put_object(Bucket="notified", Key="one", Body=b"")
    clients("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    s3.put_object(Bucket="notified", Key="two", Body=b"")

    bodies = [json.loads(one["Body"]) for one in messages(clients, url)]
    assert bodies[0]["Event"] == "s3:TestEvent"
    assert [one["Records"][0]["s3"]["object"]["key"] for one in bodies[1:]] == ["one"]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("Queue", "Permissions on the destination queue do not allow S3 to publish notifications"),
        ("Topic", "Permissions on the destination topic do not allow S3 to publish notifications"),
        ("LambdaFunction", "Not authorized to invoke function"),
    ],
)
def test_s3_refuses_a_destination_that_does_not_allow_the_bucket(clients, kind, reason):
    s3 = clients("s3")
    bucket = f"refused-{kind.lower()}"
    s3.create_bucket(Bucket=bucket)
    arns = {
        "Queue": lambda: queue_of(clients, "refused")[1],
        "Topic": lambda: clients("sns").create_topic(Name="refused")["TopicArn"],
        "LambdaFunction": lambda: function_of(clients, "refused", "reader"),
    }
    found = error(s3.put_bucket_notification_configuration, **notify(clients, bucket, kind, arns[kind]()))

    assert found["Code"] == "InvalidArgument"
    assert found["Message"] == "Unable to validate the following destination configurations"
    assert found["ArgumentValue1"].startswith(reason)


@pytest.mark.parametrize(
    ("arn", "message"),
    [
        (f"arn:aws:kinesis:{REGION}:{MAIN}:stream/news", "The ARN is not well formed"),
        (f"arn:aws:sqs:eu-west-1:{MAIN}:news", "destination service region is not valid"),
    ],
)
def test_s3_refuses_a_destination_of_another_service_or_region(clients, arn, message):
    clients("s3").create_bucket(Bucket="far-away")
    configuration = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]}

    with pytest.raises(ClientError, match=message):
        clients("s3").put_bucket_notification_configuration(
            Bucket="far-away", NotificationConfiguration=configuration
        )


def test_s3_skips_the_validation_if_it_is_asked_to(clients):
    clients("s3").create_bucket(Bucket="skipped")
    arn = f"arn:aws:sqs:{REGION}:{MAIN}:skipped"
    clients("s3").put_bucket_notification_configuration(
        **notify(clients, "skipped", "Queue", arn, SkipDestinationValidation=True)
    )

    assert clients("s3").get_bucket_notification_configuration(Bucket="skipped")["QueueConfigurations"]


@pytest.mark.parametrize(
    ("name", "policy", "role", "arrives"),
    [
        ("none", False, None, False),
        ("policy", True, None, True),
        ("role", False, "sender", True),
        ("wrong-role", True, "reader", False),
    ],
)
def test_eventbridge_delivers_by_the_policy_of_the_queue_or_by_the_role(
    clients, name, policy, role, arrives
):
    events = clients("events")
    rule = events.put_rule(Name=f"rule-{name}", EventPattern=json.dumps({"source": [f"app.{name}"]}))[
        "RuleArn"
    ]
    arn = f"arn:aws:sqs:{REGION}:{MAIN}:rule-{name}"
    by_rule = {"ArnEquals": {"aws:SourceArn": rule}}
    document = service("events.amazonaws.com", "sqs:SendMessage", arn, **by_rule) if policy else None
    url, _ = queue_of(clients, f"rule-{name}", document)
    target = {"Id": "q", "Arn": arn, **({"RoleArn": f"arn:aws:iam::{MAIN}:role/{role}"} if role else {})}
    events.put_targets(Rule=f"rule-{name}", Targets=[target])
    events.put_events(Entries=[{"Source": f"app.{name}", "DetailType": "t", "Detail": "{}"}])

    assert len(messages(clients, url)) == arrives


def test_eventbridge_publishes_to_a_topic_that_allows_the_rule(clients):
    events, sns = clients("events"), clients("sns")
    topic = sns.create_topic(Name="from-rule")["TopicArn"]
    arn = f"arn:aws:sqs:{REGION}:{MAIN}:from-rule"
    url, _ = queue_of(clients, "from-rule", service(SNS, "sqs:SendMessage", arn))
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    events.put_rule(Name="to-topic", EventPattern=json.dumps({"source": ["app.topic"]}))
    events.put_targets(Rule="to-topic", Targets=[{"Id": "t", "Arn": topic}])
    entry = {"Source": "app.topic", "DetailType": "t", "Detail": "{}"}
    events.put_events(Entries=[entry])
    policy = service("events.amazonaws.com", "sns:Publish", topic)
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(policy))
    events.put_events(Entries=[entry])

    assert len(messages(clients, url)) == 1


# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive-event.html
def test_an_archive_that_a_stack_creates_keeps_the_events_of_its_bus(clients):
    bus = {"Type": "AWS::Events::EventBus", "Properties": {"Name": "orders"}}
    source = f"arn:aws:events:{REGION}:{MAIN}:event-bus/orders"
    archive = {
        "Type": "AWS::Events::Archive",
        "DependsOn": "Bus",
        "Properties": {"ArchiveName": "kept", "SourceArn": source},
    }
    template = json.dumps({"Resources": {"Bus": bus, "Kept": archive}})
    clients("cloudformation").create_stack(StackName="archives", TemplateBody=template)

    entry = {"Source": "shop", "DetailType": "order", "Detail": "{}", "EventBusName": "orders"}
    clients("events").put_events(Entries=[entry])

    assert clients("events").describe_archive(ArchiveName="kept")["EventCount"] == 1


def test_eventbridge_writes_to_a_log_group_by_a_resource_policy(clients):
    events, logs = clients("events"), clients("logs")
    logs.create_log_group(logGroupName="/aws/events/all")
    arn = f"arn:aws:logs:{REGION}:{MAIN}:log-group:/aws/events/all"
    events.put_rule(Name="to-logs", EventPattern=json.dumps({"source": ["app.logs"]}))
    events.put_targets(Rule="to-logs", Targets=[{"Id": "l", "Arn": arn}])
    entry = {"Source": "app.logs", "DetailType": "t", "Detail": "{}"}
    events.put_events(Entries=[entry])
    policy = service("events.amazonaws.com", ["logs:CreateLogStream", "logs:PutLogEvents"], f"{arn}:*")
    logs.put_resource_policy(policyName="events", policyDocument=json.dumps(policy))
    events.put_events(Entries=[entry])

    assert len(logs.filter_log_events(logGroupName="/aws/events/all")["events"]) == 1


@pytest.mark.parametrize(
    ("role", "message"),
    [
        ("half", "The function execution role does not have permissions to call DeleteMessage on SQS"),
        ("marker", None),
        ("reader", None),
    ],
)
def test_lambda_polls_a_queue_that_the_execution_role_may_read(clients, role, message):
    function_of(clients, f"polls-{role}", role)
    url, arn = queue_of(clients, f"polled-{role}")
    create = clients("lambda").create_event_source_mapping
    if message is not None:
        found = error(create, EventSourceArn=arn, FunctionName=f"polls-{role}")
        assert (found["Code"], found["Message"]) == ("InvalidParameterValueException", message)
        return
    create(EventSourceArn=arn, FunctionName=f"polls-{role}")
    clients("sqs").send_message(QueueUrl=url, MessageBody="work")

    assert messages(clients, url) == []


def test_lambda_stops_polling_if_the_role_loses_the_permission(clients):
    iam = clients("iam")
    iam.create_role(RoleName="loses", AssumeRolePolicyDocument=json.dumps(trust("lambda.amazonaws.com")))
    document = json.dumps(allow("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"))
    iam.put_role_policy(RoleName="loses", PolicyName="poll", PolicyDocument=document)
    function_of(clients, "loses", "loses")
    url, arn = queue_of(clients, "loses")
    clients("lambda").create_event_source_mapping(EventSourceArn=arn, FunctionName="loses")
    iam.delete_role_policy(RoleName="loses", PolicyName="poll")
    clients("sqs").send_message(QueueUrl=url, MessageBody="work")

    assert len(messages(clients, url)) == 1


def test_a_subscription_filter_needs_the_policy_of_the_function(clients):
    logs = clients("logs")
    logs.create_log_group(logGroupName="/app")
    function = function_of(clients, "logs-target", "reader")
    arguments = {
        "logGroupName": "/app",
        "filterName": "all",
        "filterPattern": "",
        "destinationArn": function,
    }
    found = error(logs.put_subscription_filter, **arguments)
    assert found["Code"] == "InvalidParameterException"
    assert found["Message"].startswith("Could not execute the lambda function.")

    clients("lambda").add_permission(
        FunctionName="logs-target",
        StatementId="logs",
        Action="lambda:InvokeFunction",
        Principal="logs.amazonaws.com",
        SourceArn=f"arn:aws:logs:{REGION}:{MAIN}:log-group:/app:*",
    )
    logs.put_subscription_filter(**arguments)
    logs.create_log_stream(logGroupName="/app", logStreamName="one")
    logs.put_log_events(
        logGroupName="/app", logStreamName="one", logEvents=[{"timestamp": 1, "message": "hello"}]
    )
