"""Find the policy documents in the calls of a solution, and put others in their place."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rolecall.iam import PolicyType
from rolecall.quiz import Step

_TYPES = {
    "iam.update_assume_role_policy": PolicyType.TRUST,
    "iam.create_role": PolicyType.TRUST,
    "sts.assume_role": PolicyType.SESSION,
    "sts.assume_role_with_web_identity": PolicyType.SESSION,
    "sts.assume_role_with_saml": PolicyType.SESSION,
    "sts.get_federation_token": PolicyType.SESSION,
    "organizations.create_policy": PolicyType.SCP,
    "organizations.update_policy": PolicyType.SCP,
    "ec2.create_vpc_endpoint": PolicyType.VPC_ENDPOINT,
    "ec2.modify_vpc_endpoint": PolicyType.VPC_ENDPOINT,
}
"""By call, the type of its policy. In other calls, a document with principals is resource-based."""


@dataclass(frozen=True, slots=True)
class WrittenDocument:
    """A policy document among the parameters of a call.

    Parameters
    ----------
    step
        The place of the call among the calls.
    path
        Where the document is among the parameters.
    is_text
        Whether the author wrote the document as JSON text.
    type
        The type of policy that the call writes.
    call, target
        The call, and its other parameters, as text: what the document is written to.
    """

    step: int
    path: tuple[str | int, ...]
    is_text: bool
    type: PolicyType
    document: Mapping[str, Any]
    call: str
    target: str


def documents_in(steps: list[Step]) -> list[WrittenDocument]:
    """List the policy documents that calls write, in their order."""
    return [
        WrittenDocument(
            index,
            path,
            isinstance(value, str),
            _type(step.call, document),
            document,
            step.call,
            _target(step.parameters, path),
        )
        for index, step in enumerate(steps)
        for path, value, document in _documents(step.parameters)
    ]


def with_document(steps: list[Step], written: WrittenDocument, document: Mapping[str, Any]) -> list[Step]:
    """Return the calls with another document in the place of one of them."""
    value = json.dumps(document) if written.is_text else document
    return with_parameter(steps, written.step, written.path, value)


def with_parameter(steps: list[Step], index: int, path: tuple[str | int, ...], value: Any) -> list[Step]:
    """Return the calls with another value of one parameter."""
    parameters = _replaced(steps[index].parameters, path, value)
    changed = steps[index].model_copy(update={"parameters": parameters})
    return [*steps[:index], changed, *steps[index + 1 :]]


def as_document(value: object) -> Mapping[str, Any] | None:
    """Return a value as a policy document, if it is one or the JSON text of one."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    return value if isinstance(value, dict) and "Statement" in value else None


def _documents(
    value: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[Any, Any, Mapping[str, Any]]]:
    document = as_document(value)
    if document is not None:
        yield path, value, document
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _documents(one, (*path, name))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _documents(one, (*path, index))


def _type(call: str, document: Mapping[str, Any]) -> PolicyType:
    if call in _TYPES:
        return _TYPES[call]
    listed = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    has_principal = any("Principal" in one or "NotPrincipal" in one for one in listed)
    return PolicyType.RESOURCE if has_principal else PolicyType.IDENTITY


def _target(parameters: Mapping[str, Any], path: tuple[str | int, ...]) -> str:
    return json.dumps(_replaced(parameters, path, None), sort_keys=True, default=str)


def _replaced(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    if not path:
        return new
    changed = copy.copy(value)
    changed[path[0]] = _replaced(value[path[0]], path[1:], new)
    return changed
