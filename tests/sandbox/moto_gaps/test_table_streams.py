"""Who can read the stream of a DynamoDB table, and what is said about streams that don't exist.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

import json

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow

KEYS = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
}


@pytest.fixture(scope="module")
def streams(administered):
    """Return the ARNs of the streams of two tables."""
    tables = administered.client("dynamodb", actor="admin")
    made = [tables.create_table(TableName=name, **KEYS) for name in ("orders", "invoices")]
    return [one["TableDescription"]["LatestStreamArn"] for one in made]


@pytest.fixture(scope="module")
def reader(administered, iam, streams):
    """Return a client that may use the first stream only."""
    iam.create_user(UserName="reader")
    statement = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": streams[0]}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=document)
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    return administered.session(actor="admin").client(
        "dynamodbstreams",
        endpoint_url=administered.endpoint,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        aws_session_token=None,
    )


def iterator(client, stream: str) -> str:
    shard = client.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"][0]["ShardId"]
    position = {"ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    return client.get_shard_iterator(StreamArn=stream, **position)["ShardIterator"]


def test_records_are_read_with_a_permission_for_their_stream_alone(administered, streams, reader):
    admin = administered.client("dynamodbstreams", actor="admin")

    assert reader.get_records(ShardIterator=iterator(reader, streams[0]))["Records"] == []
    with pytest.raises(ClientError, match=f"AccessDenied.*dynamodb:GetRecords on resource: {streams[1]}"):
        reader.get_records(ShardIterator=iterator(admin, streams[1]))


# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html
def test_a_stream_or_an_iterator_that_does_not_exist_is_reported(administered, streams):
    client = administered.client("dynamodbstreams", actor="admin")
    old = streams[0].rpartition("/")[0] + "/2020-01-01T00:00:00.000"

    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.describe_stream(StreamArn=old)
    with pytest.raises(ClientError, match="Invalid ShardIterator"):
        client.get_records(ShardIterator=f"{streams[0]}|1|forged")
