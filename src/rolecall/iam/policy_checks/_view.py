"""What the checks read of a policy: its type, its statements, and their elements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from rolecall.iam._conditions import parse_operator
from rolecall.iam.policy_checks._nodes import Node

TRUST_POLICY = "AWS::IAM::AssumeRolePolicyDocument"


class PolicyKind(Enum):
    """The type of a policy, as ValidatePolicy takes it."""

    IDENTITY = "IDENTITY_POLICY"
    RESOURCE = "RESOURCE_POLICY"
    SCP = "SERVICE_CONTROL_POLICY"
    RCP = "RESOURCE_CONTROL_POLICY"


@dataclass(frozen=True)
class Condition:
    """One condition key below an operator.

    Parameters
    ----------
    operator_node, key_node
        The operator and the key, as keys of their objects.
    value
        What the key has as its value.
    quantifier
        ``ForAllValues``, ``ForAnyValue``, or empty.
    operator
        The operator without them, such as ``StringEquals`` or ``Null``; empty if AWS has no such operator.
    negated
        Whether the operator is a negated one, such as StringNotEquals.
    if_exists
        Whether the operator ends in ``IfExists``.
    """

    operator_node: Node
    key_node: Node
    value: Node
    quantifier: str
    operator: str
    negated: bool
    if_exists: bool

    @property
    def name(self) -> str:
        """The operator as it is written."""
        return self.operator_node.text

    @property
    def key(self) -> str:
        """The condition key as it is written."""
        return self.key_node.text

    @cached_property
    def lower(self) -> str:
        """The condition key in lower case."""
        return self.key.lower()

    @property
    def values(self) -> tuple[Node, ...]:
        """The values; a single one in a tuple."""
        return self.value.listed()


@dataclass(frozen=True)
class Statement:
    """A statement of a policy."""

    node: Node

    def element(self, name: str) -> Node | None:
        """Return an element, or None."""
        return self.node.get(name)

    def key(self, name: str) -> Node | None:
        """Return the name of an element as a node, or None."""
        return next((key for key, _ in self.node.members if key.text == name), None)

    @cached_property
    def effect(self) -> str:
        """Allow or Deny; empty if there is neither."""
        node = self.element("Effect")
        return node.text if node and node.text in ("Allow", "Deny") else ""

    @property
    def allows(self) -> bool:
        """Whether the effect is Allow."""
        return self.effect == "Allow"

    @cached_property
    def actions(self) -> tuple[Node, ...]:
        """The strings of Action or NotAction."""
        return self._texts("Action") or self._texts("NotAction")

    @cached_property
    def resources(self) -> tuple[Node, ...]:
        """The strings of Resource or NotResource."""
        return self._texts("Resource") or self._texts("NotResource")

    @property
    def has_not_action(self) -> bool:
        """Whether the statement has NotAction."""
        return self.element("NotAction") is not None

    @property
    def has_not_resource(self) -> bool:
        """Whether the statement has NotResource."""
        return self.element("NotResource") is not None

    @property
    def principal(self) -> Node | None:
        """The value of Principal or NotPrincipal."""
        return self.element("Principal") or self.element("NotPrincipal")

    def principals(self, kind: str) -> tuple[Node, ...]:
        """Return the strings below a key of Principal or NotPrincipal, such as AWS."""
        element = self.principal
        listed = element.get(kind) if element else None
        return tuple(one for one in listed.listed() if one.is_text) if listed else ()

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """The condition keys of all operators."""
        return tuple(self._conditions())

    def keys(self) -> frozenset[str]:
        """Return the condition keys, in lower case."""
        return frozenset(one.lower for one in self.conditions)

    def action_names(self) -> frozenset[str]:
        """Return the actions in lower case."""
        return frozenset(one.text.lower() for one in self.actions)

    def _texts(self, name: str) -> tuple[Node, ...]:
        node = self.element(name)
        return tuple(one for one in node.listed() if one.is_text) if node else ()

    def _conditions(self) -> Iterator[Condition]:
        block = self.element("Condition")
        for operator_node, keys in block.members if block else ():
            parsed = parse_operator(operator_node.text)
            quantifier, operator, if_exists = parsed or ("", None, False)
            name = operator.name if operator else ("Null" if parsed else "")
            for key_node, value in keys.members:
                negated = operator is not None and operator.negated
                yield Condition(operator_node, key_node, value, quantifier, name, negated, if_exists)


@dataclass(frozen=True)
class PolicyView:
    """A policy that is a JSON object.

    Parameters
    ----------
    root
        The document.
    text
        Its text.
    kind
        The type of the policy.
    resource_type
        The type of the resource that a resource-based policy is attached to; empty if it isn't known.
    """

    root: Node
    text: str
    kind: PolicyKind
    resource_type: str = ""

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """The statements that are objects."""
        node = self.root.get("Statement")
        return tuple(Statement(one) for one in node.listed() if one.kind == "Object") if node else ()

    @cached_property
    def is_trust_policy(self) -> bool:
        """Whether this is a role's trust policy: by its type, or by its actions without a resource."""
        if self.kind is not PolicyKind.RESOURCE or self.resource_type:
            return self.resource_type == TRUST_POLICY
        return bool(self.statements) and all(
            one.actions
            and not one.resources
            and all(action.text.lower().startswith("sts:") for action in one.actions)
            for one in self.statements
        )

    @property
    def has_variables(self) -> bool:
        """Whether the policy's version has policy variables."""
        version = self.root.get("Version")
        return version is not None and version.text == "2012-10-17"
