"""Find moto's backend of a service in an account and a Region."""

from __future__ import annotations

from typing import Any

from moto.backends import get_backend


def backend(service: str, account: str, region: str) -> Any:
    """Find moto's backend of a regional service.

    Parameters
    ----------
    service
        moto's name of the service, such as ``sqs``.
    """
    return get_backend(service)[account][region]
