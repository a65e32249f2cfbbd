"""Check for POSIX: the service limits and ends its grading processes with functions that Windows lacks."""

from __future__ import annotations

import importlib.util
import os

_MODULES = ("fcntl", "resource")
_FUNCTIONS = ("killpg", "setsid")


class NeedsPosix(RuntimeError):
    """The operating system lacks what the service requires; the message says where it runs."""


def require_posix() -> None:
    """Check that the service can run on this operating system.

    Raises
    ------
    NeedsPosix
        On Windows.
    """
    missing = [f"module {name}" for name in _MODULES if importlib.util.find_spec(name) is None]
    missing += [f"os.{name}" for name in _FUNCTIONS if not hasattr(os, name)]
    if missing:
        raise NeedsPosix(
            f"the workshop service doesn't run on this operating system (missing: {', '.join(missing)}). "
            "Run it on Linux or macOS, in WSL 2, or in a container. Learners can use any operating system."
        )
