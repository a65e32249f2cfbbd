"""ECS tasks, and the roles that they have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import ServiceException

from rolecall.sandbox.moto_state._backends import backend, regional_backends


@dataclass(frozen=True, slots=True)
class TaskRoles:
    """The roles of a task.

    Parameters
    ----------
    arn
        The ARN of the task.
    task_role, execution_role
        The ARN or the name of each role; empty if the task has none.
    definition
        The ARN of its task definition.
    """

    arn: str
    task_role: str
    execution_role: str
    definition: str


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What a task knows about itself.

    Parameters
    ----------
    cluster
        The ARN of its cluster.
    family, revision
        Its task definition.
    launch_type
        ``FARGATE``, ``EC2``, or ``EXTERNAL``; empty if a capacity provider decides.
    containers
        The name and the image of each container.
    """

    cluster: str
    family: str
    revision: str
    launch_type: str
    containers: tuple[tuple[str, str], ...]


def task_facts(account: str, region: str, arn: str) -> TaskFacts | None:
    """Return what is known about a task; None if it wasn't started in ECS."""
    task = _task(account, region, arn)
    if task is None:
        return None
    definition = backend("ecs", account, region).describe_task_definition(task.task_definition_arn)
    containers = ((str(one["name"]), str(one.get("image", ""))) for one in definition.container_definitions)
    return TaskFacts(
        str(task.cluster_arn),
        str(definition.family),
        str(definition.revision),
        str(task.launch_type or ""),
        tuple(containers),
    )


def running_tasks(account: str) -> Iterator[TaskRoles]:
    """Yield the tasks of an account that aren't stopped."""
    for _, ecs in regional_backends("ecs", account):
        for tasks in list(ecs.tasks.values()):
            for task in list(tasks.values()):
                if task.desired_status != "STOPPED":
                    yield _roles(ecs, task)


def is_running(account: str, region: str, arn: str) -> bool:
    """Whether a task was started in ECS, and isn't stopped."""
    task = _task(account, region, arn)
    return task is not None and task.desired_status != "STOPPED"


def task_roles(account: str, region: str, arn: str) -> TaskRoles | None:
    """Return the roles of a task; None if there is no such task."""
    task = _task(account, region, arn)
    return None if task is None else _roles(backend("ecs", account, region), task)


def container_definitions(account: str, region: str, definition: str) -> list[dict[str, Any]]:
    """Return the containers of a task definition, as ECS describes them."""
    found = backend("ecs", account, region).describe_task_definition(definition)
    return list(found.container_definitions)


def fail_task(account: str, region: str, arn: str, reason: str) -> None:
    """Stop a task that can't start."""
    task = _task(account, region, arn)
    task.last_status = task.desired_status = "STOPPED"
    task.stopped_reason, task.stop_code = reason, "TaskFailedToStart"


def definition_roles(account: str, region: str, definition: str) -> tuple[str, str]:
    """Return the task role and the execution role of a task definition; empty if it has none.

    Parameters
    ----------
    definition
        Its ARN, its family, or family and revision.
    """
    try:
        found = backend("ecs", account, region).describe_task_definition(definition)
    except (ServiceException, ValueError):
        return "", ""
    return str(getattr(found, "task_role_arn", "") or ""), str(
        getattr(found, "execution_role_arn", "") or ""
    )


def is_inactive(account: str, region: str, definition: str) -> bool:
    """Whether a revision of a task definition was deregistered; False if there is no such revision."""
    family, _, revision = definition.rpartition("/")[2].partition(":")
    revisions = backend("ecs", account, region).task_definitions.get(family) or {}
    found = next((one for one in revisions.values() if str(one.revision) == revision), None)
    return found is not None and found.status == "INACTIVE"


def task_exists(account: str, region: str, cluster: str, task: str) -> bool:
    """Whether a cluster has a task, by its ARN or by the last part of its ARN."""
    tasks = backend("ecs", account, region).tasks.get(cluster) or {}
    return any(arn.rpartition("/")[2] == task.rpartition("/")[2] for arn in tasks)


def latest_definition(account: str, region: str, family: str) -> str | None:
    """Return the ARN of the latest active revision of a task definition; None if the family has none."""
    revisions = backend("ecs", account, region).task_definitions.get(family) or {}
    active = [one for one in revisions.values() if one.status == "ACTIVE"]
    return str(max(active, key=lambda one: int(one.revision)).arn) if active else None


def has_container_instances(account: str, region: str, cluster: str) -> bool:
    """Whether a cluster has EC2 instances on which tasks can run; also True if there is no such cluster."""
    ecs = backend("ecs", account, region)
    name = cluster.rpartition("/")[2]
    return name not in ecs.clusters or bool(ecs.container_instances.get(name))


def has_default_capacity(account: str, region: str, cluster: str) -> bool:
    """Whether a cluster has a default capacity provider strategy, which starts instances for its tasks."""
    found = backend("ecs", account, region).clusters.get(cluster.rpartition("/")[2])
    return found is not None and bool(found.default_capacity_provider_strategy)


def _roles(ecs: Any, task: Any) -> TaskRoles:
    """Return the roles of a task; those of RunTask override those of the task definition.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskOverride.html
    """
    definition = ecs.describe_task_definition(task.task_definition_arn)
    overrides = task.overrides or {}
    return TaskRoles(
        str(task.task_arn),
        str(overrides.get("taskRoleArn") or getattr(definition, "task_role_arn", "") or ""),
        str(overrides.get("executionRoleArn") or getattr(definition, "execution_role_arn", "") or ""),
        str(task.task_definition_arn),
    )


def _task(account: str, region: str, arn: str) -> Any:
    tasks = backend("ecs", account, region).tasks.values()
    return next((one for of_cluster in tasks for one in of_cluster.values() if one.task_arn == arn), None)
