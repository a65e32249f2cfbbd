"""Parameters that a service rejects in its own words, after it has authorized the request.

https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

BUCKET = {"Bucket": "parameters"}
OBJECT = {**BUCKET, "Key": "k"}
PART = {**OBJECT, "UploadId": "x", "PartNumber": 1}
TAGS = {"TagSet": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}
QUEUE = {"QueueUrl": "http://localhost/111122223333/jobs"}
TOPIC = {"TopicArn": "arn:aws:sns:us-east-1:111122223333:news"}
PUBLISHED = {**TOPIC, "Message": "x"}
FIFO = {"FifoQueue": "true"}
PARAMETER = {"Name": "/p", "Value": "x", "Type": "String"}
SOURCE = "arn:aws:sqs:us-east-1:111122223333:jobs"
INSTANCE = {"ImageId": "ami-12345678"}

REJECTIONS = [
    ("s3", "put_object", {**BUCKET, "Key": "k" * 1025}, "KeyTooLongError", "Your key is too long"),
    ("s3", "put_object", {**OBJECT, "Metadata": {"a": "x" * 2048}}, "MetadataTooLarge", "Your metadata"),
    (
        "s3",
        "put_object",
        {**OBJECT, "ContentMD5": "x"},
        "InvalidDigest",
        "The Content-MD5 you specified was",
    ),
    ("s3", "put_object", {**OBJECT, "ContentMD5": "A" * 22 + "=="}, "BadDigest", "did not match what we"),
    ("s3", "upload_part", PART, "NoSuchUpload", "The specified upload does not exist. The upload ID may"),
    ("s3", "put_object_tagging", {**OBJECT, "Tagging": TAGS}, "InvalidTag", "Cannot provide multiple Tags"),
    ("s3", "list_objects_v2", {**BUCKET, "MaxKeys": -1}, "InvalidArgument", "Argument maxKeys must be an"),
    (
        "s3",
        "list_objects_v2",
        {**BUCKET, "EncodingType": "x"},
        "InvalidArgument",
        "Invalid Encoding Method",
    ),
    (
        "s3",
        "put_bucket_versioning",
        {**BUCKET, "VersioningConfiguration": {"Status": "On"}},
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    ),
    ("sqs", "send_message", {**QUEUE, "MessageBody": ""}, "MissingParameter", "contain the parameter Mess"),
    ("sqs", "send_message", {**QUEUE, "MessageBody": "\1"}, "InvalidMessageContents", "Invalid characters"),
    (
        "sqs",
        "set_queue_attributes",
        {**QUEUE, "Attributes": {"X": "1"}},
        "InvalidAttributeName",
        "Unknown A",
    ),
    (
        "sqs",
        "set_queue_attributes",
        {**QUEUE, "Attributes": {"VisibilityTimeout": "43201"}},
        "InvalidAttributeValue",
        "Invalid value for the parameter VisibilityTimeout.",
    ),
    (
        "sqs",
        "create_queue",
        {"QueueName": "jobs", "Attributes": {"VisibilityTimeout": "5"}},
        "QueueAlreadyExists",
        "with the same name and a different value for attribute VisibilityTimeout",
    ),
    (
        "sqs",
        "create_queue",
        {"QueueName": "a", "Attributes": FIFO},
        "InvalidParameterValue",
        "must end with",
    ),
    (
        "sqs",
        "receive_message",
        {**QUEUE, "MaxNumberOfMessages": 11},
        "InvalidParameterValue",
        "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
    ),
    (
        "sqs",
        "receive_message",
        {**QUEUE, "WaitTimeSeconds": 21},
        "InvalidParameterValue",
        "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.",
    ),
    (
        "sqs",
        "delete_message",
        {**QUEUE, "ReceiptHandle": "x"},
        "ReceiptHandleIsInvalid",
        'The input receipt handle "x" is not a valid receipt handle.',
    ),
    ("sns", "publish", {**TOPIC, "Message": ""}, "InvalidParameter", "Invalid parameter: Empty message"),
    (
        "sns",
        "publish",
        {**PUBLISHED, "Subject": "x" * 101},
        "InvalidParameter",
        "Invalid parameter: Subject",
    ),
    (
        "sns",
        "publish",
        {**PUBLISHED, "MessageStructure": "json"},
        "InvalidParameter",
        "Invalid parameter: Message Structure - JSON message body failed to parse",
    ),
    (
        "sns",
        "publish",
        {**TOPIC, "Message": "{}", "MessageStructure": "json"},
        "InvalidParameter",
        "Invalid parameter: Message Structure - No default entry in JSON message body",
    ),
    (
        "sns",
        "publish",
        {**PUBLISHED, "Subject": "two\nlines"},
        "InvalidParameter",
        "Invalid parameter: Subject",
    ),
    ("sns", "create_topic", {"Name": "a b"}, "InvalidParameter", "Invalid parameter: Topic Name"),
    # https://github.com/awsdocs/aws-cloudformation-user-guide/pull/860
    (
        "sns",
        "create_topic",
        {"Name": "news", "Attributes": {"FifoTopic": "true"}},
        "InvalidParameter",
        "Invalid parameter: Topic Name",
    ),
    (
        "sns",
        "set_topic_attributes",
        {**TOPIC, "AttributeName": "X", "AttributeValue": ""},
        "InvalidParameter",
        "Invalid parameter: AttributeName",
    ),
    (
        "sns",
        "subscribe",
        {**TOPIC, "Protocol": "x", "Endpoint": "y"},
        "InvalidParameter",
        "Invalid parameter: Amazon SNS does not support this protocol string: x",
    ),
    # moto runs test_subscribe_unknown_topic of its tests/test_sns/test_subscriptions.py in AWS, too.
    (
        "sns",
        "subscribe",
        {"TopicArn": f"{TOPIC['TopicArn']}-2", "Protocol": "sqs", "Endpoint": "y"},
        "NotFound",
        "Topic does not exist",
    ),
    (
        "sns",
        "subscribe",
        {**TOPIC, "Protocol": "email", "Endpoint": "y"},
        "InvalidParameter",
        "Invalid parameter: Email address",
    ),
    (
        "ec2",
        "run_instances",
        {**INSTANCE, "MinCount": 10**9, "MaxCount": 10**9},
        "InstanceLimitExceeded",
        "",
    ),
    (
        "ec2",
        "run_instances",
        {**INSTANCE, "MinCount": 2, "MaxCount": 1},
        "InvalidParameterValue",
        "minCount",
    ),
    (
        "ec2",
        "describe_instances",
        {"InstanceIds": ["i-x"]},
        "InvalidInstanceID.Malformed",
        'Invalid id: "i-x"',
    ),
    (
        "ec2",
        "associate_iam_instance_profile",
        {"InstanceId": "foo", "IamInstanceProfile": {"Name": "web"}},
        "InvalidInstanceID.Malformed",
        'Invalid id: "foo"',
    ),
    (
        "ec2",
        "run_instances",
        {**INSTANCE, "MinCount": 1, "MaxCount": 1, "KeyName": "no"},
        "InvalidKeyPair.NotFound",
        "The key pair 'no' does not exist",
    ),
    (
        "ec2",
        "modify_launch_template",
        {"LaunchTemplateId": "lt-0123456789abcdef0", "LaunchTemplateName": "web", "DefaultVersion": "1"},
        "InvalidParameterCombination",
        "Either provide launch template ID or launch template name to modify the template.",
    ),
    (
        "ec2",
        "create_tags",
        {"Resources": ["vpc-1"], "Tags": [{"Key": "aws:x", "Value": "y"}]},
        "InvalidParameterValue",
        "Tag keys starting with 'aws:' are reserved for internal use",
    ),
    (
        "kms",
        "encrypt",
        {"KeyId": "alias/sign", "Plaintext": b"x"},
        "InvalidKeyUsageException",
        "SIGN_VERIFY",
    ),
    ("kms", "enable_key_rotation", {"KeyId": "alias/sign"}, "UnsupportedOperationException", ""),
    ("kms", "decrypt", {"CiphertextBlob": b"x" * 99}, "InvalidCiphertextException", ""),
    ("kms", "create_key", {"Tags": [{"TagKey": "aws:x", "TagValue": "y"}]}, "TagException", "reserved"),
    (
        "ssm",
        "put_parameter",
        {**PARAMETER, "Name": "a b"},
        "ValidationException",
        "Parameter name: can't be",
    ),
    ("ssm", "put_parameter", {**PARAMETER, "Name": "ssm-x"}, "ValidationException", "prefixed with"),
    # https://github.com/hashicorp/terraform-provider-aws/issues/7251
    ("ssm", "put_parameter", {**PARAMETER, "Name": "a/b"}, "ValidationException", "fully qualified name"),
    *(
        ("ssm", "put_parameter", {**PARAMETER, "Name": name}, "ValidationException", "prefixed with")
        for name in ("//a", "/a//b", "/a/", "/", "arn:aws:ssm:us-east-1:111122223333:parameter/a")
    ),
    (
        "ssm",
        "put_parameter",
        {**PARAMETER, "Name": "/a" * 16},
        "HierarchyLevelLimitExceededException",
        "15",
    ),
    # https://github.com/localstack/localstack/issues/11538
    ("ssm", "get_parameter", {"Name": "a/b:1"}, "ValidationException", "prefixed with"),
    (
        "ssm",
        "put_parameter",
        {**PARAMETER, "Value": "x" * 4097},
        "ValidationException",
        "Standard tier param",
    ),
    (
        "ssm",
        "get_parameters_by_path",
        {"Path": "p"},
        "ValidationException",
        "doesn't meet the parameter name",
    ),
    (
        "secretsmanager",
        "create_secret",
        {"Name": "a b"},
        "ValidationException",
        "Invalid name. Must be a valid",
    ),
    (
        "secretsmanager",
        "put_secret_value",
        {"SecretId": "kept", "SecretString": "x", "SecretBinary": b"x"},
        "InvalidParameterException",
        "You can't specify both a binary secret value and a string secret value in the same secret.",
    ),
    (
        "secretsmanager",
        "get_secret_value",
        {"SecretId": "deleted"},
        "InvalidRequestException",
        "You can't perform this operation on the secret because it was marked for deletion.",
    ),
    (
        "logs",
        "put_retention_policy",
        {"logGroupName": "/g", "retentionInDays": 2},
        "InvalidParameterException",
        "Value '2' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [1, 3,",
    ),
    (
        "events",
        "put_rule",
        {"Name": "r", "ScheduleExpression": "rate(1 minutes)"},
        "ValidationException",
        "Parameter ScheduleExpression is not valid.",
    ),
    (
        "events",
        "describe_rule",
        {"Name": "no"},
        "ResourceNotFoundException",
        "Rule no does not exist on EventBus default.",
    ),
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-permissions.html
    (
        "pipes",
        "create_pipe",
        {
            "Name": "p",
            "Source": SOURCE,
            "Target": SOURCE,
            "RoleArn": "arn:aws:iam::111122223333:role/plain",
        },
        "ValidationException",
        "can't be assumed by pipes.amazonaws.com",
    ),
]


@pytest.fixture(scope="module")
def clients(administered):
    config = Config(parameter_validation=False, retries={"max_attempts": 0})
    clients = {
        service: administered.session(actor="admin").client(service, config=config)
        for service in sorted({row[0] for row in REJECTIONS})
    }
    key = clients["kms"].create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"]["KeyId"]
    clients["kms"].create_alias(AliasName="alias/sign", TargetKeyId=key)
    clients["secretsmanager"].create_secret(Name="deleted", SecretString="x")
    clients["secretsmanager"].create_secret(Name="kept")
    clients["secretsmanager"].delete_secret(SecretId="deleted")
    trust = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}}'
    administered.client("iam", actor="admin").create_role(RoleName="plain", AssumeRolePolicyDocument=trust)
    clients["s3"].create_bucket(**BUCKET)
    clients["s3"].put_object(**OBJECT)
    clients["sqs"].create_queue(QueueName="jobs")
    clients["sns"].create_topic(Name="news")
    return clients


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "code", "message"),
    REJECTIONS,
    ids=[f"{row[0]}-{row[3]}-{number}" for number, row in enumerate(REJECTIONS)],
)
def test_a_parameter_is_rejected(clients, service, operation, parameters, code, message):
    with pytest.raises(ClientError) as caught:
        getattr(clients[service], operation)(**parameters)

    assert caught.value.response["Error"]["Code"].removeprefix("AWS.SimpleQueueService.") == code
    assert message in caught.value.response["Error"]["Message"]


# https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
def test_every_bucket_is_encrypted(clients):
    encryption = clients["s3"].get_bucket_encryption(**BUCKET)["ServerSideEncryptionConfiguration"]

    assert encryption["Rules"][0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


# https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
def test_names_of_metadata_can_differ_in_an_underscore(clients):
    metadata = {"a-b": "1", "a_b": "2"}
    clients["s3"].put_object(**BUCKET, Key="described", Metadata=metadata, ContentEncoding="gzip")

    assert clients["s3"].head_object(**BUCKET, Key="described")["Metadata"] == metadata


# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
def test_a_message_can_be_any_text(clients):
    assert clients["sns"].publish(**TOPIC, Message="\x00\x1b[1m")["MessageId"]


# https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
def test_an_advanced_parameter_stays_advanced(clients):
    ssm, name = clients["ssm"], {"Name": "/advanced"}
    ssm.put_parameter(**name, Value="x" * 5000, Type="String", Tier="Advanced")

    put = ssm.put_parameter(**name, Value="y" * 5000, Overwrite=True)

    assert (put["Version"], put["Tier"]) == (2, "Advanced")
    with pytest.raises(ClientError, match="You can't downgrade a parameter"):
        ssm.put_parameter(**name, Value="z", Tier="Standard", Overwrite=True)


# https://github.com/getmoto/moto/blob/5.2.5/tests/test_s3/test_s3_multipart.py, which was run in AWS.
def test_a_completed_upload_can_be_completed_again_but_not_aborted(clients):
    s3 = clients["s3"]
    upload = {**OBJECT, "UploadId": s3.create_multipart_upload(**OBJECT)["UploadId"]}
    part = s3.upload_part(**upload, PartNumber=1, Body=b"x")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}

    etags = {s3.complete_multipart_upload(**upload, MultipartUpload=parts)["ETag"] for _ in range(2)}
    with pytest.raises(s3.exceptions.NoSuchUpload) as aborted:
        s3.abort_multipart_upload(**upload)

    assert len(etags) == 1
    assert aborted.value.response["Error"]["UploadId"] == upload["UploadId"]
