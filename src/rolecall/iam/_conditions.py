"""Evaluate the `Condition` element: operators, set operators, `…IfExists`, and missing keys.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rolecall.iam._arns import compile_arn_like
from rolecall.iam._condition_values import (
    read_address,
    read_binary,
    read_instant,
    read_network,
    read_number,
)
from rolecall.iam._glob import Predicate, Token, compile_tokens
from rolecall.iam._variables import Context, Template, plain

Quantifier = Literal["", "ForAllValues", "ForAnyValue"]
_Compiler = Callable[[tuple[Token, ...]], Predicate]


@dataclass(frozen=True, slots=True)
class Operator:
    """One row of the operators page.

    Parameters
    ----------
    name
        The operator as AWS spells it.
    compile
        A function that compiles a value of the policy into a predicate for values of the request.
    negated
        Whether the operator is true if its predicate is false, as in StringNotEquals.
    variables, wildcards
        Whether the values may have policy variables and wildcards.
    """

    name: str
    compile: _Compiler
    negated: bool = False
    variables: bool = False
    wildcards: bool = False


def _never(value: str) -> bool:
    return False


def _equals(parts: tuple[Token, ...]) -> Predicate:
    return plain(parts).__eq__


def _equals_ignoring_case(parts: tuple[Token, ...]) -> Predicate:
    expected = plain(parts).casefold()
    return lambda value: value.casefold() == expected


_COMPARISONS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "Equals": lambda value, limit: value == limit,
    "LessThan": lambda value, limit: value < limit,
    "LessThanEquals": lambda value, limit: value <= limit,
    "GreaterThan": lambda value, limit: value > limit,
    "GreaterThanEquals": lambda value, limit: value >= limit,
}


def _comparing(read: Callable[[str], Decimal | None], comparison: str) -> _Compiler:
    holds = _COMPARISONS[comparison]

    def compile_value(parts: tuple[Token, ...]) -> Predicate:
        limit = read(plain(parts))
        if limit is None:
            return _never

        def matches(value: str) -> bool:
            number = read(value)
            return number is not None and holds(number, limit)

        return matches

    return compile_value


def _boolean(parts: tuple[Token, ...]) -> Predicate:
    expected = plain(parts).strip().lower()
    if expected not in ("true", "false"):
        return _never
    return lambda value: value.strip().lower() == expected


def _binary(parts: tuple[Token, ...]) -> Predicate:
    expected = read_binary(plain(parts))
    if expected is None:
        return _never
    return lambda value: read_binary(value) == expected


def _ip_range(parts: tuple[Token, ...]) -> Predicate:
    network = read_network(plain(parts))
    if network is None:
        return _never

    def matches(value: str) -> bool:
        address = read_address(value)
        return address is not None and address in network

    return matches


def _operators() -> dict[str, Operator]:
    def pair(
        positive: str, negative: str, compile_value: _Compiler, variables: bool, wildcards: bool
    ) -> None:
        for name, negated in ((positive, False), (negative, True)):
            table.append(Operator(name, compile_value, negated, variables, wildcards))

    table: list[Operator] = []
    pair("StringEquals", "StringNotEquals", _equals, True, False)
    pair("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", _equals_ignoring_case, True, False)
    pair("StringLike", "StringNotLike", compile_tokens, True, True)
    pair("ArnEquals", "ArnNotEquals", compile_arn_like, True, True)
    pair("ArnLike", "ArnNotLike", compile_arn_like, True, True)
    pair("IpAddress", "NotIpAddress", _ip_range, False, False)
    for family, read in (("Numeric", read_number), ("Date", read_instant)):
        pair(f"{family}Equals", f"{family}NotEquals", _comparing(read, "Equals"), False, False)
        for comparison in list(_COMPARISONS)[1:]:
            table.append(Operator(family + comparison, _comparing(read, comparison)))
    # According to the operators page, Bool accepts a policy variable.
    table.append(Operator("Bool", _boolean, variables=True))
    table.append(Operator("BinaryEquals", _binary))
    return {operator.name.lower(): operator for operator in table}


OPERATORS = _operators()


@dataclass(frozen=True, slots=True)
class Null:
    """The operator `Null`: "true" requires that the key is absent, "false" that it is present."""

    key: str
    values: tuple[str, ...]
    name: str = "Null"

    def holds(self, context: Context) -> bool:
        absent = not context.get(self.key.lower())
        return any(value.strip().lower() == ("true" if absent else "false") for value in self.values)


@dataclass(frozen=True, slots=True)
class ConditionTest:
    """One operator on one condition key, with its values.

    Parameters
    ----------
    name
        The operator as the policy spells it, with set operator and `IfExists`.
    key
        The condition key as the policy spells it; the lookup ignores case.
    values
        The values as the policy spells them.
    operator, quantifier, if_exists
        The parts of `name`.
    templates
        The values, with their variables.
    fixed
        The compiled values if none has a variable; else None.
    lookup
        The condition key in lower case.
    """

    name: str
    key: str
    values: tuple[str, ...]
    operator: Operator
    quantifier: Quantifier
    if_exists: bool
    templates: tuple[Template, ...]
    fixed: tuple[Predicate, ...] | None
    lookup: str

    @classmethod
    def build(
        cls,
        name: str,
        key: str,
        values: tuple[str, ...],
        *,
        operator: Operator,
        quantifier: Quantifier,
        if_exists: bool,
        variables: bool,
    ) -> ConditionTest:
        """Compile the values; `variables` says whether the document's Version has policy variables."""
        templates = tuple(
            Template.parse(
                value,
                variables=variables and operator.variables,
                wildcards=operator.wildcards,
            )
            for value in values
        )
        fixed = None
        if not any(template.has_variables for template in templates):
            fixed = tuple(operator.compile(template.resolve({}) or ()) for template in templates)
        return cls(name, key, values, operator, quantifier, if_exists, templates, fixed, key.lower())

    def holds(self, context: Context) -> bool:
        """Return whether the condition is true for the request's context (keys in lower case)."""
        present = context.get(self.lookup) or None
        if present is None and self.if_exists:
            return True
        if self.quantifier:
            # For a set operator, a key with an empty string is an empty set.
            present = tuple(value for value in present or () if value != "")
            if not present:
                return self.quantifier == "ForAllValues"
        elif present is None:
            return self.operator.negated and self._predicates(context) is not None
        predicates = self._predicates(context)
        if predicates is None:
            return False
        matched = (any(test(value) for test in predicates) for value in present)
        negated = self.operator.negated
        if self.quantifier == "ForAllValues":
            return all(one is not negated for one in matched)
        if self.quantifier == "ForAnyValue":
            return any(one is not negated for one in matched)
        return any(matched) is not negated

    def _predicates(self, context: Context) -> tuple[Predicate, ...] | None:
        """Return the compiled values; None if a negated operator has a variable without a value.

        If a variable can't be resolved, "any attempt to match it fails": a positive operator ignores that
        value, and a negated operator is false.
        """
        if self.fixed is not None:
            return self.fixed
        predicates: list[Predicate] = []
        for template in self.templates:
            resolved = template.resolve(context)
            if resolved is not None:
                predicates.append(self.operator.compile(resolved))
            elif self.operator.negated:
                return None
        return tuple(predicates)


Condition = ConditionTest | Null
_PREFIXES: tuple[Quantifier, ...] = ("ForAllValues", "ForAnyValue")


def parse_operator(name: str) -> tuple[Quantifier, Operator | None, bool] | None:
    """Split the name of an operator into its parts.

    Returns
    -------
    tuple or None
        The set operator, the operator (None for `Null`), and whether it ends with `IfExists`. None if AWS
        has no such operator.
    """
    quantifier: Quantifier = ""
    rest = name
    prefix, colon, tail = name.partition(":")
    if colon:
        for known in _PREFIXES:
            if prefix.lower() == known.lower():
                quantifier, rest = known, tail
                break
        else:
            return None
    if rest.lower() == "null":
        return None if quantifier else ("", None, False)
    if_exists = rest.lower().endswith("ifexists")
    if if_exists:
        rest = rest[: -len("IfExists")]
    operator = OPERATORS.get(rest.lower())
    return None if operator is None else (quantifier, operator, if_exists)
