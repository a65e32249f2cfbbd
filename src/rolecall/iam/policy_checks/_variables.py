"""Check policy variables such as `${aws:username}`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rolecall.iam.policy_checks._findings import Findings, Location, finding
from rolecall.iam.policy_checks._nodes import Node
from rolecall.iam.policy_checks._view import PolicyView

_START = re.compile(r"\$\{")
_SPECIAL = ("*", "?", "$")


def check(policy: PolicyView) -> Findings:
    """Find the variables that AWS can't read, and those where it reads none."""
    for statement in policy.statements:
        for node in (*statement.actions, statement.element("Sid"), statement.element("Effect")):
            for place, _ in variables(node) if node else ():
                yield finding("VARIABLE_UNSUPPORTED_IN_ELEMENT", place, variable=_text(node, place))
        supported = [
            *statement.resources,
            *(value for one in statement.conditions for value in one.values),
        ]
        for node in supported:
            yield from _check_text(policy, node)
        for condition in statement.conditions:
            if condition.operator and not condition.operator.startswith(("String", "Arn")):
                for value in condition.values:
                    if any(True for _ in variables(value)):
                        yield finding("INVALID_VARIABLE_FOR_OPERATOR", value, condition.operator_node)


def variables(node: Node) -> Iterator[tuple[Location, str | None]]:
    """Find the place of each variable, and what is between its braces; None without a closing one."""
    for start in _START.finditer(node.text):
        end = node.text.find("}", start.end())
        if end < 0:
            yield Location.of(node, (start.start(), len(node.text) - start.start())), None
        else:
            yield Location.of(node, (start.start(), end + 1 - start.start())), node.text[start.end() : end]


def _text(node: Node | None, place: Location) -> str:
    start, length = place.substring or (0, 0)
    return node.text[start : start + length] if node else ""


def _check_text(policy: PolicyView, node: Node) -> Findings:
    for place, inner in variables(node):
        if inner in _SPECIAL:
            continue
        if inner is None:
            yield finding("MISSING_BRACE_IN_VARIABLE", place)
            continue
        name, comma, default = inner.partition(",")
        default = default.strip()
        if not name.strip():
            yield finding("EMPTY_VARIABLE", place)
        elif " " in name.strip():
            yield finding("UNSUPPORTED_SPACE_IN_VARIABLE", place)
        elif comma and not (len(default) > 1 and default.startswith("'") and default.endswith("'")):
            yield finding("MISSING_QUOTE_IN_VARIABLE", place)
        elif not policy.has_variables:
            yield finding("VARIABLE_UNSUPPORTED_IN_VERSION", place)
