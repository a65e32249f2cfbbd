"""Compiled statements: whether one applies to a request, and which elements don't match."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rolecall.iam._arns import compile_resource
from rolecall.iam._conditions import Condition
from rolecall.iam._glob import Predicate, compile_glob
from rolecall.iam._principals import Grant, PrincipalElement
from rolecall.iam._requests import Request
from rolecall.iam._variables import Template

Effect = Literal["Allow", "Deny"]


@dataclass(frozen=True, slots=True)
class ActionElement:
    """A compiled `Action` or `NotAction`; it ignores case."""

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
                # With a variable that has no value, the element doesn't match.
                return False
        return listed is not self.negated


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy, compiled.

    Parameters
    ----------
    index
        The position in the document, counted from 0.
    sid
        The Sid, if there is one.
    effect
        Allow or Deny.
    action
        The `Action` or `NotAction`.
    resource
        The `Resource` or `NotResource`; None in a trust policy.
    principal
        The `Principal` or `NotPrincipal`; None in an identity-based policy.
    conditions
        The conditions, all of which must hold.
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
        """The name of the statement in messages: its Sid in quotes, or its position counted from 1."""
        return f'"{self.sid}"' if self.sid else f"{self.index + 1}"

    def grant(self, request: Request, *, has_boundary: bool = False) -> Grant:
        """Return how far the statement reaches for a request.

        Parameters
        ----------
        request
            The request.
        has_boundary
            Whether the caller has a permissions boundary.

        Returns
        -------
        Grant
            NONE if the statement doesn't apply. DIRECT if it applies and has no `Principal`.
        """
        if not self.action.matches(request):
            return Grant.NONE
        if self.resource is not None and not self.resource.matches(request):
            return Grant.NONE
        reach = Grant.DIRECT
        if self.principal is not None:
            reach = self._reach(self.principal, request, has_boundary)
            if reach is Grant.NONE:
                return Grant.NONE
        context = request.context
        for condition in self.conditions:
            if not condition.holds(context):
                return Grant.NONE
        return reach

    def _reach(self, principal: PrincipalElement, request: Request, has_boundary: bool) -> Grant:
        denying = self.effect == "Deny"
        if has_boundary and denying and principal.negated:
            # Deny with NotPrincipal applies to every principal that has a permissions boundary.
            # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
            return Grant.DIRECT
        return principal.grant(request.caller, request.context, denying=denying)

    def failures(self, request: Request, *, has_boundary: bool = False) -> tuple[Failure, ...]:
        """Return every element that doesn't match, in the order in which a reader checks them.

        Parameters
        ----------
        request
            The request.
        has_boundary
            Whether the caller has a permissions boundary.
        """
        failed: list[Failure] = []
        if self.principal is not None and self._reach(self.principal, request, has_boundary) is Grant.NONE:
            element = "NotPrincipal" if self.principal.negated else "Principal"
            failed.append(Failure(element, (self.principal.text,), (request.caller.name,)))
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
    """An element of a statement that didn't match.

    Parameters
    ----------
    element
        Action, NotAction, Resource, NotResource, Principal, NotPrincipal, or Condition.
    expected
        The values in the policy.
    actual
        The values in the request; empty if it lacks the condition key.
    operator, key
        For a condition, its operator and its condition key.
    """

    element: str
    expected: tuple[str, ...]
    actual: tuple[str, ...]
    operator: str = ""
    key: str = ""

    def __str__(self) -> str:
        expected, actual = _listing(self.expected), _listing(self.actual)
        if self.element == "Condition":
            found = f"is {actual}" if self.actual else "is not in the request"
            return f"Condition {self.operator} requires {self.key} {expected}, but {self.key} {found}"
        verb = "excludes" if self.element.startswith("Not") else "lists"
        noun = self.element.removeprefix("Not").lower().replace("principal", "caller")
        return f"{self.element} {verb} {expected}, but the {noun} is {actual}"


def _listing(values: tuple[str, ...]) -> str:
    shown = ", ".join(value or '""' for value in values[:4])
    more = f" and {len(values) - 4} more" if len(values) > 4 else ""
    return (shown or "nothing") + more
