"""The parameters that a call takes from a launch template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_state.ec2 import template_data


def launch_template(call: Call) -> Mapping[str, Any]:
    """Return the parameters in the launch template that a call names; empty if it names none."""
    specification = call.operation.parameters.get("LaunchTemplate")
    if not isinstance(specification, Mapping):
        return {}
    return template_data(call.account, call.region, specification)
