"""The endpoint from which a container reads the credentials of its role.

Of an ECS task: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
Of a pod with EKS Pod Identity: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
How SDKs read it: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from rolecall.sandbox.clock import timestamp
from rolecall.sandbox.container_names import container_arn, container_id
from rolecall.sandbox.gateway import Gateway
from rolecall.sandbox.service_sessions import NotTrusted, ServiceSessions
from rolecall.sandbox.world import Pod, Task

PATH = "/v1/credentials"


class ContainerCredentials:
    """A WSGI application: the credentials of one task's or one pod's role, behind its own token.

    Parameters
    ----------
    account_name, name
        Which container of the world this is.
    """

    def __init__(self, gateway: Gateway, account_name: str, name: str, container: Task | Pod) -> None:
        self._gateway = gateway
        self._account = gateway.world.accounts[account_name].id
        self._container = container
        self.authorization_token = secrets.token_urlsafe(32)
        identifier = container_id(account_name, name)
        if isinstance(container, Task):
            # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
            arn = container_arn(gateway.world.region, self._account, account_name, name, container)
            source = {"aws:SourceAccount": self._account, "aws:SourceArn": arn}
            self._sessions = ServiceSessions(
                gateway, "ecs-tasks.amazonaws.com", identifier[:32], context=source
            )
        else:
            session_name = f"eks-{container.cluster}-{name}-{identifier[:8]}"[:64]
            tags = _pod_tags(gateway.world.region, self._account, container, name, identifier)
            self._sessions = ServiceSessions(
                gateway,
                "pods.eks.amazonaws.com",
                session_name,
                tags,
                context={"aws:SourceAccount": self._account},
            )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request."""
        status, answer = self._answer(environ)
        body = json.dumps(answer).encode()
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, environ: WSGIEnvironment) -> tuple[str, dict[str, str]]:
        given = environ.get("HTTP_AUTHORIZATION", "")
        if not hmac.compare_digest(given.encode(), self.authorization_token.encode()):
            return "401 Unauthorized", {
                "code": "Unauthorized",
                "message": "the token is not this container's",
            }
        if environ["REQUEST_METHOD"] != "GET" or environ["PATH_INFO"] != PATH:
            return "404 Not Found", {"code": "NotFound", "message": f"GET {PATH} is answered here"}
        role = self._gateway.iam.role_named(self._account, self._container.role)
        if role is None:
            return "404 Not Found", {"code": "NotFound", "message": "the role is gone"}
        try:
            session = self._sessions.credentials(role)
        except NotTrusted:
            return "400 Bad Request", {
                "code": "AccessDeniedException",
                "message": f"Unauthorized Exception! {self._sessions.service} cannot assume {role.arn}",
            }
        told = {
            "AccessKeyId": session.access_key_id,
            "SecretAccessKey": session.secret_access_key,
            "Token": session.token,
            "Expiration": timestamp(session.expires),
        }
        if isinstance(self._container, Task):
            return "200 OK", {"RoleArn": role.arn, **told}
        return "200 OK", {"AccountId": self._account, **told}


def _pod_tags(region: str, account: str, pod: Pod, name: str, identifier: str) -> dict[str, str]:
    """The session tags that EKS Pod Identity adds.

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
