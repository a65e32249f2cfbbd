"""ECS tasks and EKS pods whose roles have credentials: those of the world, and tasks that were started."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from rolecall.sandbox.world import Actor, Task, World


def not_assumable_by_ecs(role: str) -> str:
    """Return the message of ECS for a role that it can't assume for a task."""
    return (
        f"ECS was unable to assume the role '{role}' that was provided for this task. Please verify that "
        "the role being passed has the proper trust relationship and permissions and that your IAM user "
        "has permissions to pass this role."
    )


@dataclass(frozen=True, slots=True)
class Container:
    """A task or a pod.

    Parameters
    ----------
    account
        The ID of its account.
    arn
        The ARN of the task, or of the association that gives the pod its role.
    role
        The name of its role.
    service
        The principal that assumes the role: ``ecs-tasks.amazonaws.com`` or ``pods.eks.amazonaws.com``.
    session_name
        The name of its role sessions.
    tags
        The tags of its role sessions.
    context
        The condition keys that the service adds to AssumeRole.
    name
        Its name in the world; empty for a task that was started.
    """

    account: str
    arn: str
    role: str
    service: str
    session_name: str
    tags: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, str | list[str]] = field(default_factory=dict)
    name: str = ""

    @property
    def is_task(self) -> bool:
        """Whether ECS runs it."""
        return self.service == "ecs-tasks.amazonaws.com"


def ecs_task(account: str, arn: str, role: str, name: str = "") -> Container:
    """Return a task with its task role.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    """
    return Container(
        account,
        arn,
        role,
        "ecs-tasks.amazonaws.com",
        arn.rpartition("/")[2],
        context={"aws:SourceAccount": account, "aws:SourceArn": arn},
        name=name,
    )


def container_of_world(world: World, actor: Actor) -> Container:
    """Return the task or the pod that an actor is."""
    account_name, _, name = actor.reference.partition("/")
    account, region, declared = world.accounts[account_name].id, world.region, world.container(actor)
    identifier = hashlib.sha256(f"{account_name}/{name}".encode()).hexdigest()
    if isinstance(declared, Task):
        arn = f"arn:aws:ecs:{region}:{account}:task/{declared.cluster}/{identifier[:32]}"
        return ecs_task(account, arn, declared.role, name)
    cluster = declared.cluster
    return Container(
        account,
        f"arn:aws:eks:{region}:{account}:podidentityassociation/{cluster}/a-{identifier[:17]}",
        declared.role,
        "pods.eks.amazonaws.com",
        f"eks-{cluster}-{name}-{identifier[:8]}"[:64],
        # https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
        {
            "eks-cluster-arn": f"arn:aws:eks:{region}:{account}:cluster/{cluster}",
            "eks-cluster-name": cluster,
            "kubernetes-namespace": declared.namespace,
            "kubernetes-service-account": declared.service_account,
            "kubernetes-pod-name": name,
            "kubernetes-pod-uid": identifier[:32],
        },
        {"aws:SourceAccount": account},
    )
