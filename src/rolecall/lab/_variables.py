"""Find the name that a notebook gave to an object, so that advice can be copied into a cell."""

from __future__ import annotations

import sys


def name_in_notebook(wanted: object) -> str:
    """Return the name of the notebook's variable that holds an object; empty if there is none."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return ""
    names = (name for name, value in shell.user_ns.items() if value is wanted and not name.startswith("_"))
    return next(names, "")
