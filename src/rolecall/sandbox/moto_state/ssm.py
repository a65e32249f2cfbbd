"""SSM parameters."""

from __future__ import annotations

from rolecall.sandbox.moto_state._backends import backend


def parameter_tier(account: str, region: str, name: str) -> str | None:
    """Return the tier of the latest version of a parameter; None if there is no such parameter."""
    parameters = backend("ssm", account, region)._parameters
    # A look-up adds a parameter without versions, and `get` doesn't normalize the name.
    if name not in parameters or not (versions := parameters[name]):
        return None
    return str(versions[-1].tier or "Standard")
