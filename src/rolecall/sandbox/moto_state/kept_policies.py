"""The resource-based policies that moto keeps as text, in every Region of an account."""

from __future__ import annotations

from collections.abc import Callable

from rolecall.sandbox.moto_state._backends import regional_backends

# moto's names of the services, and of the collections of their resources.
_COLLECTIONS = {
    "ecr": "repositories",
    "kms": "keys",
    "secretsmanager": "secrets",
    "sns": "topics",
    "sqs": "queues",
}


def rewrite_resource_policies(account: str, rewrite: Callable[[str], str]) -> None:
    """Replace the policies of an account's keys, queues, repositories, secrets, and topics.

    Parameters
    ----------
    rewrite
        Takes the text of a policy, and returns the new text.
    """
    for service, collection in _COLLECTIONS.items():
        for _, state in regional_backends(service, account):
            for resource in list(getattr(state, collection).values()):
                text = getattr(resource, "policy", None)
                if isinstance(text, str) and text and (changed := rewrite(text)) != text:
                    resource.policy = changed
