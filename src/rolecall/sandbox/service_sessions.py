"""Role sessions that an AWS service begins for what runs on it: an instance, a task, a pod.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
https://docs.aws.amazon.com/eks/latest/userguide/pod-id-association.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from rolecall.iam import PolicySet, Request, decide
from rolecall.sandbox.gateway import Gateway
from rolecall.sandbox.moto_state.iam import RoleFacts
from rolecall.sandbox.sessions import Session

_LASTING = timedelta(hours=6)
# New credentials appear at least five minutes before the old ones expire.
_ROTATE_BEFORE = timedelta(minutes=15)


class NotTrusted(Exception):
    """The role's trust policy does not let the service in."""


@dataclass(slots=True)
class ServiceSessions:
    """Keeps one session going, and begins the next before it expires.

    Parameters
    ----------
    service
        The principal that assumes the role, such as ``ec2.amazonaws.com``.
    name
        The session's name.
    tags
        Session tags; the service needs sts:TagSession for them.
    """

    gateway: Gateway
    service: str
    name: str
    tags: Mapping[str, str] = field(default_factory=dict)
    instance_arn: str | None = None
    _current: Session | None = None

    def credentials(self, role: RoleFacts) -> Session:
        """The session of now.

        Raises
        ------
        NotTrusted
            When the service may not assume the role.
        """
        for action in ("sts:AssumeRole", *(["sts:TagSession"] if self.tags else [])):
            asked = Request.of(self.service, action, role.arn)
            if not decide(asked, PolicySet(resource=role.trust_policy)).allowed:
                raise NotTrusted(role.name)
        session = self._current
        if session is None or not self._is_good(session, role):
            session = self.gateway.sts.begin_role_session(
                role,
                self.name,
                _LASTING,
                tags=self.tags,
                transitive=frozenset(self.tags),
                instance_arn=self.instance_arn,
            )
            self._current = session
        return session

    def _is_good(self, session: Session, role: RoleFacts) -> bool:
        return (
            session.unique_id == role.unique_id
            and self.gateway.clock.now() < session.expires - _ROTATE_BEFORE
            and self.gateway.sessions.find(session.access_key_id) is session
        )
