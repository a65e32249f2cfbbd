"""The condition keys of DynamoDB that limit access to items and attributes.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rolecall.aws.operations import Operation
from rolecall.aws.partiql import statements

Keys = dict[str, str | list[str]]

# A match starts at the beginning of a word and gives nothing back, so that no text takes quadratic time.
_EQUALS = re.compile(r"(?<![\w.-])(#?[\w.-]++)\s*+=\s*+(:\w+)")
_NAME = re.compile(r"#?[A-Za-z_][\w.-]*")
_READS = ("GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems")
_EXPRESSIONS = (
    "ProjectionExpression",
    "KeyConditionExpression",
    "FilterExpression",
    "UpdateExpression",
    "ConditionExpression",
)
# Operators and functions in expressions, which look like names of attributes.
_KEYWORDS_AND_FUNCTIONS = frozenset(
    {
        *("and", "or", "not", "between", "in", "set", "remove", "add", "delete", "true", "false", "null"),
        *("attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size"),
        *("if_not_exists", "list_append"),
    }
)


def condition_keys(operation: Operation, action: str, arn: str, partition_key: str | None) -> Keys:
    """Return the condition keys for one table or index of a request.

    Parameters
    ----------
    operation
        The operation.
    action
        The IAM action; statements of PartiQL in one request can require different ones.
    arn
        The ARN of the table or index.
    partition_key
        The name of its partition key; ``None`` if there is no such table.
    """
    keys: Keys = {}
    if operation.name in _ENCLOSING:
        keys["dynamodb:EnclosingOperation"] = operation.name
    if operation.name in _PARTIQL:
        return keys | _of_statements(operation, action, arn, partition_key)
    requests = list(_requests(operation, _table_name(arn)))
    values = [value for one in requests for value in _partition_values(one, partition_key)]
    if values:
        keys["dynamodb:LeadingKeys"] = list(dict.fromkeys(values))
    attributes = [name for one in requests for name in _attributes(one)]
    if attributes:
        keys["dynamodb:Attributes"] = list(dict.fromkeys(attributes))
    if operation.name in _READS:
        keys["dynamodb:Select"] = _select(operation, requests, on_index="/index/" in arn)
    return keys


_ENCLOSING = ("TransactGetItems", "TransactWriteItems", "ExecuteTransaction", "BatchExecuteStatement")


_PARTIQL = ("ExecuteStatement", "ExecuteTransaction", "BatchExecuteStatement")


def _of_statements(operation: Operation, action: str, arn: str, partition_key: str | None) -> Keys:
    """Return the keys of the PartiQL statements that require an action on a table or index.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
    """
    found = [
        one
        for one in statements(operation.parameters)
        if one.action == action and _place(arn) == (_place(one.table)[0], one.index)
    ]
    keys: Keys = {}
    attributes = [name for one in found for name in one.attributes]
    if attributes:
        keys["dynamodb:Attributes"] = list(dict.fromkeys(attributes))
    if partition_key:
        values = [value for one in found for value in one.equal.get(partition_key, ())]
        values += [one.item[partition_key] for one in found if partition_key in one.item]
        if values:
            keys["dynamodb:LeadingKeys"] = list(dict.fromkeys(map(_plain, values)))
    returned = [one.returning for one in found if one.returning]
    if returned:
        keys["dynamodb:ReturnValues"] = returned[0]
    if action == "dynamodb:PartiQLSelect":
        scans = any(partition_key not in one.equal for one in found if one.verb == "SELECT")
        keys["dynamodb:FullTableScan"] = "true" if scans else "false"
        all_of_it = "ALL_PROJECTED_ATTRIBUTES" if "/index/" in arn else "ALL_ATTRIBUTES"
        projected = all(one.projection for one in found)
        keys["dynamodb:Select"] = "SPECIFIC_ATTRIBUTES" if projected else all_of_it
    return keys


def _place(arn: str) -> tuple[str, str]:
    """Return the names of the table and the index in an ARN; a table's name stays as it is."""
    table, _, index = arn.rpartition(":table/")[2].partition("/index/")
    return table, index


def _table_name(arn: str) -> str:
    return arn.partition(":table/")[2].partition("/")[0]


def _requests(operation: Operation, table: str) -> Iterator[Mapping[str, Any]]:
    """Yield what a request asks of one table, each in the form of the operation on a single item."""
    parameters = operation.parameters
    for name, request in (parameters.get("RequestItems") or {}).items():
        if _same_table(name, table):
            if isinstance(request, Mapping):
                yield from ({**request, "Key": item_key} for item_key in request.get("Keys") or [])
            else:
                yield from (write for one in request for write in one.values())
    for item in parameters.get("TransactItems") or []:
        for action in item.values():
            if action and _same_table(action.get("TableName", ""), table):
                yield action
    if "TableName" in parameters:
        yield parameters


def _same_table(name: str, table: str) -> bool:
    return name.rpartition("/")[2] == table


def _partition_values(request: Mapping[str, Any], partition_key: str | None) -> Iterator[str]:
    if partition_key is None:
        return
    for parameter in ("Key", "Item"):
        if value := (request.get(parameter) or {}).get(partition_key):
            yield _plain(value)
    condition = (request.get("KeyConditions") or {}).get(partition_key)
    if condition:
        yield from (_plain(value) for value in condition.get("AttributeValueList") or [])
    names = request.get("ExpressionAttributeNames") or {}
    values = request.get("ExpressionAttributeValues") or {}
    for left, right in _EQUALS.findall(str(request.get("KeyConditionExpression") or "")):
        if names.get(left, left) == partition_key and right in values:
            yield _plain(values[right])


def _plain(value: Mapping[str, Any]) -> str:
    """Return an attribute value without its type."""
    content = next(iter(value.values()))
    return content.decode("latin-1") if isinstance(content, bytes) else str(content)


def _attributes(request: Mapping[str, Any]) -> Iterator[str]:
    """Yield the top-level attributes that a request names."""
    names = request.get("ExpressionAttributeNames") or {}
    for parameter in (
        "Key",
        "Item",
        "AttributeUpdates",
        "Expected",
        "KeyConditions",
        "QueryFilter",
        "ScanFilter",
    ):
        yield from request.get(parameter) or {}
    yield from request.get("AttributesToGet") or []
    for parameter in _EXPRESSIONS:
        if not (expression := request.get(parameter)):
            continue
        text = re.sub(r":\w+", " ", str(expression))
        for match in _NAME.finditer(text):
            name = match[0].partition(".")[0]
            if name.lower() not in _KEYWORDS_AND_FUNCTIONS:
                yield names.get(name, name)


def _select(operation: Operation, requests: list[Mapping[str, Any]], *, on_index: bool) -> str:
    """Return the ``Select`` parameter, or what it defaults to.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html#DDB-Query-request-Select
    """
    if given := operation.text("Select"):
        return given
    if requests and all(one.get("ProjectionExpression") or one.get("AttributesToGet") for one in requests):
        return "SPECIFIC_ATTRIBUTES"
    return "ALL_PROJECTED_ATTRIBUTES" if on_index else "ALL_ATTRIBUTES"
