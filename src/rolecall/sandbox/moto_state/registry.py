"""Find what is known about the resources of a service."""

from __future__ import annotations

from rolecall.sandbox.moto_state.awslambda import Functions
from rolecall.sandbox.moto_state.buckets import Buckets
from rolecall.sandbox.moto_state.cognito import IdentityPools, UserPools
from rolecall.sandbox.moto_state.dynamodb import Tables
from rolecall.sandbox.moto_state.ec2 import Ec2Resources
from rolecall.sandbox.moto_state.ecr import Repositories
from rolecall.sandbox.moto_state.events import EventBuses
from rolecall.sandbox.moto_state.iam import IamState
from rolecall.sandbox.moto_state.iam_resources import IamResources, RoleTrust
from rolecall.sandbox.moto_state.kms import Keys
from rolecall.sandbox.moto_state.logs import LogGroups
from rolecall.sandbox.moto_state.resources import ServiceResources
from rolecall.sandbox.moto_state.secretsmanager import Secrets
from rolecall.sandbox.moto_state.shared_resources import SHARED_PREFIXES, SharedResources
from rolecall.sandbox.moto_state.sns import Topics
from rolecall.sandbox.moto_state.sqs import OwnQueues, Queues

_BY_PREFIX: dict[str, type[ServiceResources]] = {
    "cognito-identity": IdentityPools,
    "cognito-idp": UserPools,
    "dynamodb": Tables,
    "ec2": Ec2Resources,
    "ecr": Repositories,
    "events": EventBuses,
    "kms": Keys,
    "lambda": Functions,
    "logs": LogGroups,
    "s3": Buckets,
    "secretsmanager": Secrets,
    "sns": Topics,
    "sqs": Queues,
}


# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-customer-managed-policy-examples.html
_OWN_QUEUES = frozenset(
    f"sqs:{name}"
    for name in (
        "AddPermission",
        "CancelMessageMoveTask",
        "CreateQueue",
        "DeleteQueue",
        "ListMessageMoveTasks",
        "ListQueues",
        "ListQueueTags",
        "RemovePermission",
        "SetQueueAttributes",
        "StartMessageMoveTask",
        "TagQueue",
        "UntagQueue",
    )
)


class ResourceStates:
    """The resources of every service, by the prefix of the service's IAM actions."""

    def __init__(self, iam: IamState) -> None:
        self._known: dict[str, ServiceResources] = {
            "iam": IamResources(iam),
            "sts": RoleTrust(iam),
            **{prefix: resources(prefix) for prefix, resources in _BY_PREFIX.items()},
            **{prefix: SharedResources(prefix) for prefix in SHARED_PREFIXES},
        }

    def of(self, prefix: str) -> ServiceResources:
        """Return the resources of a service; those of an unknown service have neither policies nor tags."""
        return self._known.get(prefix) or ServiceResources(prefix)

    def of_action(self, action: str) -> ServiceResources:
        """Return the resources that an action is evaluated on.

        A bucket that is created has neither owner nor policy yet, even if its name is taken.
        """
        if action in _OWN_QUEUES:
            return OwnQueues("sqs")
        return ServiceResources("s3") if action == "s3:CreateBucket" else self.of(action.partition(":")[0])
