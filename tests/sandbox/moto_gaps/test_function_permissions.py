"""Function policies: who is allowed by what AddPermission adds.

https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

import io
import json
import zipfile

import pytest
from botocore.exceptions import ClientError

from rolecall import Sandbox

MAIN, PARTNER = "111122223333", "444455556666"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
FUNCTION = f"arn:aws:lambda:us-east-1:{MAIN}:function:hello"
WORLD = f"""
world: functions
accounts:
  main:
    id: "{MAIN}"
    users: {{admin: {{managed_policies: ["{ADMIN}"]}}, dev: {{}}}}
    roles:
      for-lambda:
        trust:
          Version: "2012-10-17"
          Statement: {{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: "sts:AssumeRole"}}
      for-ec2:
        trust:
          Version: "2012-10-17"
          Statement: {{Effect: Allow, Principal: {{Service: ec2.amazonaws.com}}, Action: "sts:AssumeRole"}}
  partner:
    id: "{PARTNER}"
    users: {{admin: {{managed_policies: ["{ADMIN}"]}}, eve: {{managed_policies: ["{ADMIN}"]}}}}
actors:
  admin: {{user: main/admin}}
  partner: {{user: partner/admin}}
  eve: {{user: partner/eve}}
  dev: {{user: main/dev}}
"""


def code():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("app.py", "def handler(event, context): return 1")
    return {"ZipFile": archive.getvalue()}


def create_function(client, name, role):
    return client.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=f"arn:aws:iam::{MAIN}:role/{role}",
        Handler="app.handler",
        Code=code(),
    )


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    file = tmp_path_factory.mktemp("worlds") / "functions.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as lab:
        create_function(lab.client("lambda", actor="admin"), "hello", "for-lambda")
        yield lab


@pytest.fixture
def owner(lab):
    """The owner's client; the function has no policy before and after a test."""
    client = lab.client("lambda", actor="admin")
    yield client
    client.remove_permission(FunctionName="hello", StatementId="test")


def statement_of(client):
    return json.loads(client.get_policy(FunctionName="hello")["Policy"])["Statement"][0]


def add(client, principal, **options):
    return client.add_permission(
        FunctionName="hello",
        StatementId="test",
        Action="lambda:GetFunction",
        Principal=principal,
        **options,
    )


@pytest.mark.parametrize(
    ("principal", "written"),
    [
        (PARTNER, {"AWS": f"arn:aws:iam::{PARTNER}:root"}),
        (f"arn:aws:iam::{PARTNER}:user/admin", {"AWS": f"arn:aws:iam::{PARTNER}:user/admin"}),
        ("s3.amazonaws.com", {"Service": "s3.amazonaws.com"}),
        ("*", "*"),
    ],
)
def test_the_policy_names_the_principal_as_iam_reads_it(owner, principal, written):
    added = add(owner, principal)

    assert json.loads(added["Statement"])["Principal"] == written
    assert statement_of(owner)["Principal"] == written


@pytest.mark.parametrize(
    ("parameters", "condition"),
    [
        ({"SourceAccount": MAIN}, {"StringEquals": {"AWS:SourceAccount": MAIN}}),
        ({"SourceArn": "arn:aws:s3:::photos"}, {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::photos"}}),
        ({"PrincipalOrgID": "o-abcdef1234"}, {"StringEquals": {"aws:PrincipalOrgID": "o-abcdef1234"}}),
        ({"FunctionUrlAuthType": "NONE"}, {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}),
        ({"EventSourceToken": "t0ken"}, {"StringEquals": {"lambda:EventSourceToken": "t0ken"}}),
    ],
)
def test_the_policy_keeps_the_conditions(owner, parameters, condition):
    add(owner, "*", **parameters)

    assert statement_of(owner)["Condition"] == condition


@pytest.mark.parametrize("principal", [PARTNER, f"arn:aws:iam::{PARTNER}:user/admin", "*"])
def test_a_permission_opens_a_function_to_another_account(lab, owner, principal):
    add(owner, principal)

    found = lab.client("lambda", actor="partner").get_function(FunctionName=FUNCTION)

    assert found["Configuration"]["FunctionName"] == "hello"


@pytest.mark.parametrize(
    "options",
    [
        {"principal": f"arn:aws:iam::{PARTNER}:user/admin"},
        {"principal": MAIN},
        {"principal": "*", "PrincipalOrgID": "o-abcdef1234"},
        {"principal": "s3.amazonaws.com", "SourceAccount": PARTNER},
    ],
)
def test_a_permission_is_for_its_principal_and_conditions_only(lab, owner, options):
    add(owner, **options)
    eve = lab.client("lambda", actor="eve")

    with pytest.raises(eve.exceptions.ClientError, match="AccessDeniedException"):
        eve.get_function(FunctionName=FUNCTION)


def test_a_principal_that_does_not_exist_is_refused(lab):
    client = lab.client("lambda", actor="admin")

    with pytest.raises(
        client.exceptions.InvalidParameterValueException, match="The provided principal was invalid"
    ):
        add(client, f"arn:aws:iam::{PARTNER}:user/nobody")


def test_a_layer_is_shared_with_an_account(lab):
    owner, partner = (lab.client("lambda", actor=who) for who in ("admin", "partner"))
    layer = owner.publish_layer_version(LayerName="tools", Content=code())["LayerArn"]
    owner.add_layer_version_permission(
        LayerName="tools",
        VersionNumber=1,
        StatementId="share",
        Action="lambda:GetLayerVersion",
        Principal=PARTNER,
    )

    assert partner.get_layer_version(LayerName=layer, VersionNumber=1)["Version"] == 1


@pytest.mark.parametrize("role", ["for-ec2", "nowhere"])
def test_lambda_refuses_a_role_that_does_not_trust_it(lab, role):
    """https://github.com/boto/boto3/issues/2976"""
    client = lab.client("lambda", actor="admin")

    with pytest.raises(
        client.exceptions.InvalidParameterValueException,
        match="The role defined for the function cannot be assumed by Lambda",
    ):
        create_function(client, "other", role)


def test_a_statement_has_an_id_that_no_other_has(owner):
    # https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
    permission = {"FunctionName": "hello", "StatementId": "test", "Action": "lambda:InvokeFunction"}
    owner.add_permission(**permission, Principal=PARTNER)

    with pytest.raises(
        owner.exceptions.ResourceConflictException, match=r"id \(test\) provided already exists"
    ):
        owner.add_permission(**permission, Principal=MAIN)


def test_a_permission_is_for_an_action_of_lambda(lab):
    owner = lab.client("lambda", actor="admin")

    with pytest.raises(owner.exceptions.ClientError, match="ValidationException"):
        owner.add_permission(
            FunctionName="hello", StatementId="s3", Action="s3:GetObject", Principal=PARTNER
        )


def test_a_policy_shows_the_id_of_a_deleted_user(lab, owner):
    iam = lab.client("iam", actor="admin")
    user = iam.create_user(UserName="worker")["User"]
    owner.add_permission(
        FunctionName="hello", StatementId="test", Action="lambda:InvokeFunction", Principal=user["Arn"]
    )

    iam.delete_user(UserName="worker")

    statement = json.loads(owner.get_policy(FunctionName="hello")["Policy"])["Statement"][0]
    assert statement["Principal"] == {"AWS": user["UserId"]}


FOR_EC2 = f"arn:aws:iam::{MAIN}:role/for-ec2"
LOGS = f"arn:aws:logs:us-east-1:{MAIN}:log-group:trails:*"


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "code", "message"),
    [
        # https://repost.aws/knowledge-center/glue-crawler-unable-to-assume-role
        (
            "glue",
            "create_crawler",
            {"Name": "books", "Role": "for-ec2", "DatabaseName": "d", "Targets": {}},
            "InvalidInputException",
            "Service is unable to assume provided role",
        ),
        # https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
        (
            "sagemaker",
            "create_model",
            {"ModelName": "m", "ExecutionRoleArn": FOR_EC2, "PrimaryContainer": {"Image": "x"}},
            "ValidationException",
            f"Could not assume role {FOR_EC2}",
        ),
        # https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
        (
            "cloudtrail",
            "create_trail",
            {
                "Name": "all",
                "S3BucketName": "b",
                "CloudWatchLogsLogGroupArn": LOGS,
                "CloudWatchLogsRoleArn": FOR_EC2,
            },
            "InvalidCloudWatchLogsRoleArnException",
            "Check the trust relationships",
        ),
        # https://docs.aws.amazon.com/eks/latest/userguide/security-iam-troubleshoot.html
        (
            "eks",
            "create_cluster",
            {"name": "c", "roleArn": FOR_EC2, "resourcesVpcConfig": {}},
            "InvalidParameterException",
            "could not be assumed because it does not exist or the trusted entity is not correct",
        ),
    ],
)
def test_other_services_refuse_a_role_that_does_not_trust_them(
    lab, service, operation, parameters, code, message
):
    client = lab.client(service, actor="admin")

    with pytest.raises(ClientError, match=message) as raised:
        getattr(client, operation)(**parameters)
    assert raised.value.response["Error"]["Code"] == code


# https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
def test_a_policy_can_require_that_the_url_of_a_function_authenticates_its_callers(lab):
    require = {
        "Effect": "Allow",
        "Action": "lambda:*FunctionUrlConfig",
        "Resource": "*",
        "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}},
    }
    document = {"Version": "2012-10-17", "Statement": require}
    iam, dev = lab.client("iam", actor="admin"), lab.client("lambda", actor="dev")
    iam.put_user_policy(UserName="dev", PolicyName="urls", PolicyDocument=json.dumps(document))
    denied = pytest.raises(ClientError, match="AccessDeniedException")

    with denied:
        dev.create_function_url_config(FunctionName="hello", AuthType="NONE")
    dev.create_function_url_config(FunctionName="hello", AuthType="AWS_IAM")
    with denied:
        dev.update_function_url_config(FunctionName="hello", AuthType="NONE")
    dev.update_function_url_config(FunctionName="hello", Cors={"MaxAge": 1})
    dev.delete_function_url_config(FunctionName="hello")
    iam.delete_user_policy(UserName="dev", PolicyName="urls")


# https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
@pytest.mark.slow
@pytest.mark.parametrize("end", ["", ":$LATEST", ":1", ":live"])
@pytest.mark.parametrize(
    "form",
    [
        "hello",
        "function:hello",
        f"{MAIN}:hello",
        f"{MAIN}:function:hello",
        f"us-east-1:{MAIN}:function:hello",
        FUNCTION,
    ],
)
def test_a_function_is_found_by_every_form_of_its_name(versions, form, end):
    version = "1" if end in (":1", ":live") else "$LATEST"

    assert versions.get_function_configuration(FunctionName=form + end)["Version"] == version
    assert versions.invoke(FunctionName=form + end, InvocationType="DryRun")["StatusCode"] == 204
    if not end:
        assert versions.list_aliases(FunctionName=form)["Aliases"][0]["Name"] == "live"


@pytest.fixture(scope="module")
def versions(lab):
    client = lab.client("lambda", actor="admin")
    client.publish_version(FunctionName="hello")
    client.create_alias(FunctionName="hello", Name="live", FunctionVersion="1")
    return client


@pytest.mark.parametrize(
    ("form", "code", "message"),
    [
        (f"{MAIN}:function:missing", "ResourceNotFoundException", f"{MAIN}:function:missing"),
        (
            "us-west-2:111122223333:function:hello",
            "ResourceNotFoundException",
            "not reachable in this region",
        ),
        ("hello:2", "InvalidParameterValueException", "does not match the specified qualifier"),
    ],
)
def test_the_error_for_a_function_that_cannot_be_found_names_it(lab, form, code, message):
    with pytest.raises(ClientError, match=message) as raised:
        lab.client("lambda", actor="admin").get_function(FunctionName=form, Qualifier="1")
    assert raised.value.response["Error"]["Code"] == code


def test_a_part_of_an_arn_is_decided_as_the_whole(lab):
    with pytest.raises(ClientError, match=f"lambda:GetFunction on resource: {FUNCTION}:live because"):
        lab.client("lambda", actor="dev").get_function(FunctionName=f"{MAIN}:function:hello:live")
