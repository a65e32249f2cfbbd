"""Whatever text a client sends, finding the permissions of its call doesn't fail."""

import pytest
from moto.core.utils import get_service_model

from aws import operation_table
from aws.test_authorization import required
from aws.test_operation_table import REVIEWED
from rolecall.aws.errors import AwsError

TEXTS = [
    "thing",
    "arn:",
    "arn:aws:x",
    "arn:aws:iam::111122223333:role/a/b",
    "a/b:c",
    ":::",
    "/",
    "i-1",
    "{x}",
    "\0",
]


def filled(shape, text, depth=0):
    """A value of a shape in which each text is the same."""
    if depth > 6:
        return None
    match shape.type_name:
        case "structure":
            return {name: filled(member, text, depth + 1) for name, member in shape.members.items()}
        case "list":
            return [filled(shape.member, text, depth + 1)]
        case "map":
            return {text: filled(shape.value, text, depth + 1)}
        case "blob":
            return text.encode()
        case "boolean":
            return True
        case "string":
            return text
        case _:
            return 1


@pytest.mark.slow
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("service", REVIEWED)
def test_odd_texts_are_no_fault(service, text):
    for name in operation_table.operations(service):
        shape = get_service_model(service).operation_model(name).input_shape
        try:
            needed = required(service, name, filled(shape, text) if shape else {})
        except AwsError:
            continue
        assert all(check.resource for check in needed)
