"""A compiled statement: whether it applies to a request, and which element says no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rolecall.iam._arns import compile_resource
from rolecall.iam._conditions import Condition, ConditionTest
from rolecall.iam._glob import Predicate, compile_glob
from rolecall.iam._principals import Grant, PrincipalElement
from rolecall.iam._requests import Request
from rolecall.iam._variables import Template

Effect = Literal["Allow", "Deny"]


@dataclass(frozen=True, slots=True)
class ActionElement:
    """A compiled `Action` or `NotAction`; actions compare without regard to case."""

    values: tuple[str, ...]
    negated: bool
    exact: frozenset[str]
    patterns: tuple[Predicate, ...]

    @classmethod
    def build(cls, values: tuple[str, ...], *, negated: bool) -> ActionElement:
        lowered = [value.lower() for value in values]
        return cls(
            values,
            negated,
            frozenset(value for value in lowered if "*" not in value and "?" not in value),
            tuple(compile_glob(value) for value in lowered if "*" in value or "?" in value),
        )

    def matches(self, request: Request) -> bool:
        action = request.action_lower
        listed = action in self.exact or any(test(action) for test in self.patterns)
        return listed is not self.negated


@dataclass(frozen=True, slots=True)
class ResourceElement:
    """A compiled `Resource` or `NotResource`."""

    values: tuple[str, ...]
    negated: bool
    fixed: tuple[Predicate, ...]
    templates: tuple[Template, ...]

    @classmethod
    def build(cls, values: tuple[str, ...], *, negated: bool, variables: bool) -> ResourceElement:
        parsed = [Template.parse(value, variables=variables, wildcards=True) for value in values]
        return cls(
            values,
            negated,
            tuple(compile_resource(t.resolve({}) or ()) for t in parsed if not t.has_variables),
            tuple(t for t in parsed if t.has_variables),
        )

    def matches(self, request: Request) -> bool:
        resource = request.resource
        listed = any(test(resource) for test in self.fixed)
        for template in self.templates:
            resolved = template.resolve(request.context)
            if resolved is not None:
                listed = listed or compile_resource(resolved)(resource)
            elif self.negated:
                # A variable without a value makes the element not match.
                return False
        return listed is not self.negated


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy, compiled.

    Parameters
    ----------
    index
        Its place in the document, from 0.
    sid
        Its Sid, if it has one.
    """

    index: int
    sid: str | None
    effect: Effect
    action: ActionElement
    resource: ResourceElement | None
    principal: PrincipalElement | None
    conditions: tuple[Condition, ...]

    @property
    def label(self) -> str:
        """How messages name the statement: its Sid, or its place counted from 1."""
        return f'"{self.sid}"' if self.sid else f"{self.index + 1}"

    def grant(self, request: Request, *, bounded: bool = False) -> Grant:
        """NONE when the statement does not apply; else how far it reaches.

        A statement without principal (identity-based policies) reaches as far as can be.

        Parameters
        ----------
        bounded
            Whether the caller has a permissions boundary.
        """
        if not self.action.matches(request):
            return Grant.NONE
        if self.resource is not None and not self.resource.matches(request):
            return Grant.NONE
        reach = Grant.DIRECT
        if self.principal is not None:
            reach = self._reach(self.principal, request, bounded)
            if reach is Grant.NONE:
                return Grant.NONE
        context = request.context
        for condition in self.conditions:
            if not condition.holds(context):
                return Grant.NONE
        return reach

    def _reach(self, principal: PrincipalElement, request: Request, bounded: bool) -> Grant:
        denying = self.effect == "Deny"
        if bounded and denying and principal.negated:
            # Whatever NotPrincipal lists, its Deny falls on every principal that has a boundary.
            # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
            return Grant.DIRECT
        return principal.grant(request.caller, request.context, denying=denying)

    def failures(self, request: Request, *, bounded: bool = False) -> tuple[Failure, ...]:
        """Every element that keeps the statement from applying, in the order a reader would check."""
        failed: list[Failure] = []
        if self.principal is not None and self._reach(self.principal, request, bounded) is Grant.NONE:
            element = "NotPrincipal" if self.principal.negated else "Principal"
            failed.append(Failure(element, (self.principal.text,), (_who(request),)))
        if not self.action.matches(request):
            element = "NotAction" if self.action.negated else "Action"
            failed.append(Failure(element, self.action.values, (request.action,)))
        if self.resource is not None and not self.resource.matches(request):
            element = "NotResource" if self.resource.negated else "Resource"
            failed.append(Failure(element, self.resource.values, (request.resource,)))
        for condition in self.conditions:
            if not condition.holds(request.context):
                actual = request.context.get(condition.key.lower(), ())
                failed.append(Failure("Condition", condition.values, actual, condition.name, condition.key))
        return tuple(failed)


@dataclass(frozen=True, slots=True)
class Failure:
    """An element that did not match.

    Parameters
    ----------
    element
        Action, Resource, Principal, Condition or their Not forms.
    wanted
        What the policy says.
    actual
        What the request brought; empty when it lacks the condition key.
    operator, key
        For a condition, which one.
    """

    element: str
    wanted: tuple[str, ...]
    actual: tuple[str, ...]
    operator: str = ""
    key: str = ""

    def __str__(self) -> str:
        wanted = _listing(self.wanted)
        if self.element == "Condition":
            was = f"is {_listing(self.actual)}" if self.actual else "is not in the request"
            return f"Condition {self.operator} wants {self.key} {wanted}, and {self.key} {was}"
        if self.element.endswith("Principal"):
            verb = "spares" if self.element == "NotPrincipal" else "names"
            return f"{self.element} {verb} {wanted}, and the caller is {_listing(self.actual)}"
        verb = "leaves out" if self.element.startswith("Not") else "names"
        noun = "action" if "Action" in self.element else "resource"
        return f"{self.element} {verb} {wanted}, and the {noun} is {_listing(self.actual)}"


def _who(request: Request) -> str:
    return request.caller.name


def _listing(values: tuple[str, ...]) -> str:
    shown = ", ".join(value or '""' for value in values[:4])
    more = f" and {len(values) - 4} more" if len(values) > 4 else ""
    return (shown or "nothing") + more


__all__ = ["ActionElement", "Effect", "Failure", "ResourceElement", "Statement", "ConditionTest"]
