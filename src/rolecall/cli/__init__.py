"""The `rolecall` command."""

from rolecall.cli._main import main

__all__ = ["main"]
