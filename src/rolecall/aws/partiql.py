"""Statements of PartiQL for DynamoDB: what they do, to which table or index, under which condition.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rolecall.aws._partiql_reader import MalformedStatement, Reader, Value

__all__ = ["MalformedStatement", "Statement", "parse", "statements"]

_COMPARISONS = {"=": "=", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "<>": "<>", "!=": "<>"}
_TOP_LEVEL = re.compile(r"(?<!\.)#n\d+")
_FUNCTIONS = ("attribute_type", "begins_with", "contains")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, with its condition as an expression of DynamoDB.

    Parameters
    ----------
    verb
        ``SELECT``, ``EXISTS``, ``INSERT``, ``UPDATE``, or ``DELETE``.
    table, index
        The table, and the index if there is one.
    condition
        The condition after WHERE; empty if there is none.
    names, values
        What stands for the placeholders in the condition, the projection, and the update.
    equal
        The attributes that the condition compares with a list of values, so that nothing else is read.
    projection
        The placeholders of the selected attributes; empty for all.
    update
        The update expression.
    item
        The item to insert.
    returning
        ``ReturnValues`` of the native operation, such as ``ALL_OLD``.
    order
        The attributes to sort by, and whether the order is descending.
    """

    verb: str
    table: str
    index: str = ""
    condition: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)
    equal: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    projection: tuple[str, ...] = ()
    update: str = ""
    item: Mapping[str, Value] = field(default_factory=dict)
    returning: str = ""
    order: tuple[tuple[str, bool], ...] = ()

    @property
    def action(self) -> str:
        """The IAM action that the statement requires.

        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
        """
        return f"dynamodb:PartiQL{'Select' if self.verb == 'EXISTS' else self.verb.capitalize()}"

    @property
    def attributes(self) -> tuple[str, ...]:
        """The top-level attributes that the statement names."""
        text = " ".join([self.condition, self.update, *self.projection])
        return tuple(dict.fromkeys([*(self.names[one] for one in _TOP_LEVEL.findall(text)), *self.item]))


def statements(parameters: Mapping[str, Any]) -> list[Statement]:
    """Parse all statements of a request, without those that are malformed.

    Parameters
    ----------
    parameters
        Those of ExecuteStatement, BatchExecuteStatement, or ExecuteTransaction.
    """
    given = [
        parameters,
        *(parameters.get("Statements") or ()),
        *(parameters.get("TransactStatements") or ()),
    ]
    found = []
    for one in given:
        if isinstance(one, Mapping) and isinstance(text := one.get("Statement"), str):
            try:
                found.append(parse(text, one.get("Parameters") or ()))
            except MalformedStatement:
                continue
    return found


def parse(text: str, parameters: Sequence[Value] | None = None) -> Statement:
    """Parse one statement.

    Parameters
    ----------
    text
        The statement.
    parameters
        The values of its question marks, in their order; None if only its verb and table are of interest.

    Raises
    ------
    MalformedStatement
        If it isn't a statement of PartiQL for DynamoDB, or if the number of parameters is wrong.
    """
    parser = _Parser(text, None if parameters is None else list(parameters))
    statement = parser.statement()
    if parser.parameters:
        raise MalformedStatement("Number of parameters in request and statement don't match.")
    return statement


Equal = dict[str, list[Value]]


class _Parser(Reader):
    """A recursive descent parser."""

    # Statements.

    def statement(self) -> Statement:
        if self.take("EXISTS", "("):
            self.require("SELECT")
            found = self._select("EXISTS")
            self.require(")")
        elif self.take("SELECT"):
            found = self._select("SELECT")
        elif self.take("INSERT", "INTO"):
            found = self._insert()
        elif self.take("UPDATE"):
            found = self._update()
        elif self.take("DELETE", "FROM"):
            found = self._delete()
        else:
            self.fail("Expected a statement")
        if self.peek():
            self.fail("Expected the end of the statement")
        return found

    def _select(self, verb: str) -> Statement:
        projection: list[str] = []
        if not self.take("*"):
            projection.append(self.path())
            while self.take(","):
                projection.append(self.path())
        self.require("FROM")
        table = self.table()
        index = self.table() if self.take(".") else ""
        condition, equal = self._where()
        return Statement(
            verb,
            table,
            index,
            condition,
            self.names,
            self.values,
            equal,
            tuple(projection),
            order=tuple(self._order()),
        )

    def _order(self) -> Iterator[tuple[str, bool]]:
        if self.take("ORDER", "BY"):
            while True:
                name = self.identifier()
                descending = self.take("DESC")
                yield name, descending or (self.take("ASC") and False)
                if not self.take(","):
                    return

    def _insert(self) -> Statement:
        table = self.table()
        self.require("VALUE")
        item = self.value()
        if "M" not in item:
            self.fail("Expected a tuple")
        return Statement("INSERT", table, item=item["M"])

    def _update(self) -> Statement:
        table = self.table()
        clauses: dict[str, list[str]] = {"SET": [], "REMOVE": []}
        while (word := self.peek().upper()) in clauses:
            self.take_next()
            while True:
                clauses[word].append(self._assignment() if word == "SET" else self.path())
                if not self.take(","):
                    break
        if not any(clauses.values()):
            self.fail("Expected SET or REMOVE")
        update = " ".join(f"{word} {', '.join(parts)}" for word, parts in clauses.items() if parts)
        condition, equal = self._where()
        returning = self._returning()
        return Statement(
            "UPDATE",
            table,
            "",
            condition,
            self.names,
            self.values,
            equal,
            update=update,
            returning=returning,
        )

    def _assignment(self) -> str:
        path = self.path()
        self.require("=")
        text = self._operand()
        while self.peek() in ("+", "-"):
            text += f" {self.take_next()} {self._operand()}"
        return f"{path} = {text}"

    def _delete(self) -> Statement:
        table = self.table()
        condition, equal = self._where()
        returning = self._returning()
        return Statement(
            "DELETE", table, "", condition, self.names, self.values, equal, returning=returning
        )

    def _returning(self) -> str:
        if not self.take("RETURNING"):
            return ""
        scope, when = self.take_next().upper(), self.take_next().upper()
        self.require("*")
        if (scope, when) not in (("ALL", "OLD"), ("ALL", "NEW"), ("MODIFIED", "OLD"), ("MODIFIED", "NEW")):
            self.fail("Expected ALL or MODIFIED with OLD or NEW")
        return f"{'UPDATED' if scope == 'MODIFIED' else 'ALL'}_{when}"

    # Conditions. Each returns the expression, and the attributes that it limits to some values.

    def _where(self) -> tuple[str, Equal]:
        return self._or() if self.take("WHERE") else ("", {})

    def _or(self) -> tuple[str, Equal]:
        text, equal = self._and()
        while self.take("OR"):
            other, further = self._and()
            text = f"{text} OR {other}"
            equal = {name: equal[name] + further[name] for name in equal if name in further}
        return text, equal

    def _and(self) -> tuple[str, Equal]:
        text, equal = self._not()
        while self.take("AND"):
            other, further = self._not()
            text = f"{text} AND {other}"
            equal = {**further, **equal}
        return text, equal

    def _not(self) -> tuple[str, Equal]:
        if self.take("NOT"):
            self.enter()
            text = f"NOT {self._not()[0]}"
            self.depth -= 1
            return text, {}
        if self.peek() != "(":
            return self._predicate()
        self.take_next()
        self.enter()
        text, equal = self._or()
        self.require(")")
        self.depth -= 1
        return f"({text})", equal

    def _predicate(self) -> tuple[str, Equal]:
        if self.peek().lower() in _FUNCTIONS and self.peek(1) == "(":
            return self._function(), {}
        left = self._operand()
        if self.take("IS"):
            negated = self.take("NOT")
            if self.take("MISSING"):
                return f"attribute_{'' if negated else 'not_'}exists({left})", {}
            self.require("NULL")
            text = f"attribute_type({left}, {self.placeholder({'S': 'NULL'})})"
            return (f"NOT {text}" if negated else text), {}
        if self.take("BETWEEN"):
            low = self._operand()
            self.require("AND")
            return f"{left} BETWEEN {low} AND {self._operand()}", {}
        if self.take("IN"):
            values = self._list()
            return f"{left} IN ({', '.join(values)})", self._limits(left, values)
        comparison = _COMPARISONS.get(self.peek())
        if comparison is None:
            self.fail("Expected a comparison")
        self.take_next()
        right = self._operand()
        equal = self._limits(left, [right]) or self._limits(right, [left]) if comparison == "=" else {}
        return f"{left} {comparison} {right}", equal

    def _limits(self, name: str, values: list[str]) -> Equal:
        if name in self.names and all(value in self.values for value in values):
            return {self.names[name]: [self.values[value] for value in values]}
        return {}

    def _function(self) -> str:
        name = self.take_next().lower()
        self.require("(")
        first = self._operand()
        self.require(",")
        second = self._operand()
        self.require(")")
        return f"{name}({first}, {second})"

    def _list(self) -> list[str]:
        close = ")" if self.take("(") else "]"
        if close == "]":
            self.require("[")
        found = [self._operand()]
        while self.take(","):
            found.append(self._operand())
        self.require(close)
        return found

    def _operand(self) -> str:
        """Return a path or the placeholder of a value, or a function of one."""
        token = self.peek()
        if token.lower() in ("size", "list_append") and self.peek(1) == "(":
            name = self.take_next().lower()
            self.take_next()
            arguments = [self._operand()]
            while self.take(","):
                arguments.append(self._operand())
            self.require(")")
            return f"{name}({', '.join(arguments)})"
        if token[:1] in "'?[{<-" or token[:1].isdigit() or token.lower() in ("true", "false", "null"):
            return self.placeholder(self.value())
        return self.path()
