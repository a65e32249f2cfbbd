"""Find moto's backend of a service in an account and a Region."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from moto.backends import get_backend

# moto's packages that don't have the name of their service.
_PACKAGES = {"lambda": "awslambda"}


def backend(service: str, account: str, region: str) -> Any:
    """Find moto's backend of a regional service.

    Parameters
    ----------
    service
        moto's name of the service, such as ``sqs``.
    """
    return _backends(service)[account][region]


@lru_cache(maxsize=512)
def _backends(service: str) -> Any:
    # moto imports the module again for each look-up.
    return get_backend(service)


def regional_backends(service: str, account: str) -> Iterator[tuple[str, Any]]:
    """Yield the Region and moto's backend of a service for each Region that an account has used."""
    if f"moto.{_PACKAGES.get(service, service)}.models" not in sys.modules:
        # No request has used the service yet, and its import is slow.
        return
    yield from list(_backends(service)[account].items())


def every_backend(service: str) -> Iterator[tuple[str, Any]]:
    """Yield the account and moto's backend of a regional service for each Region that is used."""
    for account, regions in list(_backends(service).items()):
        for one in list(regions.values()):
            yield str(account), one
