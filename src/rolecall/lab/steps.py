"""Make the calls of a proof, a probe, or a solution in a sandbox, and compare their results."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import jmespath
from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import ListShape, MapShape, Shape, StructureShape
from jmespath.exceptions import JMESPathError

from rolecall.lab._clients import key_clients
from rolecall.quiz import ACCESS_KEY, NOW, Proof, Step
from rolecall.sandbox.client import Sandbox, SandboxError

SavedCredentials = dict[str, Mapping[str, str]]
"""The credentials in responses of STS or CreateAccessKey, by the name under which they are saved."""


@dataclass(frozen=True, slots=True)
class CallResult:
    """The result of one call.

    Parameters
    ----------
    response
        What the call returned; None if it failed.
    error
        The code of the AWS error, or the name of the exception that prevented the call.
        Empty if the call succeeded.
    message
        The error's message; empty if the call succeeded.
    """

    response: Mapping[str, Any] | None
    error: str = ""
    message: str = ""


class StepRunner:
    """Makes calls in a sandbox; a step can use credentials that an earlier step saved.

    Parameters
    ----------
    sandbox
        Where the calls are made. A step with ``minutes_later`` advances the clock of this sandbox.
    saved
        Credentials that were saved before, by name; those that the steps save are added.
    """

    def __init__(self, sandbox: Sandbox, saved: SavedCredentials | None = None) -> None:
        self._sandbox = sandbox
        self._saved = {} if saved is None else saved
        self._clients = key_clients(sandbox)
        self._machine_sessions: dict[str, boto3.Session] = {}

    def run(self, step: Step) -> CallResult:
        """Make one call.

        Returns
        -------
        CallResult
            The response or the error. An error of AWS or of the step itself is a result, not an exception.
        """
        service, _, method = step.call.partition(".")
        if step.minutes_later:
            self._sandbox.clock.advance(minutes=step.minutes_later)
        try:
            client = self._client(step, service)
            parameters = self._filled(step.parameters)
            response = getattr(client, method)(**serialize_documents(client, method, parameters))
            if step.save is not None:
                self._saved[step.save] = _credentials(response)
        except ClientError as error:
            details = error.response["Error"]
            return CallResult(None, details["Code"], details["Message"])
        except (BotoCoreError, SandboxError, AttributeError, KeyError) as error:
            return CallResult(None, type(error).__name__, str(error))
        return CallResult(response)

    def _filled(self, value: Any) -> Any:
        """Put the sandbox's time and its access keys into the parameters."""
        match value:
            case str() if "{{ " in value:
                now = self._sandbox.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
                return ACCESS_KEY.sub(lambda found: self._access_key(found[1]), value.replace(NOW, now))
            case dict():
                return {name: self._filled(one) for name, one in value.items()}
            case list():
                return [self._filled(one) for one in value]
        return value

    def _access_key(self, actor: str) -> str:
        return self._sandbox.environment(actor)["AWS_ACCESS_KEY_ID"]

    def _client(self, step: Step, service: str) -> Any:
        if step.actor in self._saved:
            saved = self._saved[step.actor]
            credentials = {name: value for name, value in saved.items() if name not in step.without}
            return self._clients.of(self._sandbox, service, credentials)
        client = self._clients.of_actor(self._sandbox, service, step.actor)
        if client is not None:
            return client
        # A later step keeps the machine's session, so that its credentials are refreshed.
        if not step.minutes_later or step.actor not in self._machine_sessions:
            self._machine_sessions[step.actor] = self._sandbox.session(actor=step.actor)
        return self._machine_sessions[step.actor].client(service)


def _credentials(response: Mapping[str, Any]) -> Mapping[str, str]:
    """Find the credentials in a response of STS, or the access key in a response of CreateAccessKey."""
    found: Mapping[str, str] = (
        response["Credentials"] if "Credentials" in response else response["AccessKey"]
    )
    return found


def serialize_documents(client: Any, method: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Turn each policy document into JSON text where the operation takes text, however deep it is nested.

    Parameters
    ----------
    client
        A boto3 client of the service.
    method
        The client's method, such as ``put_bucket_policy``.
    parameters
        The parameters of the call; authors write documents as YAML mappings.
    """
    operation = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])
    members = operation.input_shape.members if operation.input_shape else {}
    return {name: _serialized(members.get(name), value) for name, value in parameters.items()}


def _serialized(shape: Shape | None, value: Any) -> Any:
    match value:
        case dict() if shape is not None and shape.type_name == "string":
            return json.dumps(value)
        case dict() if isinstance(shape, StructureShape):
            return {name: _serialized(shape.members.get(name), one) for name, one in value.items()}
        case dict() if isinstance(shape, MapShape):
            # Such as the attribute `Policy` of a queue or a topic.
            return {name: _serialized(shape.value, one) for name, one in value.items()}
        case list() if isinstance(shape, ListShape):
            return [_serialized(shape.member, one) for one in value]
    return value


def run_steps(steps: Iterable[Step], sandbox: Sandbox, saved: SavedCredentials | None = None) -> list[str]:
    """Make calls one after another.

    Parameters
    ----------
    saved
        Credentials that the steps can use; those that they save are added.

    Returns
    -------
    list of str
        One sentence for each step whose result differs from what the step expects.
    """
    runner = StepRunner(sandbox, saved)
    differences = ((step, difference(step, runner.run(step))) for step in steps)
    return [f"{step.actor}: {step.call}: {problem}" for step, problem in differences if problem]


def run_proof(proof: Proof, sandbox: Sandbox) -> Iterator[str]:
    """Run a proof in a sandbox of its world.

    Yields
    ------
    str
        One sentence for each step whose result differs from what the proof expects.
    """
    runner = StepRunner(sandbox)
    for number, step in enumerate(proof.steps, start=1):
        problem = difference(step, runner.run(step))
        if problem is not None:
            yield f"step {number} ({step.actor}: {step.call}): {problem}"


def difference(step: Step, result: CallResult) -> str | None:
    """Say how the result of a step differs from what the step expects; None if it doesn't."""
    expected = step.expect
    if result.response is None:
        if expected.error is None:
            return f"the call failed with {result.error}: {result.message}"
        if result.error != expected.error:
            return f"the call failed with {result.error}, not {expected.error}: {result.message}"
        if expected.message is not None and expected.message not in result.message:
            return f"the error message is {result.message!r}, which doesn't contain {expected.message!r}"
        return None
    if expected.ok is None:
        return f"the call succeeded; {expected.error} was expected"
    missing = missing_from(step, result.response)
    return f"the response lacks {', '.join(missing)}" if missing else None


def missing_from(step: Step, response: Any) -> list[str]:
    """List the expressions of a step's `expect` that find nothing in the response.

    An empty list or text counts as found; null and false don't.
    """
    return [path for path in step.expect.ok or () if search(path, response) in (None, False)]


def search(expression: str, value: Any) -> Any:
    """Evaluate a JMESPath expression; None if it doesn't fit the value, as in ``contains(null, 'a')``.

    `rolecall check` reports such an expression; a learner's check continues without it.
    """
    try:
        return jmespath.search(expression, value)
    except JMESPathError:
        return None


def expression_error(expression: str, value: Any) -> str:
    """Return why a JMESPath expression can't be evaluated; empty if it can."""
    try:
        jmespath.search(expression, value)
    except JMESPathError as error:
        return str(error)
    return ""
