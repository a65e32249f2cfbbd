"""Changes to moto's CloudFormation, so that each resource of a stack is decided before moto creates it.

moto creates resources one after the other, but neither decides about them nor rolls back. With these
changes, every resource is created, updated, or deleted by an `Authority`; if one fails, the events of the
stack say why, and the stack is rolled back as its options say.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
"""

from __future__ import annotations

from rolecall.sandbox.moto_stacks._resources import Authority, StepFailed, acting_as, handler_message
from rolecall.sandbox.moto_stacks._stacks import patch_cloudformation
from rolecall.sandbox.moto_stacks._templates import parse_template

__all__ = [
    "Authority",
    "StepFailed",
    "acting_as",
    "handler_message",
    "parse_template",
    "patch_cloudformation",
]
