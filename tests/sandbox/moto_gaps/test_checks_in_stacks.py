"""CloudFormation gets the same errors for a resource of a stack as a caller gets who creates it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""

import itertools
import json

import pytest
from botocore.exceptions import ClientError

# Importing moto's CloudFormation takes several seconds.
pytestmark = pytest.mark.slow

MAIN = "111122223333"
NUMBERS = itertools.count()


def policy(action, principal=None, **elements):
    named = {"Principal": principal} if principal else {"Resource": "*"}
    return {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": action, **named, **elements},
    }


GHOST = {"AWS": f"arn:aws:iam::{MAIN}:user/ghost"}
OWNER = {"AWS": f"arn:aws:iam::{MAIN}:root"}
FUNCTIONS = policy("sts:AssumeRole", {"Service": "lambda.amazonaws.com"})
MACHINES = policy("sts:AssumeRole", {"Service": "ec2.amazonaws.com"})
GITHUB = f"arn:aws:iam::{MAIN}:oidc-provider/token.actions.githubusercontent.com"
CODE = {"ZipFile": "def handler(event, context): pass"}


def role(document=FUNCTIONS, **properties):
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": document, **properties}}


def resource(type, **properties):
    return {"Type": f"AWS::{type}", "Properties": properties}


@pytest.fixture(scope="module")
def stacks(administered):
    return administered.client("cloudformation", actor="admin")


def create(stacks, *resources):
    """Create a stack; returns its status, and the reasons of its failed events."""
    name = f"stack-{next(NUMBERS)}"
    template = json.dumps({"Resources": {f"R{number}": one for number, one in enumerate(resources)}})
    stacks.create_stack(StackName=name, TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"])
    return result(stacks, name)


def result(stacks, name):
    status = stacks.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    events = stacks.describe_stack_events(StackName=name)["StackEvents"]
    reasons = [one["ResourceStatusReason"] for one in events if one["ResourceStatus"].endswith("_FAILED")]
    return status, " ".join(reasons)


@pytest.mark.parametrize(
    ("resources", "reason"),
    [
        ([role(policy("sts:AssumeRole", GHOST))], "Invalid principal in policy"),
        ([role(policy("sts:AssumeRole", {"Service": "made-up.amazonaws.com"}))], "Invalid principal"),
        ([role(policy("sts:AssumeRole"))], "Has prohibited field Resource"),
        ([role(Policies=[{"PolicyName": "p", "PolicyDocument": policy("s3:a:b")}])], "only one colon"),
        ([role(ManagedPolicyArns=["arn:aws:iam::aws:policy/None"])], "not exist or is not attachable"),
        ([role(PermissionsBoundary="arn:aws:iam::aws:policy/None")], "not exist or is not attachable"),
        ([role(MaxSessionDuration="60")], "greater than or equal to 3600"),
        ([role(Description="x", RoleName="ADMIN-ROLE"), role(RoleName="admin-role")], "already exists"),
        ([role(policy("sts:AssumeRoleWithWebIdentity", {"Federated": GITHUB}))], "not scoped to all"),
        (
            [resource("KMS::Key", KeyPolicy=policy("kms:Decrypt", OWNER, Resource="*"))],
            "will not allow you",
        ),
        ([resource("KMS::Key", KeyPolicy=policy("kms:*", GHOST, Resource="*"))], "invalid principals"),
        ([resource("S3::Bucket", BucketName="Under_score")], "specified bucket is not valid"),
        ([resource("S3::Bucket", AccessControl="PublicRead")], "cannot have ACLs set"),
        (
            [resource("EC2::Instance", ImageId="ami-12c6146b", IamInstanceProfile="none")],
            "Invalid IAM Inst",
        ),
        ([resource("Logs::ResourcePolicy", PolicyName="p", PolicyDocument="{}")], "policy"),
        ([resource("ECR::Repository", RepositoryPolicyText=policy("ecr:*", GHOST))], "Invalid repository"),
        (
            [resource("ApiGateway::RestApi", Name="a", Policy=policy("execute-api:*", GHOST))],
            "Principals are",
        ),
        (
            [
                role(MACHINES, RoleName="machines"),
                resource(
                    "Lambda::Function",
                    Code=CODE,
                    Handler="index.handler",
                    Runtime="python3.12",
                    Role={"Fn::GetAtt": ["R0", "Arn"]},
                ),
            ],
            "cannot be assumed by Lambda",
        ),
    ],
)
def test_a_stack_fails_with_the_error_of_the_service(stacks, resources, reason):
    status, reasons = create(stacks, *resources)
    assert status == "ROLLBACK_COMPLETE"
    assert reason in reasons


def test_a_stack_keeps_a_trust_policy_that_can_not_be_replaced(administered, iam, stacks):
    create(stacks, role(RoleName="kept"))
    name = f"stack-{next(NUMBERS) - 1}"
    template = json.dumps({"Resources": {"R0": role(policy("sts:AssumeRole", GHOST), RoleName="kept")}})
    stacks.update_stack(StackName=name, TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"])
    assert "Invalid principal in policy" in result(stacks, name)[1]
    assert iam.get_role(RoleName="kept")["Role"]["AssumeRolePolicyDocument"] == FUNCTIONS


def test_the_policy_of_a_function_has_the_permission_of_a_stack(administered, stacks):
    function = resource(
        "Lambda::Function",
        FunctionName="shared",
        Code=CODE,
        Handler="index.handler",
        Runtime="python3.12",
        Role={"Fn::GetAtt": ["R0", "Arn"]},
    )
    permission = resource(
        "Lambda::Permission",
        FunctionName={"Ref": "R1"},
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceAccount=MAIN,
    )
    assert create(stacks, role(), function, permission)[0] == "CREATE_COMPLETE"
    written = administered.client("lambda", actor="admin").get_policy(FunctionName="shared")["Policy"]
    (statement,) = json.loads(written)["Statement"]
    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"AWS:SourceAccount": MAIN}}


def test_a_bucket_and_a_user_have_the_settings_of_their_stack(administered, iam, stacks):
    s3 = administered.client("s3", actor="admin")
    open_ = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), False
    )
    boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    create(
        stacks,
        resource("S3::Bucket", BucketName="open-to-policies", PublicAccessBlockConfiguration=open_),
        resource("S3::Bucket", BucketName="closed-by-default"),
        resource("IAM::User", UserName="bounded", PermissionsBoundary=boundary),
    )
    assert (
        iam.get_user(UserName="bounded")["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"]
        == boundary
    )
    public = json.dumps(policy("s3:GetObject", "*", Resource="arn:aws:s3:::NAME/*"))
    s3.put_bucket_policy(Bucket="open-to-policies", Policy=public.replace("NAME", "open-to-policies"))
    with pytest.raises(ClientError, match="BlockPublicPolicy"):
        s3.put_bucket_policy(Bucket="closed-by-default", Policy=public.replace("NAME", "closed-by-default"))


# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html
def test_a_stack_creates_a_managed_policy_for_its_role_and_a_fifo_topic(stacks):
    attached = resource("IAM::ManagedPolicy", PolicyDocument=policy("s3:GetObject"), Roles=[{"Ref": "R0"}])
    topic = resource("SNS::Topic", TopicName="news.fifo", FifoTopic=True)

    assert create(stacks, role(), attached, topic) == ("CREATE_COMPLETE", "")


# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("with_underscores", r"Value 'with_underscores' at 'stackName' .*: \[a-zA-Z\]\[-a-zA-Z0-9\]\*$"),
        ("9-lives", "regular expression pattern"),
        ("a" * 129, "length less than or equal to 128"),
    ],
)
def test_the_name_of_a_stack_has_letters_digits_and_hyphens(stacks, name, message):
    template = json.dumps({"Resources": {"Role": role()}})

    with pytest.raises(ClientError, match=message):
        stacks.create_stack(StackName=name, TemplateBody=template, Capabilities=["CAPABILITY_IAM"])


READ, LIST = (f"arn:aws:iam::aws:policy/{name}" for name in ("ReadOnlyAccess", "IAMReadOnlyAccess"))


# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-user.html
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
@pytest.mark.parametrize(
    ("kind", "more"), [("User", {}), ("Role", {"AssumeRolePolicyDocument": FUNCTIONS})]
)
def test_a_stack_gives_a_user_or_a_role_its_policies_and_changes_them(stacks, iam, kind, more):
    stack, name = f"with-{kind}", {f"{kind}Name": f"worker-{kind}"}

    def change(operation, **properties):
        template = {"Resources": {"Worker": resource(f"IAM::{kind}", **name, **more, **properties)}}
        operation(StackName=stack, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_NAMED_IAM"])
        assert result(stacks, stack)[1] == ""
        entity = getattr(iam, f"get_{kind.lower()}")(**name)[kind]
        inline = getattr(iam, f"get_{kind.lower()}_policy")(**name, PolicyName="own")["PolicyDocument"]
        attached = getattr(iam, f"list_attached_{kind.lower()}_policies")(**name)["AttachedPolicies"]
        return (
            inline["Statement"]["Action"],
            [one["PolicyArn"] for one in attached],
            entity.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
            entity.get("Tags"),
        )

    def properties(action, attached, team, **boundary):
        own = {"PolicyName": "own", "PolicyDocument": policy(action)}
        tags = [{"Key": "team", "Value": team}]
        return {"Policies": [own], "ManagedPolicyArns": [attached], "Tags": tags, **boundary}

    created = change(stacks.create_stack, **properties("s3:GetObject", READ, "a"))
    updated = change(stacks.update_stack, **properties("s3:PutObject", LIST, "b", PermissionsBoundary=READ))

    assert created == ("s3:GetObject", [READ], None, [{"Key": "team", "Value": "a"}])
    assert updated == ("s3:PutObject", [LIST], READ, [{"Key": "team", "Value": "b"}])
    stacks.delete_stack(StackName=stack)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        getattr(iam, f"get_{kind.lower()}")(**name)


def test_a_stack_that_renames_a_user_replaces_it(stacks, iam):
    def user(name):
        properties = {
            "UserName": name,
            "ManagedPolicyArns": [READ],
            "LoginProfile": {"Password": "Secret-12"},
        }
        template = json.dumps({"Resources": {"User": resource("IAM::User", **properties)}})
        return {"StackName": "renamed", "TemplateBody": template, "Capabilities": ["CAPABILITY_NAMED_IAM"]}

    stacks.create_stack(**user("before"))
    stacks.update_stack(**user("after"))

    assert result(stacks, "renamed") == ("UPDATE_COMPLETE", "")
    assert iam.get_login_profile(UserName="after")
    assert iam.list_attached_user_policies(UserName="after")["AttachedPolicies"]
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_user(UserName="before")


# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
def test_a_failed_update_restores_the_policies_that_it_changed(stacks, iam):
    def template(action, **queue):
        own = resource("IAM::Policy", PolicyName="own", PolicyDocument=policy(action), Roles=["keeper"])
        # FIFO queues can't have this name, so the stack fails after it has changed the policy.
        later = {**resource("SQS::Queue", QueueName="not-fifo", **queue), "DependsOn": "Own"}
        resources = {"Own": own, **({"Later": later} if queue else {})}
        return {
            "StackName": "restored-policy",
            "TemplateBody": json.dumps({"Resources": resources}),
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
        }

    iam.create_role(RoleName="keeper", AssumeRolePolicyDocument=json.dumps(FUNCTIONS))
    stacks.create_stack(**template("s3:GetObject"))
    stacks.update_stack(**template("s3:PutObject", FifoQueue=True))

    assert result(stacks, "restored-policy")[0] == "UPDATE_ROLLBACK_COMPLETE"
    kept = iam.get_role_policy(RoleName="keeper", PolicyName="own")["PolicyDocument"]
    assert kept["Statement"]["Action"] == "s3:GetObject"
