"""CloudFormation creates the resources of a stack with the permissions of the caller or of a service role.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/fas-requests-and-permission-evaluation.html
"""

import json

import pytest
from botocore.exceptions import ClientError

from rolecall import Sandbox

# Importing moto's CloudFormation takes several seconds.
pytestmark = pytest.mark.slow

MAIN = "111122223333"
WORLD = f"""
world: stacks
accounts:
  main:
    id: "{MAIN}"
    managed_policies:
      stacks: {{Version: "2012-10-17", Statement: {{Effect: Allow, Action: "cloudformation:*", Resource: "*"}}}}
    users:
      admin: {{managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}}
      stacker: {{managed_policies: [stacks]}}
      passer: # the privilege escalation that AWS documents: CloudFormation and PassRole
        managed_policies: [stacks]
        policies:
          pass: {{Version: "2012-10-17", Statement: {{Effect: Allow, Action: "iam:PassRole", Resource: "arn:aws:iam::{MAIN}:role/deployer"}}}}
      builder: # roles, but no role may be passed
        managed_policies: [stacks]
        policies:
          build: {{Version: "2012-10-17", Statement: {{Effect: Allow, Action: ["iam:*Role", "lambda:*"], Resource: "*"}}}}
          no-pass: {{Version: "2012-10-17", Statement: {{Effect: Deny, Action: "iam:PassRole", Resource: "*"}}}}
      through: # queues, but only through CloudFormation
        managed_policies: [stacks]
        policies:
          queues:
            Version: "2012-10-17"
            Statement:
              Effect: Allow
              Action: ["sqs:CreateQueue", "sqs:SetQueueAttributes"]
              Resource: "arn:aws:sqs:us-east-1:{MAIN}:jobs-*"
              Condition: {{"ForAnyValue:StringEquals": {{"aws:CalledVia": cloudformation.amazonaws.com}}}}
      keeper: # one stack
        policies:
          stacks: {{Version: "2012-10-17", Statement: {{Effect: Allow, Action: "cloudformation:*", Resource: "arn:aws:cloudformation:us-east-1:{MAIN}:stack/kept/*"}}}}
      tagger: # queues with one tag
        managed_policies: [stacks]
        policies:
          queues:
            Version: "2012-10-17"
            Statement:
              - {{Effect: Allow, Action: "sqs:*", Resource: "*", Condition: {{StringEquals: {{"aws:RequestTag/team": blue}}}}}}
              - {{Effect: Allow, Action: ["sqs:DeleteQueue"], Resource: "*"}}
    roles:
      deployer:
        trust: {{Version: "2012-10-17", Statement: {{Effect: Allow, Principal: {{Service: cloudformation.amazonaws.com}}, Action: "sts:AssumeRole"}}}}
        managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]
      limited:
        trust: {{Version: "2012-10-17", Statement: {{Effect: Allow, Principal: {{Service: cloudformation.amazonaws.com}}, Action: "sts:AssumeRole"}}}}
        policies:
          topics: {{Version: "2012-10-17", Statement: {{Effect: Allow, Action: "sns:*", Resource: "*"}}}}
          direct: {{Version: "2012-10-17", Statement: {{Effect: Allow, Action: "sqs:*", Resource: "*", Condition: {{Bool: {{"aws:ViaAWSService": "false"}}}}}}}}
      untrusting:
        trust: {{Version: "2012-10-17", Statement: {{Effect: Allow, Principal: {{Service: ec2.amazonaws.com}}, Action: "sts:AssumeRole"}}}}
actors:
  admin: {{user: main/admin}}
  stacker: {{user: main/stacker}}
  passer: {{user: main/passer}}
  builder: {{user: main/builder}}
  through: {{user: main/through}}
  keeper: {{user: main/keeper}}
  tagger: {{user: main/tagger}}
"""
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"AWS": MAIN}, "Action": "sts:AssumeRole"},
}
ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
IAM = {"Capabilities": ["CAPABILITY_IAM"]}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    file = tmp_path_factory.mktemp("world") / "stacks.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as sandbox:
        yield sandbox


def template(**resources):
    return json.dumps({"Resources": resources})


def queue(name, **properties):
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name, **properties}}


def topic(name):
    return {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}}


def reasons(client, stack, status):
    events = client.describe_stack_events(StackName=stack)["StackEvents"]
    return {
        event["LogicalResourceId"]: event.get("ResourceStatusReason", "")
        for event in events
        if event["ResourceStatus"] == status
    }


def status(client, stack):
    return client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]


def error(call, **parameters):
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    return raised.value.response["Error"]


def role_names(sandbox):
    return {role["RoleName"] for role in sandbox.client("iam", actor="admin").list_roles()["Roles"]}


def test_a_caller_who_may_not_create_roles_gets_none_by_a_stack(sandbox):
    before = role_names(sandbox)
    client = sandbox.client("cloudformation", actor="stacker")
    client.create_stack(StackName="escalate", TemplateBody=template(Admin=ROLE), **IAM)

    assert status(client, "escalate") == "ROLLBACK_COMPLETE"
    reason = reasons(client, "escalate", "CREATE_FAILED")["Admin"]
    assert reason.startswith(
        f'Resource handler returned message: "User: arn:aws:iam::{MAIN}:user/stacker is not authorized to '
        f"perform: iam:CreateRole on resource: arn:aws:iam::{MAIN}:role/escalate-Admin-"
    )
    assert "(Service: Iam, Status Code: 403, Request ID: " in reason
    assert reason.endswith("HandlerErrorCode: AccessDenied)")
    assert role_names(sandbox) == before


def test_a_role_that_may_be_passed_creates_what_the_caller_may_not(sandbox):
    client = sandbox.client("cloudformation", actor="passer")
    admin = {**ROLE, "Properties": {**ROLE["Properties"], "ManagedPolicyArns": [ADMIN]}}
    arn = f"arn:aws:iam::{MAIN}:role/deployer"
    client.create_stack(StackName="passed", TemplateBody=template(Admin=admin), RoleARN=arn, **IAM)

    assert status(client, "passed") == "CREATE_COMPLETE"
    assert client.describe_stacks(StackName="passed")["Stacks"][0]["RoleARN"] == arn


def test_a_role_requires_passrole(sandbox):
    client = sandbox.client("cloudformation", actor="stacker")
    found = error(
        client.create_stack,
        StackName="not-passed",
        TemplateBody=template(Q=queue("q")),
        RoleARN=f"arn:aws:iam::{MAIN}:role/deployer",
    )

    assert found["Code"] == "AccessDenied"
    assert "is not authorized to perform: iam:PassRole" in found["Message"]


def test_the_role_stays_with_the_stack_for_callers_who_may_not_pass_it(sandbox):
    admin = sandbox.client("cloudformation", actor="admin")
    role = f"arn:aws:iam::{MAIN}:role/deployer"
    admin.create_stack(StackName="kept", TemplateBody=template(Q=queue("kept-1")), RoleARN=role)
    stacker = sandbox.client("cloudformation", actor="stacker")

    keeper = sandbox.client("cloudformation", actor="keeper")
    assert status(keeper, "kept") == "CREATE_COMPLETE"
    stacker.update_stack(StackName="kept", TemplateBody=template(Q=queue("kept-1"), R=ROLE), **IAM)
    assert status(stacker, "kept") == "UPDATE_COMPLETE"
    stacker.delete_stack(StackName="kept")
    assert error(stacker.describe_stacks, StackName="kept")["Code"] == "ValidationError"


def test_a_role_that_cannot_be_assumed_is_refused(sandbox):
    client = sandbox.client("cloudformation", actor="admin")
    role = f"arn:aws:iam::{MAIN}:role/untrusting"
    found = error(
        client.create_stack, StackName="untrusted", TemplateBody=template(Q=queue("q")), RoleARN=role
    )

    assert found["Code"] == "ValidationError"
    assert found["Message"] == f"Role {role} is invalid or cannot be assumed"


def test_the_role_decides_although_the_caller_may_do_more(sandbox):
    client = sandbox.client("cloudformation", actor="admin")
    role = f"arn:aws:iam::{MAIN}:role/limited"
    body = template(T=topic("limited"), Q={**queue("limited"), "DependsOn": "T"})
    client.create_stack(StackName="limited", TemplateBody=body, RoleARN=role)

    assert status(client, "limited") == "ROLLBACK_COMPLETE"
    reason = reasons(client, "limited", "CREATE_FAILED")["Q"]
    assert f"arn:aws:sts::{MAIN}:assumed-role/limited/AWSCloudFormation is not authorized" in reason
    assert "T" in reasons(client, "limited", "DELETE_COMPLETE")
    assert sandbox.client("sns", actor="admin").list_topics()["Topics"] == []


@pytest.mark.parametrize(
    ("name", "expected"), [("jobs-1", "CREATE_COMPLETE"), ("other", "ROLLBACK_COMPLETE")]
)
def test_a_stack_is_called_via_cloudformation(sandbox, name, expected):
    client = sandbox.client("cloudformation", actor="through")
    client.create_stack(StackName=f"via-{name}", TemplateBody=template(Q=queue(name)))

    assert status(client, f"via-{name}") == expected
    denied = error(sandbox.client("sqs", actor="through").create_queue, QueueName="jobs-2")
    assert denied["Code"] == "AccessDenied"


def test_tags_of_a_resource_are_the_tags_of_the_request(sandbox):
    client = sandbox.client("cloudformation", actor="tagger")
    blue = queue("blue", Tags=[{"Key": "team", "Value": "blue"}])
    client.create_stack(StackName="blue", TemplateBody=template(Q=blue))
    client.create_stack(StackName="red", TemplateBody=template(Q=queue("red")))
    client.create_stack(
        StackName="inherited",
        TemplateBody=template(Q=queue("inherited")),
        Tags=[{"Key": "team", "Value": "blue"}],
    )

    assert status(client, "blue") == "CREATE_COMPLETE"
    assert status(client, "red") == "ROLLBACK_COMPLETE"
    assert status(client, "inherited") == "CREATE_COMPLETE"


def test_a_function_in_a_template_requires_passrole(sandbox):
    client = sandbox.client("cloudformation", actor="builder")
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Role": {"Fn::GetAtt": ["R", "Arn"]},
            "Handler": "index.handler",
            "Runtime": "python3.13",
            "Code": {"ZipFile": "def handler(event, context): pass"},
        },
    }
    client.create_stack(StackName="function", TemplateBody=template(R=ROLE, F=function), **IAM)

    reason = reasons(client, "function", "CREATE_FAILED")["F"]
    assert "is not authorized to perform: iam:PassRole" in reason
    assert "with an explicit deny in an identity-based policy" in reason
    assert reasons(client, "function", "ROLLBACK_IN_PROGRESS")["function"] == (
        "The following resource(s) failed to create: [F]. Rollback requested by user."
    )
    assert not [name for name in role_names(sandbox) if name.startswith("function-")]


@pytest.mark.parametrize(
    ("properties", "given", "required"),
    [
        ({}, [], "CAPABILITY_IAM"),
        ({"RoleName": "named"}, ["CAPABILITY_IAM"], "CAPABILITY_NAMED_IAM"),
        ({}, ["CAPABILITY_NAMED_IAM"], None),
        ({}, ["CAPABILITY_IAM"], None),
    ],
)
def test_iam_resources_require_a_capability(sandbox, properties, given, required):
    client = sandbox.client("cloudformation", actor="admin")
    role = {**ROLE, "Properties": {**ROLE["Properties"], **properties}}
    name = "-".join(["capable", *given, str(required)]).replace("_", "-")
    arguments = {"StackName": name, "TemplateBody": template(R=role)}
    if required is None:
        client.create_stack(**arguments, Capabilities=given)
        assert status(client, arguments["StackName"]) == "CREATE_COMPLETE"
        return
    found = error(client.create_stack, **arguments, Capabilities=given)
    assert found["Code"] == "InsufficientCapabilitiesException"
    assert found["Message"] == f"Requires capabilities : [{required}]"
    found = error(client.create_change_set, **arguments, ChangeSetName="c", Capabilities=given)
    assert found["Code"] == "InsufficientCapabilitiesException"


def test_a_change_set_is_executed_with_the_permissions_of_the_caller(sandbox):
    admin = sandbox.client("cloudformation", actor="admin")
    for name in ("reviewed", "refused"):
        admin.create_change_set(
            StackName=name,
            ChangeSetName="first",
            ChangeSetType="CREATE",
            TemplateBody=template(T=topic(name)),
        )
    admin.execute_change_set(StackName="reviewed", ChangeSetName="first")
    stacker = sandbox.client("cloudformation", actor="stacker")
    stacker.execute_change_set(StackName="refused", ChangeSetName="first")

    assert status(admin, "reviewed") == "CREATE_COMPLETE"
    assert status(admin, "refused") == "ROLLBACK_COMPLETE"
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
    again = {
        "StackName": "refused",
        "ChangeSetName": "second",
        "TemplateBody": template(T=topic("refused")),
    }
    assert (
        "is in ROLLBACK_COMPLETE state and can not be updated"
        in error(admin.create_change_set, **again)["Message"]
    )


def test_a_refused_update_restores_the_stack(sandbox):
    admin = sandbox.client("cloudformation", actor="admin")
    first = template(Q=queue("restored", VisibilityTimeout=10))
    admin.create_stack(StackName="restored", TemplateBody=first)
    changed = template(Q=queue("restored", VisibilityTimeout=20), R={**ROLE, "DependsOn": "Q"})
    client = sandbox.client("cloudformation", actor="through")
    client.update_stack(StackName="restored", TemplateBody=changed, **IAM)

    assert status(client, "restored") == "UPDATE_ROLLBACK_COMPLETE"
    assert "iam:CreateRole" in reasons(client, "restored", "CREATE_FAILED")["R"]
    assert json.loads(json.dumps(admin.get_template(StackName="restored")["TemplateBody"])) == json.loads(
        first
    )


def test_a_refused_deletion_keeps_the_stack_and_its_resources(sandbox):
    admin = sandbox.client("cloudformation", actor="admin")
    admin.create_stack(StackName="undeletable", TemplateBody=template(Q=queue("undeletable")))
    client = sandbox.client("cloudformation", actor="stacker")
    client.delete_stack(StackName="undeletable")

    assert status(client, "undeletable") == "DELETE_FAILED"
    assert "sqs:deletequeue" in reasons(client, "undeletable", "DELETE_FAILED")["Q"]
    assert sandbox.client("sqs", actor="admin").get_queue_url(QueueName="undeletable")["QueueUrl"]


@pytest.mark.parametrize(
    ("on_failure", "expected"), [("DO_NOTHING", "CREATE_FAILED"), ("DELETE", "DELETE_COMPLETE")]
)
def test_a_failed_stack_is_kept_or_deleted_as_asked(sandbox, on_failure, expected):
    client = sandbox.client("cloudformation", actor="through")
    body = template(Q=queue(f"jobs-{on_failure}"), R={**ROLE, "DependsOn": "Q"})
    name = f"on-failure-{on_failure}".replace("_", "-")
    stack = client.create_stack(StackName=name, TemplateBody=body, OnFailure=on_failure, **IAM)["StackId"]

    assert status(client, stack).startswith(expected.partition("_")[0])


def test_a_type_that_the_sandbox_lacks_is_refused(sandbox):
    client = sandbox.client("cloudformation", actor="admin")
    body = template(B={"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": "vault"}})
    found = error(client.create_stack, StackName="unknown", TemplateBody=body)

    assert found["Code"] == "ValidationError"
    assert "AWS::Backup::BackupVault" in found["Message"]


def test_a_template_in_a_bucket_requires_the_permission_to_read_it(sandbox):
    s3 = sandbox.client("s3", actor="admin")
    s3.create_bucket(Bucket="templates")
    s3.put_object(Bucket="templates", Key="queue.json", Body=template(Q=queue("jobs-url")))
    url = "https://templates.s3.amazonaws.com/queue.json"
    sandbox.client("cloudformation", actor="admin").create_stack(StackName="by-url", TemplateURL=url)
    denied = error(
        sandbox.client("cloudformation", actor="through").create_stack,
        StackName="denied-url",
        TemplateURL=url,
    )

    assert denied["Code"] == "ValidationError"
    assert denied["Message"].startswith("S3 error: Access Denied")


def test_a_template_runs_no_code(sandbox, tmp_path):
    client = sandbox.client("cloudformation", actor="admin")
    body = f"Resources: !!python/object/apply:os.mkdir ['{tmp_path}/made']"
    error(client.create_stack, StackName="code", TemplateBody=body)

    assert not (tmp_path / "made").exists()


def test_the_stacks_of_stack_sets_are_not_created(sandbox):
    client = sandbox.client("cloudformation", actor="admin")
    client.create_stack_set(StackSetName="everywhere", TemplateBody=template(R=ROLE), **IAM)
    found = error(
        client.create_stack_instances, StackSetName="everywhere", Accounts=[MAIN], Regions=["us-east-1"]
    )

    assert found["Code"] == "InvalidOperationException"
    assert "with CreateStack" in found["Message"]
