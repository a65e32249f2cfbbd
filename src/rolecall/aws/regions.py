"""The Regions of AWS, and the partitions that they belong to."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from botocore.loaders import create_loader


def is_region(name: str) -> bool:
    """Return whether the partition ``aws``, where the sandbox's accounts are, has a Region of this name.

    https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
    """
    return name in _partitions().get("aws", ())


def is_other_partition(name: str) -> bool:
    """Return whether a Region belongs to another partition, such as ``aws-cn``, with its own accounts."""
    return any(name in regions for partition, regions in _partitions().items() if partition != "aws")


@lru_cache(maxsize=1)
def _partitions() -> dict[str, frozenset[str]]:
    data: dict[str, Any] = create_loader().load_data("partitions")
    return {
        partition["id"]: frozenset((*partition["regions"], f"{partition['id']}-global"))
        for partition in data["partitions"]
    }
