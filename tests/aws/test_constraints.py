"""Parameters that violate the model of their service.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
"""

import pytest

from rolecall.aws.constraints import check_constraints
from rolecall.aws.errors import AwsError
from rolecall.aws.operations import Operation

# The messages are those that people report, for instance in:
# https://github.com/highsource/bitcoin-a-day/issues/1
# https://github.com/amazon-archives/cloudwatch-logs-centralize-logs/issues/5
VIOLATIONS = [
    (
        ("lambda", "CreateFunction", {"KMSKeyArn": '"arn:aws:kms"'}),
        "ValidationException",
        "1 validation error detected: Value '\"arn:aws:kms\"' at 'kMSKeyArn' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: (arn:",
    ),
    (
        ("logs", "PutLogEvents", {"logEvents": [{"message": "x"}]}),
        "InvalidParameterException",
        "1 validation error detected: Value null at 'logEvents.1.member.timestamp' failed to satisfy "
        "constraint: Member must not be null",
    ),
    (
        ("kms", "Decrypt", {"CiphertextBlob": b""}),
        "ValidationException",
        "Value 'java.nio.HeapByteBuffer[pos=0 lim=0 cap=0]' at 'ciphertextBlob' failed to satisfy "
        "constraint: Member must have length greater than or equal to 1",
    ),
    (
        ("kms", "GenerateRandom", {"NumberOfBytes": 1025}),
        "ValidationException",
        "Value '1025' at 'numberOfBytes' failed to satisfy constraint: "
        "Member must have value less than or equal to 1024",
    ),
    (
        ("ssm", "PutParameter", {"Type": "Text"}),
        "ValidationException",
        "Value 'Text' at 'type' failed to satisfy constraint: "
        "Member must satisfy enum value set: [String, StringList, SecureString]",
    ),
    (
        ("lambda", "CreateFunction", {"Environment": {"Variables": {"1x": "y"}}}),
        "ValidationException",
        "Value '{1x=y}' at 'environment.variables' failed to satisfy constraint: "
        "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: ",
    ),
    (
        ("logs", "GetLogEvents", {"logGroupIdentifier": "a:*"}),
        "InvalidParameterException",
        "1 validation error detected: Value at 'logGroupIdentifier' failed to satisfy constraint: ",
    ),
    (
        ("logs", "PutDeliveryDestination", {"outputFormat": "x"}),
        "ValidationException",
        "Value at 'outputFormat' failed to satisfy constraint: Member must satisfy enum value set: [",
    ),
    # https://github.com/dtan4/valec/pull/46
    (
        ("dynamodb", "BatchWriteItem", {"RequestItems": {"t": [{}] * 26}}),
        "ValidationException",
        "1 validation error detected: Value '{t=["
        + ", ".join(["{}"] * 26)
        + "]}' at 'requestItems' failed "
        "to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or "
        "equal to 25, Member must have length greater than or equal to 1]",
    ),
    (
        ("dynamodb", "BatchWriteItem", {"RequestItems": {"t": [{"PutRequest": {}}]}}),
        "ValidationException",
        "Value null at 'requestItems.t.member.1.member.putRequest.item' failed to satisfy constraint",
    ),
    (
        ("lambda", "CreateFunctionUrlConfig", {"Cors": {"AllowMethods": ["OPTIONS"]}}),
        "ValidationException",
        "at 'cors.allowMethods' failed to satisfy constraint: Member must satisfy constraint: [Member must "
        "have length less than or equal to 6, Member must have length greater than or equal to 0, Member must "
        "satisfy regular expression pattern: .*, Member must not be null]",
    ),
    (
        ("cognito-idp", "CreateUserPoolClient", {"ExplicitAuthFlows": ["NONE"]}),
        "InvalidParameterException",
        "Value '[NONE]' at 'explicitAuthFlows' failed to satisfy constraint: Member must satisfy "
        "constraint: [Member must satisfy enum value set: [",
    ),
    # moto has the message of AWS for this one.
    (
        ("lambda", "CreateFunction", {"Architectures": ["x"]}),
        "ValidationException",
        "Value '[x]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: "
        "[Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
    ),
    (
        ("cognito-idp", "SignUp", {"Password": "x" * 257}),
        "InvalidParameterException",
        "Value at 'password' failed to satisfy constraint: Member must have length less than or equal to 256",
    ),
]


@pytest.mark.parametrize(("call", "code", "message"), VIOLATIONS)
def test_a_value_that_violates_its_constraint_is_rejected(call, code, message):
    service, name, parameters = call

    with pytest.raises(AwsError) as caught:
        check_constraints(Operation(service, name, "json", parameters))

    assert caught.value.code == code
    assert message in caught.value.message


def test_all_violations_are_in_one_message():
    with pytest.raises(
        AwsError, match=r"^ValidationException: 2 validation errors detected: .*; Value '11'"
    ):
        check_constraints(Operation("ssm", "GetParametersByPath", "json", {"Path": "", "MaxResults": 11}))


@pytest.mark.parametrize(
    ("service", "name", "parameters"),
    [
        ("dynamodb", "PutItem", {"TableName": "t", "Item": {"k": {"M": {"x": {"S": ""}}}}}),
        ("lambda", "GetFunction", {"FunctionName": "arn:aws:lambda:us-east-1:111122223333:function:f"}),
        # Services with their own words for each parameter.
        ("sqs", "CreateQueue", {"QueueName": "x" * 100}),
    ],
)
def test_other_values_pass(service, name, parameters):
    check_constraints(Operation(service, name, "json", parameters))
