"""The endpoint from which a container reads the credentials of its role.

ECS tasks: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
EKS Pod Identity: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
Task metadata: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
How SDKs read it: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

from __future__ import annotations

import errno
import hmac
import secrets

from werkzeug.exceptions import HTTPException, Unauthorized
from werkzeug.wrappers import Request, Response

from rolecall.sandbox._web import WebService, json_response
from rolecall.sandbox.clock import timestamp
from rolecall.sandbox.container_metadata import container_metadata, task_metadata
from rolecall.sandbox.containers import Container, not_assumable_by_ecs
from rolecall.sandbox.gateway import Gateway
from rolecall.sandbox.moto_state.ecs import is_running
from rolecall.sandbox.service_sessions import NotTrusted, ServiceSessions

PATH = "/v1/credentials"
METADATA_PATH = "/v4/container"
"""Where a container of a task reads its metadata, which needs no token; ``/task`` behind it is the task."""
_NOT_ASSUMABLE_BY_EKS = (
    "Unauthorized Exception! EKS does not have permissions to assume the associated role."
)
_CODES = {401: "Unauthorized", 404: "NotFound", 405: "NotFound"}


class ContainerCredentials(WebService):
    """The credentials of the role of one task or pod, protected by the container's own token.

    Parameters
    ----------
    gateway
        The sandbox.
    container
        The task or pod.
    """

    def __init__(self, gateway: Gateway, container: Container) -> None:
        metadata = [
            ("GET", METADATA_PATH, lambda _: json_response(container_metadata(container))),
            ("GET", f"{METADATA_PATH}/task", lambda _: json_response(task_metadata(container))),
        ]
        super().__init__([("GET", PATH, self._show_credentials), *(metadata if container.is_task else [])])
        self._gateway = gateway
        self._container = container
        self.authorization_token = secrets.token_urlsafe(32)
        self._sessions = ServiceSessions(
            gateway.runtime,
            container.service,
            container.session_name,
            container.tags,
            context=container.context,
        )

    def authenticate(self, request: Request) -> None:
        """Check the container's token.

        Raises
        ------
        Unauthorized
            If the request has no token, or that of another container.
        ConnectionResetError
            If the task was stopped, and its endpoint with it.
        """
        if not self._is_running():
            raise ConnectionResetError(errno.ECONNRESET, "a stopped task has no endpoint")
        if self._container.is_task and f"{request.path}/".startswith(f"{METADATA_PATH}/"):
            return
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), self.authorization_token.encode()):
            raise Unauthorized("The token is not the token of this container.")

    def _is_running(self) -> bool:
        container = self._container
        # A task of the world always runs, and isn't in moto.
        is_started_task = container.is_task and not container.name
        region = container.arn.split(":")[3]
        return not is_started_task or is_running(container.account, region, container.arn)

    def error(self, error: HTTPException) -> Response:
        """Make the response for an error, in the form that SDKs read."""
        code = error.code or 500
        content = {"code": _CODES.get(code, error.name), "message": error.description}
        return json_response(content, 404 if code == 405 else code)

    def _show_credentials(self, request: Request) -> Response:
        role = self._gateway.iam.role_named(self._container.account, self._container.role)
        if role is None:
            return json_response({"code": "NotFound", "message": "The role was deleted."}, 404)
        try:
            session = self._sessions.credentials(role)
        except NotTrusted:
            # On AWS, ECS doesn't start such a task, and an event of the service has the message.
            message = not_assumable_by_ecs(role.arn) if self._container.is_task else _NOT_ASSUMABLE_BY_EKS
            return json_response({"code": "AccessDeniedException", "message": message}, 400)
        container = self._container
        return json_response(
            {
                **({"RoleArn": role.arn} if container.is_task else {"AccountId": container.account}),
                "AccessKeyId": session.access_key_id,
                "SecretAccessKey": session.secret_access_key,
                "Token": session.token,
                "Expiration": timestamp(session.expires),
            }
        )
