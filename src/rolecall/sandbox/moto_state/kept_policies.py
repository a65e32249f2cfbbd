"""The resource-based policies that moto keeps as text, in every Region of an account."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from rolecall.sandbox.moto_state._backends import backend, regional_backends

# moto's names of the services, and of the collections of their resources.
_COLLECTIONS = {
    "ecr": "repositories",
    "kms": "keys",
    "secretsmanager": "secrets",
    "sns": "topics",
    "sqs": "queues",
}


def rewrite_resource_policies(account: str, rewrite: Callable[[str], str]) -> None:
    """Replace the policies of an account's functions, keys, queues, repositories, secrets, and so on.

    Parameters
    ----------
    rewrite
        Takes the text of a policy, and returns the new text.
    """
    _rewrite_function_policies(account, rewrite)
    for _, state in regional_backends("dynamodb", account):
        for kept in list(state.resource_policies.values()):
            kept.policy_doc = rewrite(kept.policy_doc)
    for service, collection in _COLLECTIONS.items():
        for _, state in regional_backends(service, account):
            for resource in list(getattr(state, collection).values()):
                text = getattr(resource, "policy", None)
                if isinstance(text, str) and text and (changed := rewrite(text)) != text:
                    resource.policy = changed


def _rewrite_function_policies(account: str, rewrite: Callable[[str], str]) -> None:
    """Replace the statements of functions, which moto keeps as a list."""
    for _, state in regional_backends("lambda", account):
        versions = (
            version
            for function in state.list_functions()
            for version in state.list_versions_by_function(function.function_name)
        )
        for version in versions:
            statements = version.policy.statements if version.policy else []
            text = json.dumps({"Statement": statements})
            if statements and (changed := rewrite(text)) != text:
                statements[:] = json.loads(changed)["Statement"]


def give_empty_sids(service: str, account: str, region: str) -> None:
    """Give an empty Sid to the statements of queues or topics that have none."""
    for statement in _statements(service, account, region):
        statement.setdefault("Sid", "")


def remove_empty_sids(service: str, account: str, region: str) -> None:
    """Undo `give_empty_sids`."""
    for statement in _statements(service, account, region):
        if not statement.get("Sid"):
            statement.pop("Sid", None)


def _statements(service: str, account: str, region: str) -> Iterator[dict[str, Any]]:
    for resource in getattr(backend(service, account, region), _COLLECTIONS[service]).values():
        document = resource._policy_json or {}
        listed = document.get("Statement") or []
        if isinstance(listed, dict):
            listed = document["Statement"] = [listed]
        yield from listed
