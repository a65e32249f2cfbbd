"""Learn AWS roles by using them.

>>> from rolecall import Sandbox
>>> lab = Sandbox("reports")
>>> lab.use("dana")
>>> lab.close()
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from rolecall._version import __version__

if TYPE_CHECKING:
    from rolecall.lab import task
    from rolecall.sandbox.client import Sandbox, SandboxError
    from rolecall.widgets import (
        assessment,
        challenge,
        dashboard,
        home,
        join,
        plot,
        practice,
        recall,
        sequence,
        test,
    )

__all__ = [
    "Sandbox",
    "SandboxError",
    "__version__",
    "assessment",
    "challenge",
    "dashboard",
    "home",
    "join",
    "plot",
    "practice",
    "recall",
    "sequence",
    "task",
    "test",
]

# Each name is imported when it is first used: a cell pays only for what it asks for.
_HOMES = {
    "Sandbox": "rolecall.sandbox.client",
    "SandboxError": "rolecall.sandbox.client",
    "assessment": "rolecall.widgets",
    "challenge": "rolecall.widgets",
    "dashboard": "rolecall.widgets",
    "home": "rolecall.widgets",
    "join": "rolecall.widgets",
    "plot": "rolecall.widgets",
    "practice": "rolecall.widgets",
    "recall": "rolecall.widgets",
    "sequence": "rolecall.widgets",
    "task": "rolecall.lab",
    "test": "rolecall.widgets",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'rolecall' has no attribute {name!r}")
    if name == "Sandbox":
        # While this process imports boto3, another one imports what the first sandbox needs.
        import_module("rolecall.sandbox._server_process").prepare()
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__


def load_ipython_extension(shell: Any) -> None:
    """Make an IPython shell display Rolecall's objects and errors.

    ``%load_ext rolecall`` calls this; ``import rolecall`` does too where IPython is running.
    """
    import_module("rolecall.presentation.notebook").register(shell)


if "IPython" in sys.modules and (_shell := sys.modules["IPython"].get_ipython()) is not None:
    load_ipython_extension(_shell)
