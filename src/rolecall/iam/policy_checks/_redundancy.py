"""Find actions, resources, and statements that another one includes."""

from __future__ import annotations

import json
from collections.abc import Iterator

from rolecall.iam.policy_checks._findings import Findings, finding
from rolecall.iam.policy_checks._nodes import Node
from rolecall.iam.policy_checks._patterns import includes
from rolecall.iam.policy_checks._view import PolicyView, Statement


def check(policy: PolicyView) -> Findings:
    """Find what can be removed without a change of permissions."""
    for statement in policy.statements:
        for group in _included(statement.actions, ignore_case=True):
            yield finding("REDUNDANT_ACTION", *group, count=len(group), action=_removable(group))
        for group in _included(statement.resources, ignore_case=False):
            yield finding("REDUNDANT_RESOURCE", *group, count=len(group), resource=_removable(group))
    yield from _statements(policy.statements)


def _included(nodes: tuple[Node, ...], *, ignore_case: bool) -> Iterator[list[Node]]:
    """Yield groups of texts that the widest of the group includes, in their order."""
    texts = {node: node.text.lower() if ignore_case else node.text for node in nodes}
    left = list(nodes)
    while left:
        widest = left[0]
        for node in left[1:]:
            if includes(texts[node], texts[widest]) and texts[node] != texts[widest]:
                widest = node
        group = [node for node in left if includes(texts[widest], texts[node])]
        left = [node for node in left if node not in group]
        if len(group) > 1:
            yield group


def _removable(group: list[Node]) -> str:
    """Return the first text that another one of the group includes."""
    return next(
        node.text
        for node in group
        if any(other is not node and includes(other.text, node.text) for other in group)
    )


def _statements(statements: tuple[Statement, ...]) -> Findings:
    by_content: dict[str, list[Node]] = {}
    for one in statements:
        by_content.setdefault(_content(one), []).append(one.node)
    for nodes in by_content.values():
        if len(nodes) > 1:
            yield finding("REDUNDANT_STATEMENT", *nodes)


def _content(statement: Statement) -> str:
    """Return a statement without its Sid, with lists of texts in one order."""
    content = {key.text: value.plain() for key, value in statement.node.members if key.text != "Sid"}
    return json.dumps(_ordered(content), sort_keys=True)


def _ordered(value: object) -> object:
    if isinstance(value, dict):
        return {key: _ordered(one) for key, one in value.items()}
    if isinstance(value, list):
        return sorted((_ordered(one) for one in value), key=json.dumps)
    return [value]
