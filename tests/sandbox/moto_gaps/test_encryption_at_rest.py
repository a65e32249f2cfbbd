"""Data that is encrypted with a KMS key: the caller needs permissions on the key, too.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html
"""

import json

import pytest
from botocore.exceptions import ClientError

from rolecall import Sandbox

MAIN, PARTNER = "111122223333", "444455556666"
WORLD = f"""
world: encrypted
accounts:
  main:
    id: "{MAIN}"
    managed_policies:
      data: {{Version: "2012-10-17", Statement: {{Effect: Allow, NotAction: "kms:*", Resource: "*"}}}}
    users:
      admin: {{managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}}
      clerk: # everything but KMS
        managed_policies: [data]
      holder: # the key, but only through other services
        managed_policies: [data]
        policies:
          key:
            Version: "2012-10-17"
            Statement:
              Effect: Allow
              Action: ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"]
              Resource: "arn:aws:kms:us-east-1:{MAIN}:key/*"
              Condition: {{StringLike: {{"kms:ViaService": "*.us-east-1.amazonaws.com"}}, Bool: {{"aws:ViaAWSService": "true"}}}}
      scoped: # one object
        managed_policies: [data]
        policies:
          key:
            Version: "2012-10-17"
            Statement:
              Effect: Allow
              Action: "kms:Decrypt"
              Resource: "*"
              Condition: {{StringEquals: {{"kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::data/one", "aws:CalledViaLast": s3.amazonaws.com}}}}
      at-home: # denied from elsewhere, without an exception for calls that services make
        managed_policies: [data]
        policies:
          key: {{Version: "2012-10-17", Statement: {{Effect: Allow, Action: "kms:*", Resource: "*"}}}}
          home:
            Version: "2012-10-17"
            Statement: {{Effect: Deny, Action: "*", Resource: "*", Condition: {{NotIpAddress: {{"aws:SourceIp": "127.0.0.0/8"}}}}}}
    buckets:
      data:
        policy:
          Version: "2012-10-17"
          Statement: {{Effect: Allow, Principal: {{AWS: "{PARTNER}"}}, Action: "s3:GetObject", Resource: "arn:aws:s3:::data/*"}}
    tables: {{plain: {{hash_key: id}}}}
    roles:
      delivery:
        trust:
          Version: "2012-10-17"
          Statement: {{Effect: Allow, Principal: {{Service: firehose.amazonaws.com}}, Action: "sts:AssumeRole"}}
    keys:
      data: {{alias: alias/data}}
      shared:
        alias: alias/shared
        policy:
          Version: "2012-10-17"
          Statement:
            - {{Effect: Allow, Principal: {{AWS: "{MAIN}"}}, Action: "kms:*", Resource: "*"}}
            - {{Effect: Allow, Principal: {{AWS: "{PARTNER}"}}, Action: "kms:Decrypt", Resource: "*"}}
  partner:
    id: "{PARTNER}"
    users: {{admin: {{managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}}}}
actors:
  admin: {{user: main/admin}}
  clerk: {{user: main/clerk}}
  holder: {{user: main/holder}}
  scoped: {{user: main/scoped}}
  at-home: {{user: main/at-home}}
  partner: {{user: partner/admin}}
"""
SSE = {"Bucket": "data", "Body": b"1", "ServerSideEncryption": "aws:kms"}
TOPIC = f"arn:aws:sns:us-east-1:{MAIN}:alerts"
OPEN_TO_PARTNER = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": PARTNER},
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
    },
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    file = tmp_path_factory.mktemp("worlds") / "encrypted.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as lab:
        prepare(lambda service: lab.client(service, actor="admin"))
        yield lab


def prepare(client):
    s3, secrets, sqs = client("s3"), client("secretsmanager"), client("sqs")
    s3.put_object(**SSE, Key="one", SSEKMSKeyId="alias/data")
    s3.put_object(**SSE, Key="two", SSEKMSKeyId="alias/data", BucketKeyEnabled=True)
    s3.put_object(**SSE, Key="managed")
    s3.put_object(**SSE, Key="shared", SSEKMSKeyId="alias/shared")
    s3.put_object(Bucket="data", Key="plain", Body=b"1")
    for name, key in (("own", "alias/data"), ("shared", "alias/shared"), ("default", "")):
        secrets.create_secret(Name=name, SecretString="1", **({"KmsKeyId": key} if key else {}))
        secrets.put_resource_policy(SecretId=name, ResourcePolicy=json.dumps(OPEN_TO_PARTNER))
    for name, key in (("/own", "alias/data"), ("/default", "")):
        options = {"KeyId": key} if key else {}
        client("ssm").put_parameter(Name=name, Value="1", Type="SecureString", **options)
    url = sqs.create_queue(QueueName="jobs", Attributes={"KmsMasterKeyId": "alias/data"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="1")
    client("sns").create_topic(Name="alerts", Attributes={"KmsMasterKeyId": "alias/data"})
    kinesis = client("kinesis")
    kinesis.create_stream(StreamName="clicks", ShardCount=1)
    kinesis.start_stream_encryption(StreamName="clicks", EncryptionType="KMS", KeyId="alias/data")
    key = client("kms").describe_key(KeyId="alias/data")["KeyMetadata"]["Arn"]
    client("firehose").create_delivery_stream(
        DeliveryStreamName="clicks",
        DeliveryStreamEncryptionConfigurationInput={"KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": key},
        S3DestinationConfiguration={
            "RoleARN": f"arn:aws:iam::{MAIN}:role/delivery",
            "BucketARN": "arn:aws:s3:::data",
        },
    )
    client("dynamodb").create_table(
        TableName="sealed",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/data"},
    )


def call(lab, actor, service, method, parameters):
    client = lab.client(service, actor=actor)
    if service == "sqs":
        parameters = {**parameters, "QueueUrl": client.get_queue_url(QueueName="jobs")["QueueUrl"]}
    if method == "start_delivery_stream_encryption":
        key = lab.client("kms", actor="admin").describe_key(KeyId="alias/data")["KeyMetadata"]["Arn"]
        settings = {"KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": key}
        parameters = {**parameters, "DeliveryStreamEncryptionConfigurationInput": settings}
    if method == "get_records":
        shard = {"StreamName": "clicks", "ShardId": "shardId-000000000000"}
        found = client.get_shard_iterator(**shard, ShardIteratorType="TRIM_HORIZON")
        parameters = {**parameters, "ShardIterator": found["ShardIterator"]}
    return getattr(client, method)(**parameters)


# page, call, and the error code without a permission on the key
S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html"
SECRETS = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html"
SSM = "https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html"
SQS = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html"
SNS = "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html"
KINESIS = "https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html"
FIREHOSE = "https://docs.aws.amazon.com/firehose/latest/dev/encryption.html"
RECORD = {"Data": b"1", "PartitionKey": "p"}
DYNAMODB = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html"
CALLS = [
    (S3, ("s3", "get_object", {"Bucket": "data", "Key": "one"}), "AccessDenied"),
    (S3, ("s3", "put_object", {**SSE, "Key": "new", "SSEKMSKeyId": "alias/data"}), "AccessDenied"),
    (
        S3,
        ("s3", "copy_object", {"Bucket": "data", "Key": "copy", "CopySource": "data/one"}),
        "AccessDenied",
    ),
    (
        S3,
        (
            "s3",
            "create_multipart_upload",
            {
                "Bucket": "data",
                "Key": "big",
                "ServerSideEncryption": "aws:kms",
                "SSEKMSKeyId": "alias/data",
            },
        ),
        "AccessDenied",
    ),
    (SECRETS, ("secretsmanager", "get_secret_value", {"SecretId": "own"}), "AccessDeniedException"),
    (
        SECRETS,
        ("secretsmanager", "put_secret_value", {"SecretId": "own", "SecretString": "2"}),
        "AccessDeniedException",
    ),
    (SSM, ("ssm", "get_parameter", {"Name": "/own", "WithDecryption": True}), "AccessDeniedException"),
    (
        SSM,
        ("ssm", "get_parameters_by_path", {"Path": "/", "WithDecryption": True}),
        "AccessDeniedException",
    ),
    (
        SSM,
        (
            "ssm",
            "put_parameter",
            {
                "Name": "/own",
                "Value": "2",
                "Type": "SecureString",
                "KeyId": "alias/data",
                "Overwrite": True,
            },
        ),
        "AccessDeniedException",
    ),
    (SQS, ("sqs", "send_message", {"MessageBody": "2"}), "KMS.AccessDeniedException"),
    (SQS, ("sqs", "receive_message", {}), "KMS.AccessDeniedException"),
    (KINESIS, ("kinesis", "put_record", {"StreamName": "clicks", **RECORD}), "KMSAccessDeniedException"),
    (
        KINESIS,
        ("kinesis", "put_records", {"StreamName": "clicks", "Records": [RECORD]}),
        "KMSAccessDeniedException",
    ),
    (KINESIS, ("kinesis", "get_records", {}), "KMSAccessDeniedException"),
    (
        FIREHOSE,
        ("firehose", "put_record", {"DeliveryStreamName": "clicks", "Record": {"Data": b"1"}}),
        "InvalidKMSResourceException",
    ),
    (
        "https://docs.aws.amazon.com/firehose/latest/APIReference/API_StartDeliveryStreamEncryption.html",
        ("firehose", "start_delivery_stream_encryption", {"DeliveryStreamName": "clicks"}),
        "InvalidKMSResourceException",
    ),
    (SNS, ("sns", "publish", {"TopicArn": TOPIC, "Message": "1"}), "KMSAccessDenied"),
    (
        DYNAMODB,
        ("dynamodb", "get_item", {"TableName": "sealed", "Key": {"id": {"S": "1"}}}),
        "AccessDeniedException",
    ),
    (DYNAMODB, ("dynamodb", "scan", {"TableName": "sealed"}), "AccessDeniedException"),
    (
        DYNAMODB,
        (
            "dynamodb",
            "update_table",
            {"TableName": "sealed", "SSESpecification": {"Enabled": True, "KMSMasterKeyId": "alias/data"}},
        ),
        "AccessDeniedException",
    ),
    (
        DYNAMODB,
        ("dynamodb", "execute_statement", {"Statement": "SELECT * FROM sealed"}),
        "AccessDeniedException",
    ),
]


def names(rows):
    return [f"{service}-{method}" for _, (service, method, _), *_ in rows]


@pytest.mark.parametrize(("page", "request_", "code"), CALLS, ids=names(CALLS))
def test_encrypted_data_requires_its_key(lab, page, request_, code):
    errors = lab.client("kms", actor="clerk").exceptions

    with pytest.raises(errors.ClientError) as denied:
        call(lab, "clerk", *request_)

    assert denied.value.response["Error"]["Code"] == code


@pytest.mark.parametrize(("page", "request_", "code"), CALLS, ids=names(CALLS))
def test_a_service_uses_the_key_with_the_permissions_of_its_caller(lab, page, request_, code):
    call(lab, "holder", *request_)

    assert lab.trail[-1].action.startswith("kms:")
    assert lab.trail[-1].who.endswith("user/holder")


def test_a_permission_through_services_is_none_for_direct_calls(lab):
    kms = lab.client("kms", actor="holder")

    with pytest.raises(kms.exceptions.ClientError, match="AccessDeniedException"):
        kms.encrypt(KeyId="alias/data", Plaintext=b"1")


# The context of an object with a bucket key is the bucket.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#encryption-context
@pytest.mark.parametrize(("key", "allowed"), [("one", True), ("two", False), ("plain", True)])
def test_the_encryption_context_names_the_object(lab, key, allowed):
    s3 = lab.client("s3", actor="scoped")

    if allowed:
        assert s3.get_object(Bucket="data", Key=key)["Body"].read() == b"1"
    else:
        with pytest.raises(s3.exceptions.ClientError, match="kms:Decrypt"):
            s3.get_object(Bucket="data", Key=key)


def test_a_call_by_a_service_has_no_source_ip(lab):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_deny-ip.html"""
    s3 = lab.client("s3", actor="at-home")

    assert s3.get_object(Bucket="data", Key="plain")["Body"].read() == b"1"
    with pytest.raises(s3.exceptions.ClientError, match="explicit deny in an identity-based policy"):
        s3.get_object(Bucket="data", Key="one")


# AWS managed keys let everyone in the account use them through their service.
# https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk
@pytest.mark.parametrize(
    "request_",
    [
        ("s3", "get_object", {"Bucket": "data", "Key": "managed"}),
        ("secretsmanager", "get_secret_value", {"SecretId": "default"}),
        ("ssm", "get_parameter", {"Name": "/default", "WithDecryption": True}),
        ("ssm", "get_parameter", {"Name": "/own"}),
        ("dynamodb", "get_item", {"TableName": "plain", "Key": {"id": {"S": "1"}}}),
    ],
)
def test_aws_managed_keys_and_no_keys_require_nothing(lab, request_):
    assert call(lab, "clerk", *request_)


def test_an_object_names_its_key_by_its_arn(lab):
    head = lab.client("s3", actor="admin").head_object(Bucket="data", Key="one")

    assert head["SSEKMSKeyId"].startswith(f"arn:aws:kms:us-east-1:{MAIN}:key/")


def test_another_account_can_read_what_a_shared_key_encrypts(lab):
    s3, secrets = (lab.client(service, actor="partner") for service in ("s3", "secretsmanager"))
    shared = lab.client("secretsmanager", actor="admin").describe_secret(SecretId="shared")["ARN"]

    assert s3.get_object(Bucket="data", Key="shared")["Body"].read() == b"1"
    assert secrets.get_secret_value(SecretId=shared)["SecretString"] == "1"


@pytest.mark.parametrize("key", ["one", "managed"])
def test_another_account_can_not_read_an_object_without_its_key(lab, key):
    s3 = lab.client("s3", actor="partner")

    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        s3.get_object(Bucket="data", Key=key)


def test_the_default_key_of_secrets_manager_can_not_be_shared(lab):
    """https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html"""
    secrets = lab.client("secretsmanager", actor="partner")
    arn = lab.client("secretsmanager", actor="admin").describe_secret(SecretId="default")["ARN"]

    with pytest.raises(secrets.exceptions.InvalidRequestException, match="different AWS account"):
        secrets.get_secret_value(SecretId=arn)


_KEY_ARN = f"arn:aws:kms:us-east-1:{MAIN}:key/1b2c"
_SSE = {"Bucket": "data", "Key": "new", "Body": b"1", "ServerSideEncryption": "aws:kms"}


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        (
            ("s3", "put_object", {**_SSE, "SSEKMSKeyId": "1b2c"}),
            "KMS.NotFoundException",
            f"Key '{_KEY_ARN}' does not exist",
        ),
        (
            ("s3", "put_object", {**_SSE, "SSEKMSKeyId": _KEY_ARN}),
            "KMS.NotFoundException",
            f"Key '{_KEY_ARN}' does not exist",
        ),
        (
            ("s3", "put_object", {**_SSE, "SSEKMSKeyId": "alias/none"}),
            "KMS.NotFoundException",
            f"Alias arn:aws:kms:us-east-1:{MAIN}:alias/none is not found.",
        ),
        (
            ("secretsmanager", "create_secret", {"Name": "n", "SecretString": "1", "KmsKeyId": "1b2c"}),
            "EncryptionFailure",
            "does not exist",
        ),
        (
            ("ssm", "put_parameter", {"Name": "/n", "Value": "1", "Type": "SecureString", "KeyId": "1b2c"}),
            "InvalidKeyId",
            "does not exist",
        ),
    ],
)
def test_a_key_that_does_not_exist_is_an_error_of_the_service(lab, request_, code, message):
    with pytest.raises(ClientError) as raised:
        call(lab, "admin", *request_)

    error = raised.value.response["Error"]
    assert error["Code"] == code
    assert message in error["Message"]
