"""PartiQL for DynamoDB, performed with DynamoDB's other operations.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from rolecall.aws.errors import AwsError
from rolecall.aws.partiql import MalformedStatement, Statement, parse
from rolecall.sandbox import moto_app
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.responses import Result

_MALFORMED_KEY = "Where clause does not contain a mandatory equality on all key attributes"
_WITHOUT_KEY = (
    "Select statements within BatchExecuteStatement must specify the primary key in the where clause."
)
# DynamoDB's other operations name the table or the index after these.
_NOT_FOUND = "Requested resource not found"
_NO_INDEX = "The table does not have the specified index"
_MIXED = "Transaction contains both read and write operations. All operations must be one or the other."


class PartiqlStatements(Gap):
    """PartiQL reads indexes, and has parameters, functions, and any spelling; moto reads few statements."""

    operations = frozenset(
        {"dynamodb.BatchExecuteStatement", "dynamodb.ExecuteStatement", "dynamodb.ExecuteTransaction"}
    )
    rule = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html"
    answers = True

    def validate(self, call: Call) -> None:
        """Raise ValidationException for a malformed statement; a batch lists it instead."""
        if call.operation.name != "BatchExecuteStatement":
            for one in _given(call.operation.parameters):
                _parse(one)

    def before(self, call: Call) -> Result:
        """Perform the statements of a call that is authorized."""
        tables = _Tables(call)
        given = _given(call.operation.parameters)
        match call.operation.name:
            case "ExecuteStatement":
                return tables.execute(_parse(given[0]), call.operation.parameters)
            case "BatchExecuteStatement":
                denials = [self._denial(call, one) for one in given]
                pairs = zip(given, denials, strict=True)
                return {"Responses": [_in_batch(tables, one, denial) for one, denial in pairs]}
            case _:
                return tables.transact([_parse(one) for one in given])

    def _denial(self, call: Call, statement: Mapping[str, Any]) -> str | None:
        """Return the denial of one statement of a batch; None if the caller can execute it.

        https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchStatementError.html
        """
        if not any(call.denials):
            return None
        alone = replace(call.operation, parameters={"Statements": [statement]})
        denials = self.runtime.authorizer.authorize(replace(call, operation=alone)).denials
        return next((denial for denial in denials if denial), None)


def _given(parameters: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(parameters.get("Statements") or parameters.get("TransactStatements") or [parameters])


def _parse(given: Mapping[str, Any]) -> Statement:
    try:
        return parse(given.get("Statement") or "", given.get("Parameters") or ())
    except MalformedStatement as error:
        raise _invalid(str(error)) from None


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationException", message, 400)


def _in_batch(tables: _Tables, given: Mapping[str, Any], denial: str | None) -> dict[str, Any]:
    """Return the response of one statement; an error doesn't end the batch.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html
    """
    table: dict[str, Any] = {}
    try:
        statement = _parse(given)
        table = {"TableName": statement.table.rpartition("/")[2]}
        if denial is not None:
            return table | {"Error": {"Code": "AccessDenied", "Message": denial}}
        if statement.verb == "SELECT":
            item = tables.item(statement, _WITHOUT_KEY)
            return table | ({"Item": item} if item else {})
        tables.execute(statement, {})
    except AwsError as error:
        code = error.code.removesuffix("Exception").replace("Validation", "ValidationError")
        return table | {"Error": {"Code": code, "Message": error.message}}
    return table


class _Tables:
    """The tables of the account and Region of a call."""

    def __init__(self, call: Call) -> None:
        self._client = moto_app.client("dynamodb", call.account, call.region)

    def execute(self, statement: Statement, parameters: Mapping[str, Any]) -> Result:
        """Perform one statement."""
        match statement.verb:
            case "SELECT":
                return self._select(statement, parameters)
            case "INSERT":
                self._perform("put_item", **self._insert(statement))
                return {"Items": []}
            case "UPDATE" | "DELETE":
                return self._change(statement)
            case _:
                raise _invalid("EXISTS is only supported in ExecuteTransaction")

    def _select(self, statement: Statement, parameters: Mapping[str, Any]) -> Result:
        request: dict[str, Any] = {"TableName": statement.table, **_expressions(statement)}
        if statement.index:
            request["IndexName"] = statement.index
        if condition := request.pop("ConditionExpression", None):
            request["FilterExpression"] = condition
        if statement.projection:
            request["ProjectionExpression"] = ", ".join(statement.projection)
        if limit := parameters.get("Limit"):
            request["Limit"] = limit
        if token := parameters.get("NextToken"):
            request["ExclusiveStartKey"] = _read_token(token)
        found = self._perform("scan", **request)
        items = found.get("Items", [])
        for name, descending in reversed(statement.order):
            items.sort(key=lambda item: _sort_value(item.get(name)), reverse=descending)
        last = found.get("LastEvaluatedKey")
        return {
            "Items": items,
            **({"NextToken": _write_token(last), "LastEvaluatedKey": last} if last else {}),
        }

    def item(self, statement: Statement, without_key: str = _MALFORMED_KEY) -> dict[str, Any] | None:
        """Return the item with the primary key that a SELECT names, or raise an error with a message."""
        self.key(statement, without_key)
        items = self._select(statement, {})["Items"]
        return items[0] if items else None

    def _change(self, statement: Statement) -> Result:
        name = "update_item" if statement.verb == "UPDATE" else "delete_item"
        request = self._keyed(statement)
        if statement.verb == "DELETE" and "Item" not in self._perform(
            "get_item", TableName=statement.table, Key=request["Key"]
        ):
            # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.delete.html
            return {"Items": []}
        if statement.returning:
            request["ReturnValues"] = statement.returning
        changed = self._perform(name, **request).get("Attributes")
        return {"Items": [changed] if changed else []}

    def transact(self, statements: list[Statement]) -> Result:
        """Perform all statements or none.

        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.multiplestatements.transactions.html
        """
        reads = [one for one in statements if one.verb == "SELECT"]
        if len(reads) == len(statements):
            return {"Responses": [{"Item": item} if (item := self.item(one)) else {} for one in reads]}
        if reads:
            raise _invalid(_MIXED)
        names = {"UPDATE": "Update", "DELETE": "Delete", "EXISTS": "ConditionCheck"}
        items = [
            {"Put": self._insert(one)} if one.verb == "INSERT" else {names[one.verb]: self._keyed(one)}
            for one in statements
        ]
        self._perform("transact_write_items", TransactItems=items)
        return {"Responses": [{} for _ in statements]}

    def key(self, statement: Statement, without_key: str = _MALFORMED_KEY) -> dict[str, Any]:
        """Return the primary key that the condition names, or raise an error with a message."""
        equal = statement.equal
        names = self._key_names(statement)
        if any(len(equal.get(name, ())) != 1 for name in names):
            raise _invalid(without_key)
        return {name: equal[name][0] for name in names}

    def _key_names(self, statement: Statement) -> list[str]:
        table = self._perform("describe_table", TableName=statement.table)["Table"]
        return [one["AttributeName"] for one in table["KeySchema"]]

    def _keyed(self, statement: Statement) -> dict[str, Any]:
        """Return the parameters of an operation on the item that the condition names; it has to exist."""
        request = {"TableName": statement.table, "Key": self.key(statement), **_expressions(statement)}
        if statement.update:
            request["UpdateExpression"] = statement.update
        return request

    def _insert(self, statement: Statement) -> dict[str, Any]:
        partition_key = self._key_names(statement)[0]
        return {
            "TableName": statement.table,
            "Item": dict(statement.item),
            "ConditionExpression": "attribute_not_exists(#key)",
            "ExpressionAttributeNames": {"#key": partition_key},
        }

    def _perform(self, name: str, **parameters: Any) -> dict[str, Any]:
        try:
            result: dict[str, Any] = getattr(self._client, name)(**parameters)
        except ClientError as error:
            found = error.response["Error"]
            code, message = found["Code"], found["Message"]
            message = next((one for one in (_NOT_FOUND, _NO_INDEX) if message.startswith(one)), message)
            if name == "put_item" and code == "ConditionalCheckFailedException":
                code, message = "DuplicateItemException", "Duplicate primary key exists in table"
            raise AwsError(code, message, 400) from None
        return result


def _expressions(statement: Statement) -> dict[str, Any]:
    given = {
        "ConditionExpression": statement.condition,
        "ExpressionAttributeNames": dict(statement.names),
        "ExpressionAttributeValues": dict(statement.values),
    }
    return {name: value for name, value in given.items() if value}


def _sort_value(value: Mapping[str, Any] | None) -> tuple[str, Any]:
    if not value:
        return "", ""
    type, content = next(iter(value.items()))
    return type, float(content) if type == "N" else content


def _write_token(key: Mapping[str, Any]) -> str:
    return base64.b64encode(json.dumps(key).encode()).decode()


def _read_token(token: str) -> Any:
    try:
        return json.loads(base64.b64decode(token))
    except ValueError:
        raise _invalid("NextToken is not valid") from None
