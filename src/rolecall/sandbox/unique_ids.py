"""Unique ids as IAM gives them: a prefix for each kind of entity, and capitals.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.iam.models import IAMBackend

from rolecall.sandbox.iam_state import new_unique_id

_PREFIXES = {"create_user": "AIDA", "create_group": "AGPA", "create_instance_profile": "AIPA"}


def _named(create: Callable[..., Any], prefix: str) -> Callable[..., Any]:
    """moto's own, which would have a random id without a prefix."""

    @wraps(create)
    def created(backend: IAMBackend, *given: Any, **named: Any) -> Any:
        made = create(backend, *given, **named)
        made.id = new_unique_id(prefix)
        return made

    return created


def give_unique_ids() -> None:
    """Makes moto give ids as IAM does."""
    for name, prefix in _PREFIXES.items():
        create = getattr(IAMBackend, name)
        if not hasattr(create, "__wrapped__"):
            setattr(IAMBackend, name, _named(create, prefix))
