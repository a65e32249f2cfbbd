"""Bodies in JSON whose values have other types than the parameters of the operation.

https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#shape-serialization
"""

import json

import pytest
from moto.core.utils import get_service_model

from rolecall.aws.json_types import WrongType, check_json


def check(service, operation, body) -> None:
    check_json(get_service_model(service).operation_model(operation), json.dumps(body).encode())


@pytest.mark.parametrize(
    ("service", "operation", "body", "message"),
    [
        ("kms", "Decrypt", {"KeyId": 5}, "NUMBER_VALUE can not be converted to a String"),
        ("dynamodb", "Scan", {"Limit": "5"}, "STRING_VALUE can not be converted to an Integer"),
        (
            "ssm",
            "GetParameter",
            {"WithDecryption": "yes"},
            "STRING_VALUE can not be converted to a Boolean",
        ),
        ("ssm", "GetParameter", {"Name": ["a"]}, "Start of list found where not expected"),
        ("ssm", "GetParameter", {"Name": {}}, "Start of structure or map found where not expected"),
        ("logs", "PutLogEvents", {"logEvents": "x"}, "Unexpected token received from parser"),
        ("dynamodb", "TransactGetItems", {"TransactItems": [None]}, "null can not be converted to"),
        ("dynamodb", "Scan", None, "null can not be converted to"),
        ("lambda", "CreateFunction", {"FunctionName": True}, "TRUE_VALUE can not be converted to a String"),
    ],
)
def test_a_value_of_another_type_is_rejected(service, operation, body, message):
    with pytest.raises(WrongType, match=message):
        check(service, operation, body)


@pytest.mark.parametrize(
    ("service", "operation", "body"),
    [
        ("kms", "Decrypt", {"KeyId": None, "Unknown": 5}),
        ("dynamodb", "PutItem", {"Item": {"a": {"M": {"b": {"N": "1"}}}}}),
        ("logs", "PutLogEvents", {"logEvents": [{"timestamp": 1.5, "message": "x"}]}),
        # The payload of an invocation is any JSON.
        ("lambda", "Invoke", [1, "x"]),
    ],
)
def test_other_values_pass(service, operation, body):
    check(service, operation, body)
