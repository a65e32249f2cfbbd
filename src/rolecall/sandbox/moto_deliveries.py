"""Changes to moto, so that each delivery between services is decided before moto makes it.

moto delivers within one account, whatever the policies are, and runs functions in Docker. With these
changes, `rolecall.sandbox.deliveries` decides, the target can be in another account, and the sandbox runs
the functions.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, wraps
from importlib import import_module
from typing import Any

from rolecall.sandbox.deliveries import Source, invoke_function, may_deliver, may_poll


def patch_deliveries(service: str) -> None:
    """Apply the changes of a service once, before a request can reach it."""
    if service in _PATCHES:
        for patch in _PATCHES[service]:
            patch()


@cache
def _patch_topics() -> None:
    subscription: Any = import_module("moto.sns.models").Subscription
    publish = subscription.publish

    @wraps(publish)
    def publish_if_allowed(of: Any, *args: Any, **options: Any) -> None:
        """Deliver to queues and functions only; nothing leaves the machine by HTTP."""
        source = Source("sns.amazonaws.com", of.topic.arn, of.topic.account_id)
        if of.protocol in ("sqs", "lambda") and may_deliver(source, of.endpoint):
            # moto looks for the target in the account of the topic.
            in_account = copy.copy(of)
            in_account.account_id = of.endpoint.split(":")[4]
            publish(in_account, *args, **options)

    subscription.publish = publish_if_allowed


@cache
def _patch_functions() -> None:
    function: Any = import_module("moto.awslambda.models").LambdaFunction

    def invoke(of: Any, body: str, request_headers: Any, response_headers: dict[str, str]) -> bytes:
        """Run the function in the sandbox, for a delivery; the sandbox answers Invoke itself."""
        event = json.loads(body)
        records = event.get("Records") or [{}]
        is_rotation = {"Step", "ClientRequestToken"} <= event.keys()
        if is_rotation and "x-amz-function-error" in response_headers:
            # The step before has failed, and Secrets Manager ends the rotation.
            return b""
        # Lambda deletes the messages that it polled only if the function succeeds.
        wait = is_rotation or records[0].get("eventSource") == "aws:sqs"
        if not invoke_function(of.function_arn, body, wait=wait):
            response_headers["x-amz-function-error"] = "Unhandled"
        return b""

    function.invoke = invoke


@cache
def _patch_secrets() -> None:
    """Rotate a secret with the function that it has, and keep its current version if the function fails.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
    """
    models: Any = import_module("moto.secretsmanager.models")
    rotate, set_default = (
        models.SecretsManagerBackend.rotate_secret,
        models.FakeSecret.set_default_version_id,
    )

    @wraps(rotate)
    def rotate_with_its_function(backend: Any, secret_id: str, **options: Any) -> Any:
        secret = backend.secrets.get(secret_id)
        if not options.get("rotation_lambda_arn"):
            options["rotation_lambda_arn"] = getattr(secret, "rotation_lambda_arn", None)
        return rotate(backend, secret_id, **options)

    @wraps(set_default)
    def set_if_current(secret: Any, version_id: str | None) -> None:
        version = secret.versions.get(version_id)
        if version is None or version["version_stages"] != ["AWSPENDING"]:
            set_default(secret, version_id)

    models.SecretsManagerBackend.rotate_secret = rotate_with_its_function
    models.FakeSecret.set_default_version_id = set_if_current


@cache
def _patch_queues() -> None:
    queue: Any = import_module("moto.sqs.models").Queue
    add = queue.add_message

    @wraps(add)
    def add_and_poll_if_allowed(of: Any, message: Any) -> None:
        """Let only those functions poll the queue whose execution role may receive its messages."""
        mappings = of.lambda_event_source_mappings
        if not mappings:
            add(of, message)
            return
        of.lambda_event_source_mappings = {}
        add(of, message)
        of.lambda_event_source_mappings = mappings
        for arn, mapping in mappings.items():
            if mapping.enabled and may_poll(arn, of.queue_arn):
                _poll(of, arn, mapping)

    queue.add_message = add_and_poll_if_allowed


def _poll(queue: Any, function: str, mapping: Any) -> None:
    """Hand a batch of messages to a function, and delete them if it succeeds."""
    sqs = import_module("moto.sqs.models").sqs_backends[queue.account_id][queue.region]
    lambdas = import_module("moto.awslambda.utils").get_backend(queue.account_id, queue.region)
    messages = sqs.receive_message(queue.name, mapping.batch_size, 0, queue.visibility_timeout)
    succeeded = lambdas.send_sqs_batch(function, messages, queue.queue_arn)
    for message in messages:
        if succeeded:
            sqs.delete_message(queue.name, message.receipt_handle)
        else:
            sqs.change_message_visibility(queue.name, message.receipt_handle, visibility_timeout=0)


@cache
def _patch_buckets() -> None:
    notifications: Any = import_module("moto.s3.notifications")
    to_event_bridge = notifications._send_event_bridge_message

    def send_event(account_id: str, event_name: str, bucket: Any, key: Any) -> None:
        """Deliver what happened to an object to each destination that allows it."""
        configuration = bucket.notification_configuration
        if configuration is None:
            return
        for one in (*configuration.cloud_function, *configuration.queue, *configuration.topic):
            if one.matches(event_name, key.name):
                event = notifications._get_s3_event(event_name, bucket, key, one.id)
                _send_from_bucket(bucket, one.arn, json.dumps(event))
        if configuration.event_bridge is not None:
            patch_deliveries("events")
            to_event_bridge(account_id, bucket, event_name, key)

    def send_test_event(account_id: str, bucket: Any) -> None:
        """Deliver the event with which S3 tests a new configuration."""
        configuration = bucket.notification_configuration
        for arn in {one.arn for one in (*configuration.queue, *configuration.topic)}:
            _send_from_bucket(bucket, arn, json.dumps(notifications._get_test_event(bucket.name)))

    notifications.send_event = send_event
    notifications.send_test_event = send_test_event


def _send_from_bucket(bucket: Any, target: str, event: str) -> None:
    if may_deliver(Source("s3.amazonaws.com", bucket.arn, bucket.account_id), target):
        _send(target, event)


def _send(target: str, text: str) -> None:
    """Hand a text to a queue, a topic, or a function."""
    _, _, service, region, account, name = target.split(":", 5)
    patch_deliveries(service)
    if service == "lambda":
        invoke_function(target, text, wait=False)
    elif service == "sqs":
        import_module("moto.sqs.models").sqs_backends[account][region].send_message(name, text)
    elif service == "sns":
        import_module("moto.sns.models").sns_backends[account][region].publish(text, arn=target)


@cache
def _patch_rules() -> None:
    rule: Any = import_module("moto.events.models").Rule
    send: Callable[..., None] = rule.send_to_targets

    @wraps(send)
    def send_if_allowed(of: Any, original_event: Any, transform_input: bool = True) -> None:
        """Deliver an event to each target that allows it."""
        if not of.event_pattern.matches_event(original_event):
            return
        for target in of.targets:
            arn = target["Arn"]
            service, account = arn.split(":")[2], arn.split(":")[4]
            # The archive of a bus is a target of a rule that EventBridge manages; moto's ARN has no name.
            archive = service == "events" and not arn.split(":", 5)[5].strip(":")
            source = Source("events.amazonaws.com", of.arn, of.account_id, target.get("RoleArn") or "")
            if not archive and not may_deliver(source, arn):
                continue
            if service in ("lambda", "sns"):
                _send(arn, json.dumps(_with_text_time(original_event)))
            elif service in ("sqs", "logs", "events"):
                patch_deliveries(service)
                # moto looks for the target in the account of the rule.
                only = copy.copy(of)
                only.targets, only.account_id = [target], account or of.account_id
                send(only, original_event, transform_input)

    rule.send_to_targets = send_if_allowed


def _with_text_time(event: dict[str, Any]) -> dict[str, Any]:
    time = event.get("time")
    if not isinstance(time, int | float):
        return event
    return {**event, "time": datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}


@cache
def _patch_log_streams() -> None:
    stream: Any = import_module("moto.logs.models").LogStream
    send = stream._send_log_events

    @wraps(send)
    def send_if_allowed(
        of: Any, service: str, destination_arn: str, filter_name: str, log_events: Any
    ) -> None:
        """Deliver log events to the destination of a subscription filter if it allows them."""
        if may_deliver(log_source(of.log_group, filter_name), destination_arn):
            patch_deliveries(service)
            send(of, service, destination_arn, filter_name, log_events)

    stream._send_log_events = send_if_allowed


def log_source(log_group: Any, filter_name: str) -> Source:
    """Return the source of what a subscription filter of a log group delivers."""
    role = log_group.subscription_filters[filter_name].role_arn or ""
    arn = f"arn:aws:logs:{log_group.region}:{log_group.account_id}:log-group:{log_group.name}:*"
    return Source("logs.amazonaws.com", arn, log_group.account_id, role)


_PATCHES: dict[str, tuple[Callable[[], None], ...]] = {
    "events": (_patch_rules,),
    "lambda": (_patch_functions,),
    "logs": (_patch_log_streams, _patch_functions),
    "s3": (_patch_buckets,),
    "secretsmanager": (_patch_secrets,),
    "sns": (_patch_topics, _patch_functions),
    "sqs": (_patch_queues, _patch_functions),
}


def patch_all_deliveries() -> None:
    """Apply the changes of every service."""
    for service in _PATCHES:
        patch_deliveries(service)
