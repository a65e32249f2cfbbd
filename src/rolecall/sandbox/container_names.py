"""The identifiers and ARNs of the world's tasks and pods."""

from __future__ import annotations

import hashlib

from rolecall.sandbox.world import Pod, Task


def container_id(account_name: str, name: str) -> str:
    """Return a stable identifier of a task or pod, 64 hexadecimal digits."""
    return hashlib.sha256(f"{account_name}/{name}".encode()).hexdigest()


def container_arn(region: str, account: str, account_name: str, name: str, container: Task | Pod) -> str:
    """Return the ARN of a task, or of the association that gives a pod its role."""
    identifier = container_id(account_name, name)
    if isinstance(container, Task):
        return f"arn:aws:ecs:{region}:{account}:task/{container.cluster}/{identifier[:32]}"
    return f"arn:aws:eks:{region}:{account}:podidentityassociation/{container.cluster}/a-{identifier[:17]}"
