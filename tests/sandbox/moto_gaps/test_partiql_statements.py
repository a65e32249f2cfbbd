"""PartiQL for DynamoDB: what a statement does, and which permissions it requires.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
"""

import itertools
import json

import boto3
import pytest
from botocore.exceptions import ClientError

TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/Music"
INDEX = f"{TABLE}/index/genres"


@pytest.fixture(scope="module")
def table(administered):
    dynamodb = administered.client("dynamodb", actor="admin")
    types = {"Artist": "S", "Song": "S", "Genre": "S"}
    dynamodb.create_table(
        TableName="Music",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": type} for name, type in types.items()
        ],
        KeySchema=[
            {"AttributeName": "Artist", "KeyType": "HASH"},
            {"AttributeName": "Song", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "genres",
                "KeySchema": [{"AttributeName": "Genre", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    for artist, song in (("dana", "One"), ("dana", "Two"), ("eve", "One")):
        item = {"Artist": {"S": artist}, "Song": {"S": song}, "Genre": {"S": "jazz"}, "Year": {"N": "1999"}}
        dynamodb.put_item(TableName="Music", Item=item)
    return dynamodb


@pytest.fixture(scope="module")
def client_allowed(administered, iam, table):
    """Return a function that makes a client of a user with one statement of permissions."""

    names = (f"user-{number}" for number in itertools.count())

    def make(action, resource=TABLE, condition=None):
        user = next(names)
        statement = {
            "Effect": "Allow",
            "Action": action,
            "Resource": resource,
            "Condition": condition or {},
        }
        iam.create_user(UserName=user)
        document = json.dumps({"Version": "2012-10-17", "Statement": statement})
        iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=document)
        key = iam.create_access_key(UserName=user)["AccessKey"]
        return boto3.client(
            "dynamodb",
            region_name="us-east-1",
            endpoint_url=administered.endpoint,
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
        )

    return make


def songs(client, statement, *values):
    given = {"Parameters": [{"S": value} for value in values]} if values else {}
    items = client.execute_statement(Statement=statement, **given)["Items"]
    return [item["Song"]["S"] for item in items]


# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.select.html
@pytest.mark.parametrize(
    ("statement", "values", "found"),
    [
        ("SELECT * FROM Music WHERE Artist='dana'", (), ["One", "Two"]),
        ('select Song from "Music" where "Artist" = ? and Song > ?', ("dana", "Oz"), ["Two"]),
        ("SELECT * FROM \"Music\".\"genres\" WHERE Genre='jazz' AND Artist='eve'", (), ["One"]),
        ("SELECT * FROM Music WHERE Artist IN ['dana', 'bob'] ORDER BY Song DESC", (), ["Two", "One"]),
        ("SELECT * FROM Music WHERE begins_with(Song, 'Tw') AND Label IS MISSING", (), ["Two"]),
        ("SELECT * FROM Music WHERE NOT (Artist='dana' OR \"Year\" BETWEEN 2000 AND 2010)", (), ["One"]),
    ],
)
def test_a_select_returns_the_items_that_its_condition_describes(table, statement, values, found):
    assert songs(table, statement, *values) == found


def test_statements_write_items(table):
    key = "Artist='finn' AND Song='s'"
    table.execute_statement(Statement="INSERT INTO Music VALUE {'Artist':'finn','Song':'s','Plays':1}")
    with pytest.raises(table.exceptions.DuplicateItemException):
        table.execute_statement(Statement="INSERT INTO Music VALUE {'Artist':'finn','Song':'s'}")
    table.execute_statement(Statement=f"UPDATE Music SET Plays=Plays+1 REMOVE Label WHERE {key}")
    deleted = table.execute_statement(Statement=f"DELETE FROM Music WHERE {key} RETURNING ALL OLD *")
    assert deleted["Items"][0]["Plays"] == {"N": "2"}
    with pytest.raises(table.exceptions.ConditionalCheckFailedException):
        table.execute_statement(Statement=f"UPDATE Music SET Plays=1 WHERE {key} AND Plays=2")


def test_a_malformed_statement_is_an_error_of_validation(table):
    for statement in ("FOO BAR", "SELECT FROM", "SELECT * FROM Music WHERE " + "NOT " * 99 + "a=1"):
        with pytest.raises(ClientError, match=r"ValidationException.*wasn't well formed"):
            table.execute_statement(Statement=statement)
    with pytest.raises(ClientError, match="Number of parameters"):
        table.execute_statement(Statement="SELECT * FROM Music WHERE Artist=?")


# https://github.com/getmoto/moto/blob/5.2.5/tests/test_dynamodb/test_dynamodb_statements.py ran in AWS.
@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ('SELECT * FROM "Music"."none"', "The table does not have the specified index"),
        ("SELECT * FROM Missing", "Requested resource not found"),
        ("DELETE FROM Missing WHERE Artist = 'x'", "Requested resource not found"),
    ],
)
def test_the_error_for_what_does_not_exist_does_not_name_it(table, statement, message):
    with pytest.raises(ClientError) as raised:
        table.execute_statement(Statement=statement)

    assert raised.value.response["Error"]["Message"] == message


def test_a_transaction_does_all_or_nothing(table):
    insert = {"Statement": "INSERT INTO Music VALUE {'Artist':'gil','Song':'s'}"}
    absent = {
        "Statement": "EXISTS(SELECT * FROM Music WHERE Artist='x' AND Song='s' AND Song IS NOT MISSING)"
    }
    with pytest.raises(table.exceptions.TransactionCanceledException):
        table.execute_transaction(TransactStatements=[insert, absent])
    assert songs(table, "SELECT * FROM Music WHERE Artist='gil'") == []


def test_a_batch_lists_the_statements_that_fail(table):
    statements = ["SELECT * FROM Music WHERE Artist='eve' AND Song='One'", "SELECT * FROM Music"]
    given = [{"Statement": statement} for statement in statements]
    first, second = table.batch_execute_statement(Statements=given)["Responses"]
    assert first["Item"]["Artist"] == {"S": "eve"}
    assert second["Error"]["Code"] == "ValidationError"


def test_a_batch_performs_the_statements_that_are_allowed(client_allowed):
    # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchStatementError.html
    reader = client_allowed("dynamodb:PartiQLSelect", condition=FOR_OWN)
    given = [
        {"Statement": f"SELECT * FROM Music WHERE Artist='{artist}' AND Song='One'"}
        for artist in ("dana", "eve")
    ]
    own, other = reader.batch_execute_statement(Statements=given)["Responses"]
    assert "Error" not in own
    assert other["Error"]["Code"] == "AccessDenied"
    assert "dynamodb:PartiQLSelect" in other["Error"]["Message"]


FOR_OWN = {
    "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["dana"]},
    "Null": {"dynamodb:LeadingKeys": "false"},
}
NO_SCAN = {"Bool": {"dynamodb:FullTableScan": "false"}}
SOME = {"ForAllValues:StringEquals": {"dynamodb:Attributes": ["Artist", "Song"]}}
IN_TRANSACTION = {"StringEquals": {"dynamodb:EnclosingOperation": "ExecuteTransaction"}}


@pytest.mark.parametrize(
    ("granted", "allowed", "denied"),
    [
        (
            ("dynamodb:PartiQLSelect",),
            "SELECT * FROM Music",
            "DELETE FROM Music WHERE Artist='a' AND Song='s'",
        ),
        (("dynamodb:PartiQLSelect", INDEX), "SELECT * FROM Music.genres", "SELECT * FROM Music"),
        (
            ("dynamodb:PartiQL*", TABLE, FOR_OWN),
            "SELECT * FROM Music WHERE Artist='dana'",
            "SELECT * FROM Music WHERE Artist IN ('dana', 'eve')",
        ),
        (
            ("dynamodb:PartiQL*", TABLE, FOR_OWN),
            "DELETE FROM Music WHERE Artist='dana' AND Song='None'",
            "INSERT INTO Music VALUE {'Artist':'eve','Song':'Two'}",
        ),
        (
            ("dynamodb:PartiQLSelect", TABLE, NO_SCAN),
            "SELECT * FROM Music WHERE Artist='eve' OR Artist='dana'",
            "SELECT * FROM Music WHERE Artist='eve' OR Song='Two'",
        ),
        (
            ("dynamodb:PartiQLSelect", TABLE, SOME),
            "SELECT Song FROM Music WHERE Artist='eve'",
            "SELECT Song FROM Music WHERE Genre='jazz'",
        ),
        (("dynamodb:PartiQLSelect", TABLE, IN_TRANSACTION), None, "SELECT * FROM Music"),
    ],
)
def test_the_permission_depends_on_the_verb_the_place_and_the_condition(
    client_allowed, granted, allowed, denied
):
    client = client_allowed(*granted)
    if allowed:
        client.execute_statement(Statement=allowed)
    with pytest.raises(ClientError, match=r"AccessDeniedException.*dynamodb:PartiQL"):
        client.execute_statement(Statement=denied)
