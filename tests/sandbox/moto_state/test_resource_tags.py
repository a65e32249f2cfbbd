"""``aws:ResourceTag`` and ``aws:RequestTag`` for each service that has tagged resources.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html
"""

from __future__ import annotations

from typing import Any

import boto3
import botocore.session
import pytest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from aws.operation_table import services as services_of_moto
from rolecall import Sandbox
from rolecall.aws.mapping import prefix_of
from rolecall.sandbox.moto_state.resource_tags import SERVICES
from sandbox.moto_state.tagged_resources import RESOURCES, Tagged

WORLD = """\
world: tags
accounts:
  main:
    id: "123456789012"
    users:
      admin: {managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}
      blue: {policies: {tags: &blue {Version: "2012-10-17", Statement: [
        {Effect: Allow, Action: "*", Resource: "*", Condition: {StringEquals: {"aws:ResourceTag/team": blue}}}]}}}
      green: {policies: {tags: {Version: "2012-10-17", Statement: [
        {Effect: Allow, Action: "*", Resource: "*", Condition: {StringEquals: {"aws:ResourceTag/team": green}}}]}}}
    roles:
      service: {trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "sts:AssumeRole", Principal: {Service: [
        codebuild.amazonaws.com, eks.amazonaws.com, glue.amazonaws.com, sagemaker.amazonaws.com,
        firehose.amazonaws.com, states.amazonaws.com, lambda.amazonaws.com,
        pipes.amazonaws.com]}}]}}
      pipelines: {trust: {Version: "2012-10-17", Statement: [
        {Effect: Allow, Action: "sts:AssumeRole", Principal: {Service: codepipeline.amazonaws.com}}]}}
actors: {admin: {user: main/admin}, blue: {user: main/blue}, green: {user: main/green}}
"""


class Switch(Credentials):
    """The credentials of one actor after the other, so that a client of a service is created only once."""

    def __init__(self, sandbox: Sandbox) -> None:
        actors = {
            name: sandbox.session(actor=name).get_credentials() for name in ("admin", "blue", "green")
        }
        self.actors = {name: found.get_frozen_credentials() for name, found in actors.items()}
        self.actor = "admin"

    def get_frozen_credentials(self) -> Any:
        return self.actors[self.actor]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.actors[self.actor], name)


class Services:
    """Clients of the services of one sandbox, for the actor that is switched to."""

    def __init__(self, sandbox: Sandbox) -> None:
        core = botocore.session.get_session()
        self.switch = core._credentials = Switch(sandbox)
        self._session = boto3.Session(botocore_session=core, region_name="us-east-1")
        self._endpoint = sandbox.endpoint
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        if service not in self._clients:
            config = Config(retries={"max_attempts": 1})
            self._clients[service] = self._session.client(
                service, endpoint_url=self._endpoint, config=config
            )
        return self._clients[service]

    def code(self, actor: str, service: str, call: str, **arguments: Any) -> str:
        """The message of the denial; empty if the call isn't denied, even if moto then can't perform it."""
        self.switch.actor = actor
        try:
            getattr(self.client(service), call)(**arguments)
        except ClientError as error:
            message = str(error)
            return message if "not authorized" in message or "AccessDenied" in message else ""
        finally:
            self.switch.actor = "admin"
        return ""


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    file = tmp_path_factory.mktemp("world") / "tags.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as sandbox:
        found = Services(sandbox)
        found.client("autoscaling").create_launch_configuration(
            LaunchConfigurationName="configuration", ImageId="ami-12c6146b", InstanceType="t2.micro"
        )
        found.client("s3").create_bucket(Bucket="trails")
        yield found


@pytest.fixture(scope="module")
def network(services):
    subnets = services.client("ec2").describe_subnets()["Subnets"]
    return {
        "VPC": subnets[0]["VpcId"],
        "SUBNET": subnets[0]["SubnetId"],
        "SUBNET2": subnets[1]["SubnetId"],
    }


def replaced(value: Any, network: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: replaced(one, network) for key, one in value.items()}
    if isinstance(value, list):
        return [replaced(one, network) for one in value]
    return network.get(value, value) if isinstance(value, str) else value


def filled(value: Any, response: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [filled(one, response) for one in value]
    return value.format(**response) if isinstance(value, str) else value


@pytest.mark.slow
@pytest.mark.parametrize("tagged", RESOURCES, ids=[f"{one.service}.{one.create}" for one in RESOURCES])
def test_a_policy_for_one_tag_allows_calls_on_the_resources_that_have_it(services, network, tagged: Tagged):
    response = getattr(services.client(tagged.service), tagged.create)(
        **replaced(tagged.parameters, network)
    )
    arguments = {name: filled(value, response) for name, value in tagged.arguments.items()}

    assert services.code("green", tagged.service, tagged.call, **arguments) != ""
    assert services.code("blue", tagged.service, tagged.call, **arguments) == ""


@pytest.mark.slow
def test_the_services_behind_each_prefix_are_known():
    behind: dict[str, list[str]] = {}
    for service in services_of_moto():
        behind.setdefault(prefix_of(service), []).append(service)

    assert {prefix: tuple(some) for prefix, some in behind.items() if some != [prefix]} == dict(SERVICES)
