"""The endpoint from which a container reads the credentials of its role.

ECS tasks: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
EKS Pod Identity: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
How SDKs read it: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

from __future__ import annotations

import hmac
import secrets

from werkzeug.exceptions import HTTPException, Unauthorized
from werkzeug.wrappers import Request, Response

from rolecall.sandbox._web import WebService, json_response
from rolecall.sandbox.clock import timestamp
from rolecall.sandbox.container_names import container_arn, container_id
from rolecall.sandbox.gateway import Gateway
from rolecall.sandbox.service_sessions import NotTrusted, ServiceSessions
from rolecall.sandbox.world import Pod, Task

PATH = "/v1/credentials"
_CODES = {401: "Unauthorized", 404: "NotFound", 405: "NotFound"}


class ContainerCredentials(WebService):
    """The credentials of the role of one task or pod, protected by the container's own token.

    Parameters
    ----------
    gateway
        The sandbox.
    account_name, name
        Which container of the world this is.
    container
        Its declaration in the world.
    """

    def __init__(self, gateway: Gateway, account_name: str, name: str, container: Task | Pod) -> None:
        super().__init__([("GET", PATH, self._show_credentials)])
        self._gateway = gateway
        self._account = gateway.world.accounts[account_name].id
        self._container = container
        self.authorization_token = secrets.token_urlsafe(32)
        region, identifier = gateway.world.region, container_id(account_name, name)
        if isinstance(container, Task):
            # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
            arn = container_arn(region, self._account, account_name, name, container)
            self._sessions = ServiceSessions(
                gateway,
                "ecs-tasks.amazonaws.com",
                identifier[:32],
                context={"aws:SourceAccount": self._account, "aws:SourceArn": arn},
            )
        else:
            self._sessions = ServiceSessions(
                gateway,
                "pods.eks.amazonaws.com",
                f"eks-{container.cluster}-{name}-{identifier[:8]}"[:64],
                _pod_tags(region, self._account, container, name, identifier),
                context={"aws:SourceAccount": self._account},
            )

    def authenticate(self, request: Request) -> None:
        """Check the container's token.

        Raises
        ------
        Unauthorized
            If the request has no token, or that of another container.
        """
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), self.authorization_token.encode()):
            raise Unauthorized("The token is not the token of this container.")

    def error(self, error: HTTPException) -> Response:
        """Make the response for an error, in the form that SDKs read."""
        code = error.code or 500
        content = {"code": _CODES.get(code, error.name), "message": error.description}
        return json_response(content, 404 if code == 405 else code)

    def _show_credentials(self, request: Request) -> Response:
        role = self._gateway.iam.role_named(self._account, self._container.role)
        if role is None:
            return json_response({"code": "NotFound", "message": "The role was deleted."}, 404)
        try:
            session = self._sessions.credentials(role)
        except NotTrusted:
            message = f"Unauthorized Exception! {self._sessions.service} cannot assume {role.arn}"
            return json_response({"code": "AccessDeniedException", "message": message}, 400)
        is_task = isinstance(self._container, Task)
        return json_response(
            {
                **({"RoleArn": role.arn} if is_task else {"AccountId": self._account}),
                "AccessKeyId": session.access_key_id,
                "SecretAccessKey": session.secret_access_key,
                "Token": session.token,
                "Expiration": timestamp(session.expires),
            }
        )


def _pod_tags(region: str, account: str, pod: Pod, name: str, identifier: str) -> dict[str, str]:
    """Return the session tags that EKS Pod Identity adds.

    https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
    """
    return {
        "eks-cluster-arn": f"arn:aws:eks:{region}:{account}:cluster/{pod.cluster}",
        "eks-cluster-name": pod.cluster,
        "kubernetes-namespace": pod.namespace,
        "kubernetes-service-account": pod.service_account,
        "kubernetes-pod-name": name,
        "kubernetes-pod-uid": identifier[:32],
    }
