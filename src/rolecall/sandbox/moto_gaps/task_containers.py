"""The containers of a task, as ECS describes them."""

from __future__ import annotations

from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.ecs import task_exists
from rolecall.sandbox.responses import Response, read_result, result_response


class TaskContainers(Gap):
    """A container has an ARN, and the ARN and the state of its task; in moto, those of the definition."""

    operations = frozenset({"ecs.DescribeTasks", "ecs.RunTask", "ecs.StartTask", "ecs.StopTask"})
    rule = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Container.html"

    def before(self, call: Call) -> None:
        """Raise InvalidParameterException for a task to stop that doesn't exist.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html
        """
        if call.operation.name != "StopTask":
            return
        cluster = call.operation.text("cluster", "default").rpartition("/")[2]
        if not task_exists(call.account, call.region, cluster, call.operation.text("task", "")):
            raise AwsError("InvalidParameterException", "The referenced task was not found.", 400)

    def after(self, call: Call, response: Response) -> Response:
        """Put the values of AWS in the place of moto's."""
        if not response.ok:
            return response
        result = read_result(call.operation, response)
        for task in [*result.get("tasks", []), *filter(None, [result.get("task")])]:
            for container in task.get("containers", []):
                _describe(container, task)
        return result_response(call.operation, result)


def _describe(container: dict[str, Any], task: dict[str, Any]) -> None:
    arn, state = task["taskArn"], task["lastStatus"]
    identifier = container["containerArn"].rpartition("/")[2]
    container["containerArn"] = f"{arn.replace(':task/', ':container/', 1)}/{identifier}"
    container["taskArn"], container["lastStatus"] = arn, state
    if state != "STOPPED":
        container.pop("exitCode", None)
