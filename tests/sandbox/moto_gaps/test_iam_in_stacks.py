"""CloudFormation creates, changes, replaces, and deletes the entities of IAM as their types document.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

# Importing moto's CloudFormation takes several seconds.
pytestmark = pytest.mark.slow

MAIN = "111122223333"
READ, LIST = (f"arn:aws:iam::aws:policy/{name}" for name in ("ReadOnlyAccess", "IAMReadOnlyAccess"))


def policy(action: str, principal: Any = None, **elements: Any) -> dict[str, Any]:
    named = {"Principal": principal} if principal else {"Resource": "*"}
    statement = {"Effect": "Allow", "Action": action, **named, **elements}
    return {"Version": "2012-10-17", "Statement": statement}


TRUST = policy("sts:AssumeRole", {"Service": "ec2.amazonaws.com"})


def resource(type: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::IAM::{type}", "Properties": properties}


def role(**properties: Any) -> dict[str, Any]:
    return resource("Role", AssumeRolePolicyDocument=TRUST, **properties)


@dataclass
class Stack:
    client: Any
    name: str

    def create(self, **resources: Any) -> str:
        return self._change(self.client.create_stack, resources)

    def update(self, role: str = "", **resources: Any) -> str:
        return self._change(self.client.update_stack, resources, **({"RoleARN": role} if role else {}))

    def delete(self) -> None:
        self.client.delete_stack(StackName=self.name)

    def _change(self, operation: Any, resources: dict[str, Any], **options: Any) -> str:
        template = json.dumps({"Resources": resources})
        named = {"StackName": self.name, "Capabilities": ["CAPABILITY_NAMED_IAM"]}
        operation(TemplateBody=template, **named, **options)
        return self.status()

    def status(self) -> str:
        return self.client.describe_stacks(StackName=self.name)["Stacks"][0]["StackStatus"]

    def failures(self) -> str:
        events = self.client.describe_stack_events(StackName=self.name)["StackEvents"]
        return " ".join(
            one["ResourceStatusReason"] for one in events if one["ResourceStatus"].endswith("_FAILED")
        )


@pytest.fixture
def stack(administered, request):
    client = administered.client("cloudformation", actor="admin")
    return Stack(client, request.node.originalname.replace("_", "-")[:100])


def test_a_group_has_its_policies_and_members_and_changes_them(stack, iam):
    def team(path, attached, action, *members):
        own = {"PolicyName": "own", "PolicyDocument": policy(action)}
        group = {"GroupName": "team", "Path": path, "ManagedPolicyArns": [attached], "Policies": [own]}
        users = {name: resource("User", UserName=name) for name in ("ana", "ben")}
        added = resource("UserToGroupAddition", GroupName={"Ref": "Team"}, Users=[*members])
        return {"Team": resource("Group", **group), **users, "Members": {**added, "DependsOn": [*users]}}

    def found():
        group = iam.get_group(GroupName="team")
        attached = iam.list_attached_group_policies(GroupName="team")["AttachedPolicies"]
        own = iam.get_group_policy(GroupName="team", PolicyName="own")["PolicyDocument"]
        return (
            group["Group"]["Arn"],
            [one["PolicyArn"] for one in attached],
            own["Statement"]["Action"],
            [one["UserName"] for one in group["Users"]],
        )

    assert stack.create(**team("/", READ, "s3:GetObject", "ana")) == "CREATE_COMPLETE"
    assert found() == (f"arn:aws:iam::{MAIN}:group/team", [READ], "s3:GetObject", ["ana"])
    assert stack.update(**team("/a/", LIST, "s3:PutObject", "ben")) == "UPDATE_COMPLETE"
    assert found() == (f"arn:aws:iam::{MAIN}:group/a/team", [LIST], "s3:PutObject", ["ben"])
    stack.delete()
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_group(GroupName="team")


def test_a_managed_policy_gets_a_version_for_each_change_and_keeps_five(stack, iam):
    arn = f"arn:aws:iam::{MAIN}:policy/changing"

    def changing(action, attached):
        document = {"ManagedPolicyName": "changing", "PolicyDocument": policy(action)}
        roles = {name: role(RoleName=name) for name in ("one", "other")}
        attached = resource("ManagedPolicy", **document, Roles=[{"Ref": attached}])
        return {"Changing": attached, **roles}

    stack.create(**changing("s3:Get0", "one"))
    for number in range(1, 7):
        assert stack.update(**changing(f"s3:Get{number}", "other")) == "UPDATE_COMPLETE"

    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert sorted(one["VersionId"] for one in versions) == ["v3", "v4", "v5", "v6", "v7"]
    default = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=default)["PolicyVersion"]["Document"]
    assert document["Statement"]["Action"] == "s3:Get6"
    entities = iam.list_entities_for_policy(PolicyArn=arn)["PolicyRoles"]
    assert [one["RoleName"] for one in entities] == ["other"]
    stack.delete()
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_policy(PolicyArn=arn)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName="other")


# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
def test_a_renamed_role_is_replaced_and_its_instance_profile_gets_the_new_one(stack, iam):
    def machine(name):
        profile = resource("InstanceProfile", InstanceProfileName="machine", Roles=[{"Ref": "Role"}])
        return {"Role": role(RoleName=name, ManagedPolicyArns=[READ]), "Profile": profile}

    def roles():
        profile = iam.get_instance_profile(InstanceProfileName="machine")["InstanceProfile"]
        return [one["RoleName"] for one in profile["Roles"]]

    stack.create(**machine("machine-1"))
    assert roles() == ["machine-1"]

    assert stack.update(**machine("machine-2")) == "UPDATE_COMPLETE"

    assert roles() == ["machine-2"]
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName="machine-1")


# https://repost.aws/knowledge-center/cloudformation-custom-name
def test_an_entity_with_a_name_in_the_template_can_not_be_replaced_under_this_name(stack, iam):
    stack.create(Role=role(RoleName="fixed"))

    assert stack.update(Role=role(RoleName="fixed", Path="/other/")) == "UPDATE_ROLLBACK_COMPLETE"

    assert "a custom-named resource requires replacing. Rename fixed and update" in stack.failures()
    assert iam.get_role(RoleName="fixed")["Role"]["Path"] == "/"


def test_a_role_without_a_name_in_the_template_is_replaced_under_another_name(stack, iam):
    stack.create(Role=role())
    (before,) = stack.client.describe_stack_resources(StackName=stack.name)["StackResources"]

    assert stack.update(Role=role(Path="/other/")) == "UPDATE_COMPLETE"

    (after,) = stack.client.describe_stack_resources(StackName=stack.name)["StackResources"]
    assert iam.get_role(RoleName=after["PhysicalResourceId"])["Role"]["Path"] == "/other/"
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName=before["PhysicalResourceId"])


def test_a_failed_update_keeps_the_entities_that_it_would_have_replaced(stack, iam):
    def machine(name, action):
        own = resource(
            "RolePolicy", RoleName={"Ref": "Role"}, PolicyName="own", PolicyDocument=policy(action)
        )
        return {"Role": role(RoleName=name), "Own": own}

    stack.create(**machine("kept", "s3:GetObject"))

    assert stack.update(**machine("new", "s3:a:b")) == "UPDATE_ROLLBACK_COMPLETE"

    own = iam.get_role_policy(RoleName="kept", PolicyName="own")["PolicyDocument"]
    assert own["Statement"]["Action"] == "s3:GetObject"
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName="new")
    stack.delete()
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName="kept")


def test_a_policy_is_changed_with_the_permission_to_put_it(stack, iam):
    def worker(action):
        own = resource("Policy", PolicyName="own", PolicyDocument=policy(action), Roles=[{"Ref": "Role"}])
        return {"Role": role(RoleName="worker"), "Own": own}

    trust = policy("sts:AssumeRole", {"Service": "cloudformation.amazonaws.com"})
    narrow = iam.create_role(RoleName="narrow", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    stack.create(**worker("s3:GetObject"))

    assert stack.update(narrow, **worker("*")) == "UPDATE_ROLLBACK_COMPLETE"

    assert "is not authorized to perform: iam:PutRolePolicy" in stack.failures()
    own = iam.get_role_policy(RoleName="worker", PolicyName="own")["PolicyDocument"]
    assert own["Statement"]["Action"] == "s3:GetObject"


@pytest.mark.parametrize(
    ("type", "name", "prevent", "reason"),
    [
        (
            "Group",
            "occupied",
            lambda iam: iam.add_user_to_group(GroupName="occupied", UserName="admin"),
            "must remove users from group first",
        ),
        (
            "User",
            "with-key",
            lambda iam: iam.create_access_key(UserName="with-key"),
            "must delete access keys first",
        ),
    ],
)
def test_an_entity_in_use_is_not_deleted_with_its_stack(stack, iam, type, name, prevent, reason):
    stack.name += f"-{type}"
    stack.create(Entity=resource(type, **{f"{type}Name": name}))
    prevent(iam)

    stack.delete()

    assert stack.status() == "DELETE_FAILED"
    assert reason in stack.failures()


# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-oidcprovider.html
def test_a_provider_of_identities_is_created_for_the_role_that_trusts_it(stack, iam):
    arn = f"arn:aws:iam::{MAIN}:oidc-provider/token.actions.githubusercontent.com"

    def deployment(*audiences):
        url = "https://token.actions.githubusercontent.com"
        provider = resource("OIDCProvider", Url=url, ClientIdList=[*audiences])
        subject = {"token.actions.githubusercontent.com:sub": "repo:acme/shop:ref:refs/heads/main"}
        principal = {"Federated": {"Fn::GetAtt": ["Provider", "Arn"]}}
        trust = policy("sts:AssumeRoleWithWebIdentity", principal, Condition={"StringEquals": subject})
        return {"Provider": provider, "Role": resource("Role", AssumeRolePolicyDocument=trust)}

    assert stack.create(**deployment("sts.amazonaws.com")) == "CREATE_COMPLETE"
    assert stack.update(**deployment("other", "sts.amazonaws.com")) == "UPDATE_COMPLETE"

    found = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert sorted(found["ClientIDList"]) == ["other", "sts.amazonaws.com"]
    stack.delete()
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)


def test_entities_that_refer_to_each_other_are_not_created(stack):
    group = resource("Group", GroupName={"Fn::Sub": "${Members}-team"})
    members = resource("UserToGroupAddition", GroupName={"Ref": "Team"}, Users=["admin"])

    with pytest.raises(ClientError, match=r"Circular dependency between resources: \[Members, Team\]"):
        stack.create(Team=group, Members=members)
