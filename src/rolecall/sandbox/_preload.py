"""What the fork server of a kernel imports and reads before it forks sandboxes."""

from __future__ import annotations

from importlib import import_module

from rolecall.sandbox._world_checks import aws_managed_policies
from rolecall.sandbox.moto_gaps import gap_classes
from rolecall.sandbox.moto_patches import read_managed_policies


def preload() -> None:
    """Import and read what each sandbox needs."""
    import_module("rolecall.cli.sandbox")
    aws_managed_policies()
    gap_classes()
    read_managed_policies()
