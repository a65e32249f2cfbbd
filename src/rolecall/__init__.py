"""Learn AWS roles by using them.

>>> from rolecall import Sandbox
>>> lab = Sandbox("reports")
>>> lab.use("dana")
>>> lab.close()
"""

from rolecall._version import __version__
from rolecall.sandbox.client import Sandbox, SandboxError
from rolecall.widgets import practice

__all__ = ["Sandbox", "SandboxError", "__version__", "practice"]
