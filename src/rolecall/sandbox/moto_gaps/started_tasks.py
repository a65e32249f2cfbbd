"""What ECS checks before it starts a task: the roles of the task, and where the task can run."""

from __future__ import annotations

from rolecall.aws.authorization import Check
from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.containers import not_assumable_by_ecs
from rolecall.sandbox.moto_gaps._assumption import can_assume
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.ecs import (
    definition_roles,
    has_container_instances,
    has_default_capacity,
    is_inactive,
    latest_definition,
)

_SERVICE = "ecs-tasks.amazonaws.com"
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
_MOST_TASKS = 10


class StartedTasks(Gap):
    """ECS needs iam:PassRole for the roles of the task definition too, and must be able to assume them."""

    operations = frozenset({"ecs.RunTask", "ecs.StartTask"})
    rule = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html"

    def before(self, call: Call) -> None:
        """Check the roles of the task, and the cluster.

        Raises
        ------
        AwsError
            If the caller can't pass a role, if ECS can't assume one, or if nothing can run the task.
        """
        parameters = call.operation.parameters
        definition = str(parameters.get("taskDefinition") or "")
        cluster = str(parameters.get("cluster") or "default").rpartition("/")[2]
        overrides = parameters.get("overrides") or {}
        _check_count(parameters.get("count"))
        _check_active(call, definition)
        roles = definition_roles(call.account, call.region, definition)
        for role, override in zip(
            (self._arn(call, role) for role in roles),
            (overrides.get("taskRoleArn"), overrides.get("executionRoleArn")),
            strict=True,
        ):
            if role and not override:
                # The authorizer has decided about the roles in the request, not about these.
                context = {"iam:PassedToService": _SERVICE}
                self.runtime.authorizer.require(call, Check("iam:PassRole", role, context))
            if used := override or role:
                self._check_trust(call, str(used), cluster)
        launch_type = parameters.get("launchType")
        if (
            call.operation.name == "RunTask"
            and launch_type in (None, "EC2")
            and not parameters.get("capacityProviderStrategy")
            and not (launch_type is None and has_default_capacity(call.account, call.region, cluster))
            and not has_container_instances(call.account, call.region, cluster)
        ):
            message = "No Container Instances were found in your cluster."
            raise AwsError("InvalidParameterException", message, 400)

    def _arn(self, call: Call, role: str) -> str:
        """Return the ARN of a role that a task definition names by its ARN or by its name."""
        if not role or role.startswith("arn:"):
            return role
        found = self.runtime.iam.role_named(call.account, role)
        return found.arn if found else f"arn:aws:iam::{call.account}:role/{role}"

    def _check_trust(self, call: Call, role: str, cluster: str) -> None:
        source = f"arn:aws:ecs:{call.region}:{call.account}:task/{cluster}/new"
        if not can_assume(self.runtime, call, _SERVICE, role, source):
            raise AwsError("ClientException", not_assumable_by_ecs(role), 400)


def _check_count(count: object) -> None:
    if isinstance(count, int) and not 1 <= count <= _MOST_TASKS:
        raise AwsError("InvalidParameterException", f"count should be from 1 to {_MOST_TASKS}.", 400)


def _check_active(call: Call, definition: str) -> None:
    """Check that a task definition isn't deregistered.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister-task-definition-v2.html
    """
    named = definition.rpartition("/")[2]
    if is_inactive(call.account, call.region, named):
        raise AwsError("ClientException", "TaskDefinition is inactive", 400)
    if named and ":" not in named and latest_definition(call.account, call.region, named) is None:
        raise AwsError("ClientException", "Unable to describe task definition.", 400)
