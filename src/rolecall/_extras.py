"""Packages that only some features need, and the extra that installs them."""

from __future__ import annotations

import importlib.util

from rolecall._learner_error import LearnerError


class MissingExtra(LearnerError, RuntimeError):
    """A feature requires packages that aren't installed; the message names the extra that has them."""


def require_extra(extra: str, feature: str, *modules: str) -> None:
    """Check that the packages of a feature are installed.

    Parameters
    ----------
    extra
        The extra of Rolecall that installs the packages, such as ``check``.
    feature
        What requires the packages, as the beginning of the error message.
    modules
        The modules that the feature imports.

    Raises
    ------
    MissingExtra
        If a module can't be found.
    """
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtra(
            f"{feature} requires {', '.join(missing)}. Run `pip install 'rolecall[{extra}]'`, "
            f"or `uv sync --extra {extra}` in a clone of the repository."
        )
