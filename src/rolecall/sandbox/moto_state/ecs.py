"""ECS tasks, and the roles that they have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rolecall.sandbox.moto_state._backends import regional_backends


@dataclass(frozen=True, slots=True)
class TaskRoles:
    """The roles of a task.

    Parameters
    ----------
    arn
        The ARN of the task.
    task_role, execution_role
        The ARN or the name of each role; empty if the task has none.
    """

    arn: str
    task_role: str
    execution_role: str


def running_tasks(account: str) -> Iterator[TaskRoles]:
    """Yield the tasks of an account that aren't stopped."""
    for _, ecs in regional_backends("ecs", account):
        for tasks in list(ecs.tasks.values()):
            for task in list(tasks.values()):
                if task.desired_status != "STOPPED":
                    yield _roles(ecs, task)


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
    )
