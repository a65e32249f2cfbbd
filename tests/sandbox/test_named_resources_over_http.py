"""Policies that name resources and condition keys in the forms that AWS documents, service by service."""

import json

import pytest
from botocore.exceptions import ClientError

from rolecall import Sandbox

MAIN = "111122223333"
WORLD = f"""
world: named
accounts:
  main:
    id: "{MAIN}"
    users: {{admin: {{managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}}, dana: {{}}}}
    instances: {{web: {{}}}}
    secrets: {{db: {{value: x}}}}
actors: {{admin: {{user: main/admin}}, dana: {{user: main/dana}}}}
"""
NODE = f"arn:aws:ec2:us-east-1:{MAIN}:instance/*"
BATCH = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": {"Name": "B.acme.com.", "Type": "A", "TTL": 1, "ResourceRecords": [{"Value": "10.0.0.1"}]}}]}  # fmt: skip
EVENTS = {"Entries": [{"Source": "com.acme", "DetailType": "order", "Detail": "{}"}]}
# The page, the permission, and the call. A permission that names something else must not be enough.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-restrict-access-quickstart.html
# https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
# https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security_iam_id-based-policy-examples.html
CASES = [
    ("ssm:SendCommand", ["arn:aws:ssm:us-east-1::document/AWS-RunShellScript", NODE], {}, "ssm", "send_command", {"DocumentName": "AWS-RunShellScript", "InstanceIds": ["i-0123456789abcdef0"]}),
    ("ssm:StartSession", NODE, {}, "ssm", "start_session", {"Target": "i-0123456789abcdef0"}),
    ("ssm:GetParameter", "arn:aws:ssm:us-east-1::parameter/aws/service/*", {}, "ssm", "get_parameter", {"Name": "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"}),
    ("secretsmanager:GetSecretValue", "*", {"secretsmanager:VersionStage": "AWSCURRENT"}, "secretsmanager", "get_secret_value", {"SecretId": "db"}),
    ("kms:CreateKey", "*", {"kms:KeySpec": "SYMMETRIC_DEFAULT"}, "kms", "create_key", {}),
    ("kms:CreateKey", "*", {"kms:BypassPolicyLockoutSafetyCheck": "false"}, "kms", "create_key", {}),
    ("events:PutEvents", "*", {"events:source": "com.acme"}, "events", "put_events", EVENTS),
    ("events:PutEvents", "*", {"events:detail-type": "order"}, "events", "put_events", EVENTS),
    ("route53:ChangeResourceRecordSets", "*", {"route53:ChangeResourceRecordSetsNormalizedRecordNames": "b.acme.com"}, "route53", "change_resource_record_sets", {"HostedZoneId": "Z123", "ChangeBatch": BATCH}),
    ("route53:ChangeResourceRecordSets", "*", {"route53:ChangeResourceRecordSetsRecordTypes": "A"}, "route53", "change_resource_record_sets", {"HostedZoneId": "Z123", "ChangeBatch": BATCH}),
    ("lambda:CreateEventSourceMapping", "*", {"lambda:FunctionArn": f"arn:aws:lambda:us-east-1:{MAIN}:function:work"}, "lambda", "create_event_source_mapping", {"FunctionName": "work", "EventSourceArn": f"arn:aws:sqs:us-east-1:{MAIN}:jobs"}),
    ("ecs:RunTask", "*", {"ecs:cluster": f"arn:aws:ecs:us-east-1:{MAIN}:cluster/prod"}, "ecs", "run_task", {"cluster": "prod", "taskDefinition": "web"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    file = tmp_path_factory.mktemp("worlds") / "named.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as lab:
        yield lab


def error_of(call):
    """Return the code of the error that a call ends with; empty if it succeeds."""
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"]
    return ""


@pytest.mark.parametrize(
    ("action", "resource", "keys", "service", "method", "parameters"),
    CASES,
    ids=[f"{action} {' '.join(keys)}" for action, _, keys, *_ in CASES],
)
def test_a_permission_covers_what_it_names_and_nothing_else(
    lab, action, resource, keys, service, method, parameters
):
    def permit(keys):
        statement = {"Effect": "Allow", "Action": action, "Resource": resource}
        if keys:
            statement["Condition"] = {"StringEquals": keys}
        document = json.dumps({"Version": "2012-10-17", "Statement": statement})
        lab.client("iam", actor="admin").put_user_policy(
            UserName="dana", PolicyName="p", PolicyDocument=document
        )

    client = lab.client(service, actor="dana")
    permit(keys)
    assert "Denied" not in error_of(lambda: getattr(client, method)(**parameters))
    permit(dict.fromkeys(keys, "something-else") or {"aws:username": "eve"})
    assert "AccessDenied" in error_of(lambda: getattr(client, method)(**parameters))


def test_a_transitive_tag_is_found_whatever_the_case_of_its_key(lab):
    iam = lab.client("iam", actor="admin")
    trust = {"Effect": "Allow", "Principal": {"AWS": MAIN}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    document = json.dumps({"Version": "2012-10-17", "Statement": trust})
    for name in ("first", "second"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
    statement = {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": "*"}
    allowed = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_role_policy(RoleName="first", PolicyName="p", PolicyDocument=allowed)
    sts = lab.client("sts", actor="admin")
    roles = [f"arn:aws:iam::{MAIN}:role/{name}" for name in ("first", "second")]
    session = sts.assume_role(
        RoleArn=roles[0],
        RoleSessionName="chain",
        Tags=[{"Key": "Team", "Value": "x"}],
        TransitiveTagKeys=["team"],
    )["Credentials"]
    chained = lab.session(actor="admin").client(
        "sts",
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )
    # The tag can't be replaced, because it passed to the chain.
    code = error_of(
        lambda: chained.assume_role(
            RoleArn=roles[1], RoleSessionName="next", Tags=[{"Key": "TEAM", "Value": "y"}]
        )
    )
    assert code == "InvalidParameterValue"
