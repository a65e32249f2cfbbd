"""What DynamoDB's batches, transactions, indexes and PartiQL ask of IAM.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/api-permissions-reference.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rolecall.aws.operations import Operation
from rolecall.aws.resources import Place

_PARTIQL = {
    "SELECT": "Select",
    "INSERT": "Insert",
    "UPDATE": "Update",
    "DELETE": "Delete",
    "EXISTS": "Select",
}
_STATEMENT = re.compile(
    r"^\s*(?P<verb>SELECT|INSERT|DELETE|EXISTS)\b.*?"
    r"\b(?:FROM|INTO)\s+[\"']?(?P<table>[\w.-]+)[\"']?(?:\.[\"']?(?P<index>[\w.-]+)[\"']?)?",
    re.IGNORECASE | re.DOTALL,
)
_UPDATE = re.compile(r"^\s*UPDATE\s+[\"']?(?P<table>[\w.-]+)", re.IGNORECASE)
_OF_TRANSACTION = {
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


def permissions(operation: Operation, place: Place) -> list[tuple[str, str]] | None:
    """The actions and ARNs of an operation that touches more than one table; None for the plain ones."""
    parameters = operation.parameters
    match operation.name:
        case "BatchGetItem" | "BatchWriteItem":
            tables = parameters.get("RequestItems") or {}
            return [(f"dynamodb:{operation.name}", _table(name, place)) for name in tables]
        case "TransactGetItems" | "TransactWriteItems":
            return list(_transaction(parameters.get("TransactItems") or [], place))
        case "ExecuteStatement":
            return [_partiql(operation.text("Statement") or "", place)]
        case "BatchExecuteStatement":
            return [
                _partiql(str(one.get("Statement")), place) for one in parameters.get("Statements") or []
            ]
        case "ExecuteTransaction":
            statements = parameters.get("TransactStatements") or []
            return [_partiql(str(one.get("Statement")), place) for one in statements]
        case "Query" | "Scan" if operation.text("IndexName"):
            table = _table(operation.text("TableName") or "", place)
            return [(f"dynamodb:{operation.name}", f"{table}/index/{operation.text('IndexName')}")]
    return None


def _table(name: str, place: Place) -> str:
    return (
        name if name.startswith("arn:") else f"arn:aws:dynamodb:{place.region}:{place.account}:table/{name}"
    )


def _transaction(items: list[dict[str, Any]], place: Place) -> Iterator[tuple[str, str]]:
    for item in items:
        for kind, action in _OF_TRANSACTION.items():
            if item.get(kind):
                yield f"dynamodb:{action}", _table(str(item[kind].get("TableName")), place)


def _partiql(statement: str, place: Place) -> tuple[str, str]:
    if match := _UPDATE.match(statement):
        return "dynamodb:PartiQLUpdate", _table(match["table"], place)
    match = _STATEMENT.match(statement)
    if match is None:
        return "dynamodb:PartiQLSelect", "*"
    table = _table(match["table"], place)
    index = f"/index/{match['index']}" if match["index"] else ""
    return f"dynamodb:PartiQL{_PARTIQL[match['verb'].upper()]}", table + index
