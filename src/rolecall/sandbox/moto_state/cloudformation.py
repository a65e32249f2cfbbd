"""CloudFormation stacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rolecall.sandbox.moto_state._backends import backend


@dataclass(frozen=True, slots=True)
class StackFacts:
    """What CloudFormation keeps of a stack for later operations.

    Parameters
    ----------
    arn
        Its ARN, which is its ID.
    role
        The ARN of its service role; None if CloudFormation uses the permissions of the caller.
    template
        The text of its template.
    tags
        Its tags.
    status
        Its status, such as ``CREATE_COMPLETE``.
    """

    arn: str
    role: str | None
    template: str
    tags: Mapping[str, str]
    status: str


def stack_facts(account: str, region: str, name: str) -> StackFacts | None:
    """Return a stack that isn't deleted, by its name or ARN; None if there is none."""
    for stack in list(backend("cloudformation", account, region).stacks.values()):
        if name in (stack.name, stack.stack_id):
            text = stack.template if isinstance(stack.template, str) else ""
            return StackFacts(
                str(stack.stack_id), stack.role_arn, text, dict(stack.tags), str(stack.status)
            )
    return None


def stack_arn(account: str, region: str, name: str) -> str | None:
    """Return the ARN of a stack, by its name or the ARN of a change set; None if there is none."""
    if stack := stack_facts(account, region, name):
        return stack.arn
    change_set = backend("cloudformation", account, region).change_sets.get(name)
    return str(change_set.stack_id) if change_set else None


def change_set_role(account: str, region: str, name: str, stack: str | None) -> str | None:
    """Return the ARN of the service role of a change set; None if it has none.

    Parameters
    ----------
    account, region
        Where it is.
    name
        Its name or its ARN.
    stack
        The name or the ARN of its stack, which a name requires.
    """
    for change_set in list(backend("cloudformation", account, region).change_sets.values()):
        by_name = name == change_set.change_set_name and stack in (
            change_set.stack_name,
            change_set.stack_id,
        )
        if by_name or name == change_set.change_set_id:
            role: str | None = change_set.role_arn
            return role
    return None
