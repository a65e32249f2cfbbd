"""A service assumes a role for what runs on it: decided as any other call, and recorded in the trail."""

import json
import urllib.error
import urllib.request

import pytest

from rolecall import Sandbox

WORLD = """\
world: machines
accounts:
  main:
    id: "111122223333"
    roles:
      open:
        trust: &ec2
          Version: "2012-10-17"
          Statement: {Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: "sts:AssumeRole"}
      guarded: {trust: *ec2}
      tenant-a:
        trust:
          Version: "2012-10-17"
          Statement:
            Effect: Allow
            Principal: {Service: pods.eks.amazonaws.com}
            Action: ["sts:AssumeRole", "sts:TagSession"]
            Condition: {StringEquals: {"aws:RequestTag/kubernetes-namespace": tenant-a}}
      batch:
        trust:
          Version: "2012-10-17"
          Statement:
            Effect: Allow
            Principal: {Service: ecs-tasks.amazonaws.com}
            Action: "sts:AssumeRole"
            Condition:
              ArnLike: {"aws:SourceArn": "arn:aws:ecs:us-east-1:111122223333:*"}
              StringEquals: {"aws:SourceAccount": "111122223333"}
      batch-of-another-account:
        trust:
          Version: "2012-10-17"
          Statement:
            Effect: Allow
            Principal: {Service: ecs-tasks.amazonaws.com}
            Action: "sts:AssumeRole"
            Condition: {StringEquals: {"aws:SourceAccount": "999988887777"}}
    instance_profiles: {open: {role: open}, guarded: {role: guarded}}
    instances:
      web: {instance_profile: open, metadata_options: {http_tokens: optional}}
      vault: {instance_profile: guarded, metadata_options: {http_tokens: optional}}
    tasks: {nightly: {role: batch}, stray: {role: batch-of-another-account}}
    pods:
      api-a: {role: tenant-a, namespace: tenant-a}
      api-b: {role: tenant-a, namespace: tenant-b}
organization:
  resource_control_policies:
    root:
      - Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Principal: "*", Action: "*", Resource: "*"}
          - Effect: Deny
            Principal: "*"
            Action: "sts:AssumeRole"
            Resource: "arn:aws:iam::111122223333:role/guarded"
            Condition: {Bool: {"aws:PrincipalIsAWSService": "true"}}
actors:
  web: {instance: main/web}
  vault: {instance: main/vault}
  nightly: {task: main/nightly}
  stray: {task: main/stray}
  api-a: {pod: main/api-a}
  api-b: {pod: main/api-b}
"""


@pytest.fixture(scope="module")
def running_machines(tmp_path_factory):
    file = tmp_path_factory.mktemp("world") / "machines.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as sandbox:
        yield sandbox


@pytest.fixture
def machines(running_machines):
    running_machines.reset()
    return running_machines


def instance_credentials(lab, actor, role) -> dict[str, str]:
    endpoint = lab.environment(actor)["AWS_EC2_METADATA_SERVICE_ENDPOINT"].rstrip("/")
    with urllib.request.urlopen(f"{endpoint}/latest/meta-data/iam/security-credentials/{role}") as answer:
        return json.load(answer)


def container_status(lab, actor) -> int:
    variables = lab.environment(actor)
    request = urllib.request.Request(
        variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"],
        headers={"Authorization": variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"]},
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def last_event(lab) -> dict:
    (event,) = lab._control("GET", "/decisions?last=1")
    return event


def test_cloudtrail_shows_the_service_as_caller_source_and_agent(machines):
    instance_credentials(machines, "web", "open")

    record = last_event(machines)["cloudtrail"]

    assert record["userIdentity"] == {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}
    assert (record["eventSource"], record["eventName"]) == ("sts.amazonaws.com", "AssumeRole")
    assert record["sourceIPAddress"] == record["userAgent"] == "ec2.amazonaws.com"
    assert record["recipientAccountId"] == "111122223333"


def test_only_a_new_session_is_recorded(machines):
    first = instance_credentials(machines, "web", "open")
    second = instance_credentials(machines, "web", "open")

    assert first["AccessKeyId"] == second["AccessKeyId"]
    assert len(machines.trail) == 1


def test_a_resource_control_policy_applies_to_services(machines):
    assert instance_credentials(machines, "vault", "guarded")["Code"] == "AssumeRoleUnauthorizedAccess"
    event = last_event(machines)
    assert (event["decision"], event["policy_type"]) == ("ExplicitlyDenied", "resource control policy")
    assert event["error"] == "AccessDenied"


def test_a_trust_policy_can_ask_for_the_tags_that_pod_identity_passes(machines):
    assert container_status(machines, "api-a") == 200
    assert container_status(machines, "api-b") == 400


def test_a_trust_policy_can_ask_for_the_source_account_and_arn_of_a_task(machines):
    assert container_status(machines, "nightly") == 200
    assert container_status(machines, "stray") == 400


def test_the_diagram_has_no_arrow_from_the_service_itself(machines):
    instance_credentials(machines, "web", "open")

    assert [kind for _, kind, role in machines.diagram().edges if role.endswith("role/open")] == ["may"]
