"""What a container of an ECS task reads about itself and its task: version 4 of the metadata endpoint.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-response.html
"""

from __future__ import annotations

import hashlib
from typing import Any

from rolecall.sandbox.containers import Container
from rolecall.sandbox.moto_state.ecs import TaskFacts, task_facts


def container_metadata(container: Container) -> dict[str, Any]:
    """Return the metadata of the first container of a task, which an actor acts as."""
    return _containers(container, _facts(container))[0]


def task_metadata(container: Container) -> dict[str, Any]:
    """Return the metadata of a task, with those of all its containers."""
    facts = _facts(container)
    metadata: dict[str, Any] = {
        "Cluster": facts.cluster,
        "TaskARN": container.arn,
        "Family": facts.family,
        "Revision": facts.revision,
        "DesiredStatus": "RUNNING",
        "KnownStatus": "RUNNING",
        "AvailabilityZone": f"{container.arn.split(':')[3]}a",
        "Containers": _containers(container, facts),
    }
    return metadata | ({"LaunchType": facts.launch_type} if facts.launch_type else {})


def _facts(container: Container) -> TaskFacts:
    account, region = container.account, container.arn.split(":")[3]
    found = task_facts(account, region, container.arn)
    if found is not None:
        return found
    # A task that the world declares isn't in moto.
    name = container.name or "task"
    cluster = container.arn.split("/")[1]
    arn = f"arn:aws:ecs:{region}:{account}:cluster/{cluster}"
    return TaskFacts(arn, name, "1", "FARGATE", ((name, name),))


def _containers(container: Container, facts: TaskFacts) -> list[dict[str, Any]]:
    return [_container(container, facts, name, image) for name, image in facts.containers]


def _container(container: Container, facts: TaskFacts, name: str, image: str) -> dict[str, Any]:
    digest = hashlib.sha256(f"{container.arn}/{name}".encode()).hexdigest()
    prefix, _, path = container.arn.partition(":task/")
    uuid = "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))
    return {
        "DockerId": f"{container.session_name}-{digest[:10]}",
        "Name": name,
        "DockerName": f"ecs-{facts.family}-{facts.revision}-{name}-{digest[:20]}",
        "Image": image,
        "ImageID": f"sha256:{hashlib.sha256(image.encode()).hexdigest()}",
        "Labels": {
            "com.amazonaws.ecs.cluster": facts.cluster,
            "com.amazonaws.ecs.container-name": name,
            "com.amazonaws.ecs.task-arn": container.arn,
            "com.amazonaws.ecs.task-definition-family": facts.family,
            "com.amazonaws.ecs.task-definition-version": facts.revision,
        },
        "DesiredStatus": "RUNNING",
        "KnownStatus": "RUNNING",
        "Type": "NORMAL",
        "ContainerARN": f"{prefix}:container/{path}/{uuid}",
    }
