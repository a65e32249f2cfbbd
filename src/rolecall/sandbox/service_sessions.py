"""Role sessions that an AWS service creates for what runs on it: an instance, a task, a pod, a function.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
https://docs.aws.amazon.com/eks/latest/userguide/pod-id-association.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from rolecall.aws.errors import AwsError
from rolecall.aws.http import HttpRequest
from rolecall.aws.operations import Operation
from rolecall.sandbox.call import Call
from rolecall.sandbox.callers import Caller
from rolecall.sandbox.moto_state.iam import RoleFacts
from rolecall.sandbox.runtime import Runtime
from rolecall.sandbox.sessions import Session

_VALID_FOR = timedelta(hours=6)
# New credentials appear at least five minutes before the old ones expire.
_ROTATE_BEFORE = timedelta(minutes=15)


class NotTrusted(Exception):
    """The service is not authorized to assume the role."""


@dataclass(slots=True)
class ServiceSessions:
    """The session of one instance, task, pod, or function; a new one replaces it before it expires.

    Parameters
    ----------
    runtime
        The parts of the sandbox.
    service
        The principal that assumes the role, such as ``ec2.amazonaws.com``.
    name
        The session name.
    tags
        Session tags. The service requires sts:TagSession for them.
    instance_arn
        The instance that the credentials are for, if the service is EC2.
    context
        The condition keys that the service adds to its request, such as ``aws:SourceAccount``.
    """

    runtime: Runtime
    service: str
    name: str
    tags: Mapping[str, str] = field(default_factory=dict)
    instance_arn: str | None = None
    context: Mapping[str, str | list[str]] = field(default_factory=dict)
    _current: Session | None = None

    def credentials(self, role: RoleFacts) -> Session:
        """Return the current session of a role.

        The trail records the call of AssumeRole that creates a session. The service is also checked in
        between, so that a change of the trust policy takes effect without waiting for the next session.

        Raises
        ------
        NotTrusted
            If the service is not authorized to assume the role.
        """
        session = self._current
        if session is not None and not self._is_usable(session, role):
            session = None
        call = self._assume_role(role)
        try:
            self.runtime.authorizer.authorize(call, recorded=session is None)
        except AwsError:
            raise NotTrusted(role.name) from None
        if session is None:
            session = self._current = self.runtime.sts.create_role_session(
                role,
                self.name,
                _VALID_FOR,
                tags=self.tags,
                transitive=frozenset(self.tags),
                instance_arn=self.instance_arn,
            )
            self.runtime.history.record(call, None, session.issued)
        return session

    def _assume_role(self, role: RoleFacts) -> Call:
        """Return the call that the service makes.

        CloudTrail shows the service itself as the source address and the user agent of such calls.
        https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
        """
        parameters = {
            "RoleArn": role.arn,
            "RoleSessionName": self.name,
            "DurationSeconds": int(_VALID_FOR.total_seconds()),
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags.items()],
            "TransitiveTagKeys": list(self.tags),
        }
        return Call(
            Operation("sts", "AssumeRole", "query", {name: one for name, one in parameters.items() if one}),
            Caller(self.service, web_context=self.context),
            HttpRequest("POST", "/", "", {"user-agent": self.service}, b"", self.service),
            None,
            self.runtime.world.region,
        )

    def _is_usable(self, session: Session, role: RoleFacts) -> bool:
        return (
            session.unique_id == role.unique_id
            and self.runtime.clock.now() < session.expires - _ROTATE_BEFORE
            and self.runtime.sessions.find(session.access_key_id) is session
        )
