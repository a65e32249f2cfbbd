"""What ECS does with the task execution role: it reads the secrets, and pulls the images from ECR."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from rolecall.aws.errors import AwsError
from rolecall.aws.http import HttpRequest
from rolecall.aws.operations import Operation
from rolecall.sandbox.call import Call
from rolecall.sandbox.callers import Caller
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_gaps.encryption_at_rest import EncryptionAtRest
from rolecall.sandbox.moto_state.ecs import TaskRoles, container_definitions, fail_task, task_roles
from rolecall.sandbox.moto_state.encryption import missing_parameter, missing_secret
from rolecall.sandbox.responses import Response, read_result, result_response
from rolecall.sandbox.runtime import Runtime
from rolecall.sandbox.service_sessions import NotTrusted, ServiceSessions

_SERVICE = "ecs-tasks.amazonaws.com"
_ECR_IMAGE = re.compile(r"((\d{12})\.dkr\.ecr\.([a-z\d-]+)\.amazonaws\.com)/([^:@]+)(?:[:@](.+))?")
# The texts are those that users of ECS report, such as in https://github.com/aws/copilot-cli/issues/3104.
_FAILED = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval "
    "failed: "
)
_RETRIED = "service call has been retried 1 time(s): "


class _Failed(Exception):
    """The task can't start. The text is the reason that it is stopped for."""


class TaskExecutionRoles(Gap):
    """ECS stops a task whose execution role can't read the secrets or pull the image; moto starts it."""

    operations = frozenset({"ecs.RegisterTaskDefinition", "ecs.RunTask", "ecs.StartTask"})
    rule = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html"

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self._encryption = EncryptionAtRest(runtime)

    def before(self, call: Call) -> None:
        """Raise ClientException for a task definition that needs an execution role and has none."""
        given = call.operation.parameters
        if call.operation.name != "RegisterTaskDefinition" or given.get("executionRoleArn"):
            return
        containers = [one for one in given.get("containerDefinitions") or [] if isinstance(one, Mapping)]
        if any(one.get("secrets") for one in containers):
            message = (
                "When you are specifying container secrets, you must also specify a value for "
                "'executionRoleArn'."
            )
            raise AwsError("ClientException", message, 400)
        if "FARGATE" in (given.get("requiresCompatibilities") or []) and any(
            _ECR_IMAGE.fullmatch(str(one.get("image"))) for one in containers
        ):
            message = "Fargate requires task definition to have execution role ARN to support ECR images."
            raise AwsError("ClientException", message, 400)

    def after(self, call: Call, response: Response) -> Response:
        """Stop each new task for which ECS can't get the secrets or the image."""
        if call.operation.name == "RegisterTaskDefinition" or not response.ok:
            return response
        result = read_result(call.operation, response)
        failed = False
        for task in result.get("tasks", []):
            roles = task_roles(call.account, call.region, task["taskArn"])
            if roles is None or not roles.execution_role:
                continue
            try:
                self._prepare(call, roles)
            except _Failed as reason:
                fail_task(call.account, call.region, roles.arn, str(reason))
                task["lastStatus"], failed = "PROVISIONING", True
        return result_response(call.operation, result) if failed else response

    def _prepare(self, call: Call, roles: TaskRoles) -> None:
        """Make the calls with which ECS prepares a task, as the execution role.

        Raises
        ------
        _Failed
            If one fails.
        """
        caller = self._caller(call, roles)
        for container in container_definitions(call.account, call.region, roles.definition):
            for source in _secret_sources(container):
                self._read(call, caller, source)
            if image := _ECR_IMAGE.fullmatch(str(container.get("image"))):
                self._pull(call, caller, image)

    def _caller(self, call: Call, roles: TaskRoles) -> Caller:
        name = roles.execution_role.rpartition("/")[2]
        role = self.runtime.iam.role_named(call.account, name)
        context: dict[str, str | list[str]] = {
            "aws:SourceAccount": call.account,
            "aws:SourceArn": roles.arn,
        }
        sessions = ServiceSessions(self.runtime, _SERVICE, roles.arn.rpartition("/")[2], context=context)
        try:
            session = sessions.credentials(role) if role else None
        except NotTrusted:
            session = None
        if session is None:
            raise _Failed(f"{_FAILED}ECS was unable to assume the role '{roles.execution_role}'.")
        return self.runtime.callers.of_session(session)

    def _read(self, call: Call, caller: Caller, source: str) -> None:
        """Read a secret, or a parameter of Systems Manager.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
        """
        if source.startswith("arn:") and source.split(":")[2] == "secretsmanager":
            # The ARN can end with a key of the JSON, and with a version.
            secret = ":".join(source.split(":")[:7])
            what = (
                f"{_FAILED}unable to retrieve secret from asm: {_RETRIED}"
                f"failed to fetch secret {secret} from secrets manager: "
            )
            made = self._make(call, caller, "secretsmanager", "GetSecretValue", {"SecretId": secret}, what)
            if missing_secret(made, secret):
                message = "ResourceNotFoundException: Secrets Manager can't find the specified secret."
                raise _Failed(what + message)
            return
        name = source.partition(":parameter")[2] if source.startswith("arn:") else source
        parameters = {"Names": [name], "WithDecryption": True}
        what = f"{_FAILED}unable to retrieve secrets from ssm: {_RETRIED}"
        made = self._make(call, caller, "ssm", "GetParameters", parameters, what)
        if missing_parameter(made, name):
            message = f"{_FAILED}unable to retrieve secrets from ssm: invalid ssm parameters: {name}"
            raise _Failed(message)

    def _pull(self, call: Call, caller: Caller, image: re.Match[str]) -> None:
        """Pull an image.

        https://docs.aws.amazon.com/AmazonECR/latest/userguide/ECR_on_ECS.html
        """
        host, registry, region, repository, tag = image.groups()
        what = f"{_FAILED}unable to retrieve ecr registry auth: {_RETRIED}"
        self._make(call, caller, "ecr", "GetAuthorizationToken", {}, what, region)
        named = {"registryId": registry, "repositoryName": repository}
        what = (
            "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve "
            f"ref {image[0]}: pulling from host {host} failed with status code "
            f"[manifests {tag or 'latest'}]: 403 Forbidden"
        )
        layer = f"sha256:{'0' * 64}"
        for name, further in (
            ("BatchGetImage", {"imageIds": []}),
            ("GetDownloadUrlForLayer", {"layerDigest": layer}),
        ):
            self._make(call, caller, "ecr", name, {**named, **further}, what, region, detailed=False)

    def _make(
        self,
        call: Call,
        caller: Caller,
        service: str,
        name: str,
        parameters: Mapping[str, Any],
        what: str,
        region: str | None = None,
        *,
        detailed: bool = True,
    ) -> Call:
        """Decide about a call of ECS.

        Raises
        ------
        _Failed
            If it is denied; the reason starts with ``what``.
        """
        self.runtime.builder.ensure(service)
        request = HttpRequest("POST", "/", "", {"user-agent": _SERVICE}, b"", "127.0.0.1")
        operation = Operation(service, name, "json", parameters)
        made = Call(operation, caller, request, None, region or call.region)
        try:
            authorization = self.runtime.authorizer.authorize(made)
            made = replace(made, account=authorization.account)
            if made.name in self._encryption.operations:
                self._encryption.before(made)
        except AwsError as error:
            details = f"{error.code}: {error.message} status code: {error.status}, request id: {uuid4()}"
            raise _Failed(what + details if detailed else what) from None
        self.runtime.history.record(made, None, self.runtime.clock.now())
        return made


def _secret_sources(container: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ARN or the name of each secret that a container needs."""
    log = container.get("logConfiguration") or {}
    for secret in (*(container.get("secrets") or []), *(log.get("secretOptions") or [])):
        yield str(secret.get("valueFrom"))
    credentials = container.get("repositoryCredentials") or {}
    if credentials.get("credentialsParameter"):
        yield str(credentials["credentialsParameter"])
