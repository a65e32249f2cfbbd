"""What AWS documents, and what the sandbox does: a row for each behaviour, asked by real boto3.

For an operation, AWS documents its action and its resource. A row shows both: a policy with exactly that
action on exactly that resource lets the call pass; the same action on another resource does not, and neither
does every other action on this one. For a condition key a row shows a value that lets the call pass, and one
that does not.
"""

import json
from pathlib import Path

import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from rolecall import Sandbox

ACCOUNT = "111122223333"
DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "403"}
REFERENCE = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_"
GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
PAGES = {
    "s3": f"{REFERENCE}amazons3.html",
    "dynamodb": f"{REFERENCE}amazondynamodb.html",
    "sqs": f"{REFERENCE}amazonsqs.html",
    "sns": f"{REFERENCE}amazonsns.html",
    "kms": f"{REFERENCE}awskeymanagementservice.html",
    "secretsmanager": f"{REFERENCE}awssecretsmanager.html",
    "ssm": f"{REFERENCE}awssystemsmanager.html",
    "iam": f"{REFERENCE}awsidentityandaccessmanagementiam.html",
    "sts": f"{REFERENCE}awssecuritytokenservice.html",
    "ec2": f"{REFERENCE}amazonec2.html",
    "logs": f"{REFERENCE}amazoncloudwatchlogs.html",
    "events": f"{REFERENCE}amazoneventbridge.html",
    "ecr": f"{REFERENCE}amazonelasticcontainerregistry.html",
    "kinesis": f"{REFERENCE}amazonkinesisdatastreams.html",
    "cloudwatch": f"{REFERENCE}amazoncloudwatch.html",
    "stepfunctions": f"{REFERENCE}awsstepfunctions.html",
    "lambda": f"{REFERENCE}awslambda.html",
}
FILES, OBJECT = "arn:aws:s3:::files", "arn:aws:s3:::files/a.txt"
ORDERS = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
JOBS = f"arn:aws:sqs:us-east-1:{ACCOUNT}:jobs"
JOBS_URL = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/jobs"
ALERTS = f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts"
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:db-??????"
MODE = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/app/mode"
IAM = f"arn:aws:iam::{ACCOUNT}:"
PLAIN = f"{IAM}policy/plain"
KEY = {"id": {"S": "1"}}
DOCUMENT = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
)
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
)
BUCKET = {"Bucket": "files"}
ONE = {"Bucket": "files", "Key": "a.txt"}
TABLE = {"TableName": "orders"}
QUEUE = {"QueueUrl": JOBS_URL}

# service, operation, parameters, action, resource
OPERATIONS = [
    ("s3", "list_buckets", {}, "s3:ListAllMyBuckets", "*"),
    ("s3", "list_objects", BUCKET, "s3:ListBucket", FILES),
    ("s3", "list_objects_v2", BUCKET, "s3:ListBucket", FILES),
    ("s3", "head_bucket", BUCKET, "s3:ListBucket", FILES),
    ("s3", "list_object_versions", BUCKET, "s3:ListBucketVersions", FILES),
    ("s3", "list_multipart_uploads", BUCKET, "s3:ListBucketMultipartUploads", FILES),
    ("s3", "get_bucket_location", BUCKET, "s3:GetBucketLocation", FILES),
    ("s3", "get_bucket_versioning", BUCKET, "s3:GetBucketVersioning", FILES),
    ("s3", "get_bucket_acl", BUCKET, "s3:GetBucketAcl", FILES),
    ("s3", "get_bucket_policy", BUCKET, "s3:GetBucketPolicy", FILES),
    ("s3", "get_bucket_tagging", BUCKET, "s3:GetBucketTagging", FILES),
    ("s3", "get_bucket_encryption", BUCKET, "s3:GetEncryptionConfiguration", FILES),
    ("s3", "get_bucket_lifecycle_configuration", BUCKET, "s3:GetLifecycleConfiguration", FILES),
    ("s3", "get_bucket_cors", BUCKET, "s3:GetBucketCORS", FILES),
    ("s3", "get_public_access_block", BUCKET, "s3:GetBucketPublicAccessBlock", FILES),
    ("s3", "get_bucket_replication", BUCKET, "s3:GetReplicationConfiguration", FILES),
    ("s3", "get_object", ONE, "s3:GetObject", OBJECT),
    ("s3", "head_object", ONE, "s3:GetObject", OBJECT),
    ("s3", "get_object_tagging", ONE, "s3:GetObjectTagging", OBJECT),
    ("s3", "get_object_acl", ONE, "s3:GetObjectAcl", OBJECT),
    ("s3", "put_object", {**ONE, "Body": b"a"}, "s3:PutObject", OBJECT),
    ("s3", "create_multipart_upload", ONE, "s3:PutObject", OBJECT),
    ("s3", "put_object_tagging", {**ONE, "Tagging": {"TagSet": []}}, "s3:PutObjectTagging", OBJECT),
    ("s3", "delete_object", {**BUCKET, "Key": "gone"}, "s3:DeleteObject", f"{FILES}/gone"),
    (
        "s3",
        "create_bucket",
        {"Bucket": "brand-new-files"},
        "s3:CreateBucket",
        "arn:aws:s3:::brand-new-files",
    ),
    ("s3", "delete_bucket", {"Bucket": "other"}, "s3:DeleteBucket", "arn:aws:s3:::other"),
    ("dynamodb", "list_tables", {}, "dynamodb:ListTables", "*"),
    ("dynamodb", "describe_table", TABLE, "dynamodb:DescribeTable", ORDERS),
    ("dynamodb", "get_item", {**TABLE, "Key": KEY}, "dynamodb:GetItem", ORDERS),
    ("dynamodb", "put_item", {**TABLE, "Item": KEY}, "dynamodb:PutItem", ORDERS),
    ("dynamodb", "delete_item", {**TABLE, "Key": {"id": {"S": "9"}}}, "dynamodb:DeleteItem", ORDERS),
    ("dynamodb", "update_item", {**TABLE, "Key": KEY}, "dynamodb:UpdateItem", ORDERS),
    ("dynamodb", "scan", TABLE, "dynamodb:Scan", ORDERS),
    (
        "dynamodb",
        "query",
        {
            **TABLE,
            "KeyConditionExpression": "id = :i",
            "ExpressionAttributeValues": {":i": {"S": "1"}},
        },
        "dynamodb:Query",
        ORDERS,
    ),
    (
        "dynamodb",
        "batch_get_item",
        {"RequestItems": {"orders": {"Keys": [KEY]}}},
        "dynamodb:BatchGetItem",
        ORDERS,
    ),
    (
        "dynamodb",
        "batch_write_item",
        {"RequestItems": {"orders": [{"PutRequest": {"Item": KEY}}]}},
        "dynamodb:BatchWriteItem",
        ORDERS,
    ),
    (
        "dynamodb",
        "transact_get_items",
        {"TransactItems": [{"Get": {**TABLE, "Key": KEY}}]},
        "dynamodb:GetItem",
        ORDERS,
    ),
    (
        "dynamodb",
        "transact_write_items",
        {"TransactItems": [{"Put": {**TABLE, "Item": KEY}}]},
        "dynamodb:PutItem",
        ORDERS,
    ),
    (
        "dynamodb",
        "execute_statement",
        {"Statement": "SELECT * FROM orders"},
        "dynamodb:PartiQLSelect",
        ORDERS,
    ),
    ("dynamodb", "describe_time_to_live", TABLE, "dynamodb:DescribeTimeToLive", ORDERS),
    ("sqs", "list_queues", {}, "sqs:ListQueues", "*"),
    ("sqs", "get_queue_url", {"QueueName": "jobs"}, "sqs:GetQueueUrl", JOBS),
    ("sqs", "get_queue_attributes", QUEUE, "sqs:GetQueueAttributes", JOBS),
    ("sqs", "send_message", {**QUEUE, "MessageBody": "x"}, "sqs:SendMessage", JOBS),
    (
        "sqs",
        "send_message_batch",
        {**QUEUE, "Entries": [{"Id": "1", "MessageBody": "x"}]},
        "sqs:SendMessage",
        JOBS,
    ),
    ("sqs", "receive_message", QUEUE, "sqs:ReceiveMessage", JOBS),
    ("sqs", "purge_queue", QUEUE, "sqs:PurgeQueue", JOBS),
    ("sqs", "create_queue", {"QueueName": "fresh"}, "sqs:CreateQueue", JOBS.replace("jobs", "fresh")),
    ("sns", "list_topics", {}, "sns:ListTopics", "*"),
    ("sns", "publish", {"TopicArn": ALERTS, "Message": "x"}, "sns:Publish", ALERTS),
    (
        "sns",
        "publish_batch",
        {"TopicArn": ALERTS, "PublishBatchRequestEntries": [{"Id": "1", "Message": "x"}]},
        "sns:Publish",
        ALERTS,
    ),
    ("sns", "get_topic_attributes", {"TopicArn": ALERTS}, "sns:GetTopicAttributes", ALERTS),
    (
        "sns",
        "subscribe",
        {"TopicArn": ALERTS, "Protocol": "sqs", "Endpoint": JOBS},
        "sns:Subscribe",
        ALERTS,
    ),
    ("sns", "create_topic", {"Name": "fresh"}, "sns:CreateTopic", ALERTS.replace("alerts", "fresh")),
    ("kms", "list_keys", {}, "kms:ListKeys", "*"),
    ("kms", "create_key", {}, "kms:CreateKey", "*"),
    ("secretsmanager", "list_secrets", {}, "secretsmanager:ListSecrets", "*"),
    ("secretsmanager", "get_secret_value", {"SecretId": "db"}, "secretsmanager:GetSecretValue", SECRET),
    ("secretsmanager", "describe_secret", {"SecretId": "db"}, "secretsmanager:DescribeSecret", SECRET),
    (
        "secretsmanager",
        "put_secret_value",
        {"SecretId": "db", "SecretString": "x"},
        "secretsmanager:PutSecretValue",
        SECRET,
    ),
    ("ssm", "get_parameter", {"Name": "/app/mode"}, "ssm:GetParameter", MODE),
    ("ssm", "get_parameters", {"Names": ["/app/mode"]}, "ssm:GetParameters", MODE),
    (
        "ssm",
        "put_parameter",
        {"Name": "/app/mode", "Value": "x", "Type": "String", "Overwrite": True},
        "ssm:PutParameter",
        MODE,
    ),
    ("ssm", "describe_parameters", {}, "ssm:DescribeParameters", "*"),
    ("iam", "list_users", {}, "iam:ListUsers", "*"),
    ("iam", "list_roles", {}, "iam:ListRoles", "*"),
    ("iam", "get_user", {"UserName": "admin"}, "iam:GetUser", f"{IAM}user/admin"),
    ("iam", "get_role", {"RoleName": "target"}, "iam:GetRole", f"{IAM}role/target"),
    ("iam", "list_role_policies", {"RoleName": "target"}, "iam:ListRolePolicies", f"{IAM}role/target"),
    (
        "iam",
        "list_attached_role_policies",
        {"RoleName": "target"},
        "iam:ListAttachedRolePolicies",
        f"{IAM}role/target",
    ),
    ("iam", "get_policy", {"PolicyArn": PLAIN}, "iam:GetPolicy", PLAIN),
    (
        "iam",
        "get_policy_version",
        {"PolicyArn": PLAIN, "VersionId": "v1"},
        "iam:GetPolicyVersion",
        PLAIN,
    ),
    ("iam", "create_user", {"UserName": "fresh"}, "iam:CreateUser", f"{IAM}user/fresh"),
    (
        "iam",
        "create_role",
        {"RoleName": "fresh", "AssumeRolePolicyDocument": TRUST},
        "iam:CreateRole",
        f"{IAM}role/fresh",
    ),
    (
        "iam",
        "put_role_policy",
        {"RoleName": "target", "PolicyName": "p", "PolicyDocument": DOCUMENT},
        "iam:PutRolePolicy",
        f"{IAM}role/target",
    ),
    (
        "iam",
        "update_assume_role_policy",
        {"RoleName": "web", "PolicyDocument": TRUST},
        "iam:UpdateAssumeRolePolicy",
        f"{IAM}role/web",
    ),
    (
        "iam",
        "attach_role_policy",
        {"RoleName": "target", "PolicyArn": PLAIN},
        "iam:AttachRolePolicy",
        f"{IAM}role/target",
    ),
    (
        "iam",
        "attach_user_policy",
        {"UserName": "admin", "PolicyArn": PLAIN},
        "iam:AttachUserPolicy",
        f"{IAM}user/admin",
    ),
    (
        "iam",
        "create_policy",
        {"PolicyName": "fresh", "PolicyDocument": DOCUMENT},
        "iam:CreatePolicy",
        f"{IAM}policy/fresh",
    ),
    ("iam", "get_group", {"GroupName": "staff"}, "iam:GetGroup", f"{IAM}group/staff"),
    (
        "iam",
        "get_instance_profile",
        {"InstanceProfileName": "web"},
        "iam:GetInstanceProfile",
        f"{IAM}instance-profile/web",
    ),
    (
        "iam",
        "simulate_principal_policy",
        {"PolicySourceArn": f"{IAM}user/admin", "ActionNames": ["s3:GetObject"]},
        "iam:SimulatePrincipalPolicy",
        f"{IAM}user/admin",
    ),
    (
        "sts",
        "assume_role",
        {"RoleArn": f"{IAM}role/target", "RoleSessionName": "xx"},
        "sts:AssumeRole",
        f"{IAM}role/target",
    ),
    (
        "sts",
        "get_federation_token",
        {"Name": "fred"},
        "sts:GetFederationToken",
        f"arn:aws:sts::{ACCOUNT}:federated-user/fred",
    ),
    ("ec2", "describe_instances", {}, "ec2:DescribeInstances", "*"),
    ("ec2", "describe_vpcs", {}, "ec2:DescribeVpcs", "*"),
    ("ec2", "describe_images", {}, "ec2:DescribeImages", "*"),
    (
        "ec2",
        "stop_instances",
        {"InstanceIds": ["i-0123456789abcdef0"]},
        "ec2:StopInstances",
        f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-0123456789abcdef0",
    ),
    (
        "ec2",
        "terminate_instances",
        {"InstanceIds": ["i-0123456789abcdef0"]},
        "ec2:TerminateInstances",
        f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-0123456789abcdef0",
    ),
    (
        "logs",
        "create_log_group",
        {"logGroupName": "app"},
        "logs:CreateLogGroup",
        f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:app*",
    ),
    (
        "events",
        "put_rule",
        {"Name": "nightly", "ScheduleExpression": "rate(1 day)"},
        "events:PutRule",
        f"arn:aws:events:us-east-1:{ACCOUNT}:rule/nightly",
    ),
    (
        "ecr",
        "create_repository",
        {"repositoryName": "app"},
        "ecr:CreateRepository",
        f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/app",
    ),
    ("ecr", "get_authorization_token", {}, "ecr:GetAuthorizationToken", "*"),
    (
        "kinesis",
        "create_stream",
        {"StreamName": "clicks", "ShardCount": 1},
        "kinesis:CreateStream",
        f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/clicks",
    ),
    ("cloudwatch", "list_metrics", {}, "cloudwatch:ListMetrics", "*"),
    (
        "cloudwatch",
        "put_metric_data",
        {"Namespace": "n", "MetricData": [{"MetricName": "m", "Value": 1.0}]},
        "cloudwatch:PutMetricData",
        "*",
    ),
    ("stepfunctions", "list_state_machines", {}, "states:ListStateMachines", "*"),
    ("lambda", "list_functions", {}, "lambda:ListFunctions", "*"),
    (
        "lambda",
        "get_function",
        {"FunctionName": "hello"},
        "lambda:GetFunction",
        f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:hello",
    ),
]

GLOBAL = f"{GUIDE}reference_policies_condition-keys.html"
STS_KEYS = f"{GUIDE}reference_policies_iam-condition-keys.html"
S3_KEYS = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html"
S3_SIGNED = "https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html"
ASSUME = {"RoleArn": f"{IAM}role/target", "RoleSessionName": "ticket-42"}
LIST = ("s3", "list_objects_v2", {**BUCKET, "Prefix": "home/", "Delimiter": "/", "MaxKeys": 5})
PUT = (
    "s3",
    "put_object",
    {
        **ONE,
        "ServerSideEncryption": "aws:kms",
        "SSEKMSKeyId": "k",
        "StorageClass": "STANDARD_IA",
        "ACL": "private",
        "Tagging": "class=open",
    },
)
CREATE = ("sqs", "create_queue", {"QueueName": "tagged", "tags": {"team": "blue"}})
RUN = (
    "ec2",
    "run_instances",
    {
        "ImageId": "ami-0abcdef1234567890",
        "InstanceType": "t3.micro",
        "MinCount": 1,
        "MaxCount": 1,
        "MetadataOptions": {"HttpTokens": "required"},
    },
)
# page, call, operator, key, value that fits, value that does not
CONDITIONS = [
    (GLOBAL, LIST, "IpAddress", "aws:SourceIp", "127.0.0.0/8", "203.0.113.0/24"),
    (GLOBAL, LIST, "StringLike", "aws:UserAgent", "Boto3/*", "curl/*"),
    (GLOBAL, LIST, "DateGreaterThan", "aws:CurrentTime", "2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"),
    (GLOBAL, LIST, "NumericGreaterThan", "aws:EpochTime", "1577836800", "4070908800"),
    (GLOBAL, LIST, "StringEquals", "aws:RequestedRegion", "us-east-1", "eu-west-1"),
    (GLOBAL, LIST, "Bool", "aws:SecureTransport", "true", "false"),
    (GLOBAL, LIST, "Bool", "aws:ViaAWSService", "false", "true"),
    (GLOBAL, LIST, "Bool", "aws:PrincipalIsAWSService", "false", "true"),
    (GLOBAL, LIST, "ArnEquals", "aws:PrincipalArn", f"{IAM}user/learner", f"{IAM}user/admin"),
    (GLOBAL, LIST, "StringEquals", "aws:PrincipalAccount", ACCOUNT, "444455556666"),
    (GLOBAL, LIST, "StringEquals", "aws:PrincipalType", "User", "AssumedRole"),
    (GLOBAL, LIST, "StringEquals", "aws:PrincipalTag/team", "blue", "red"),
    (GLOBAL, LIST, "StringEquals", "aws:username", "learner", "admin"),
    (GLOBAL, LIST, "StringLike", "aws:userid", "AIDA*", "AROA*"),
    (GLOBAL, LIST, "StringEquals", "aws:ResourceAccount", ACCOUNT, "444455556666"),
    (GLOBAL, LIST, "Null", "aws:MultiFactorAuthPresent", "true", "false"),
    (GLOBAL, LIST, "Null", "aws:TokenIssueTime", "true", "false"),
    (GLOBAL, LIST, "Null", "aws:SourceVpce", "true", "false"),
    (GLOBAL, CREATE, "StringEquals", "aws:RequestTag/team", "blue", "red"),
    (GLOBAL, CREATE, "ForAllValues:StringEquals", "aws:TagKeys", "team", "cost"),
    (
        GLOBAL,
        ("iam", "get_role", {"RoleName": "target"}),
        "StringEquals",
        "aws:ResourceTag/team",
        "blue",
        "red",
    ),
    (
        STS_KEYS,
        ("iam", "get_role", {"RoleName": "target"}),
        "StringEquals",
        "iam:ResourceTag/team",
        "blue",
        "red",
    ),
    (
        STS_KEYS,
        ("iam", "attach_user_policy", {"UserName": "admin", "PolicyArn": PLAIN}),
        "ArnEquals",
        "iam:PolicyARN",
        PLAIN,
        "arn:aws:iam::aws:policy/AdministratorAccess",
    ),
    (
        STS_KEYS,
        ("iam", "create_user", {"UserName": "bound", "PermissionsBoundary": PLAIN}),
        "StringEquals",
        "iam:PermissionsBoundary",
        PLAIN,
        f"{IAM}policy/other",
    ),
    (
        STS_KEYS,
        ("iam", "add_role_to_instance_profile", {"InstanceProfileName": "none", "RoleName": "web"}),
        "StringEqualsIfExists",
        "iam:PassedToService",
        "ec2.amazonaws.com",
        "lambda.amazonaws.com",
    ),
    (
        STS_KEYS,
        ("sts", "assume_role", ASSUME),
        "StringEquals",
        "sts:RoleSessionName",
        "ticket-42",
        "${aws:username}",
    ),
    (
        STS_KEYS,
        ("sts", "assume_role", {**ASSUME, "ExternalId": "order-66"}),
        "StringEquals",
        "sts:ExternalId",
        "order-66",
        "order-67",
    ),
    (
        STS_KEYS,
        ("sts", "assume_role", {**ASSUME, "SourceIdentity": "learner"}),
        "StringEquals",
        "sts:SourceIdentity",
        "learner",
        "admin",
    ),
    (
        STS_KEYS,
        (
            "sts",
            "assume_role",
            {**ASSUME, "Tags": [{"Key": "k", "Value": "v"}], "TransitiveTagKeys": ["k"]},
        ),
        "ForAnyValue:StringEquals",
        "sts:TransitiveTagKeys",
        "k",
        "j",
    ),
    (GLOBAL, ("sts", "assume_role", ASSUME), "StringEquals", "aws:ResourceTag/team", "blue", "red"),
    (S3_KEYS, LIST, "StringEquals", "s3:prefix", "home/", "away/"),
    (S3_KEYS, LIST, "StringEquals", "s3:delimiter", "/", "|"),
    (S3_KEYS, LIST, "NumericLessThanEquals", "s3:max-keys", "5", "4"),
    (S3_KEYS, LIST, "StringEquals", "s3:ResourceAccount", ACCOUNT, "444455556666"),
    (S3_KEYS, PUT, "StringEquals", "s3:x-amz-server-side-encryption", "aws:kms", "AES256"),
    (S3_KEYS, PUT, "StringEquals", "s3:x-amz-server-side-encryption-aws-kms-key-id", "k", "l"),
    (S3_KEYS, PUT, "StringEquals", "s3:x-amz-storage-class", "STANDARD_IA", "STANDARD"),
    (S3_KEYS, PUT, "StringEquals", "s3:x-amz-acl", "private", "public-read"),
    (S3_KEYS, PUT, "StringEquals", "s3:RequestObjectTag/class", "open", "secret"),
    (S3_KEYS, PUT, "ForAllValues:StringEquals", "s3:RequestObjectTagKeys", "class", "owner"),
    (S3_SIGNED, LIST, "StringEquals", "s3:authType", "REST-HEADER", "REST-QUERY-STRING"),
    (S3_SIGNED, LIST, "StringEquals", "s3:signatureversion", "AWS4-HMAC-SHA256", "AWS"),
    (PAGES["ec2"], RUN, "StringEqualsIfExists", "ec2:InstanceType", "t3.micro", "m5.large"),
    (PAGES["ec2"], RUN, "StringEqualsIfExists", "ec2:MetadataHttpTokens", "required", "optional"),
    (
        PAGES["sns"],
        ("sns", "subscribe", {"TopicArn": ALERTS, "Protocol": "sqs", "Endpoint": JOBS}),
        "StringEquals",
        "sns:Protocol",
        "sqs",
        "https",
    ),
    (
        PAGES["dynamodb"],
        ("dynamodb", "get_item", {**TABLE, "Key": KEY, "ProjectionExpression": "id"}),
        "ForAllValues:StringEquals",
        "dynamodb:Attributes",
        "id",
        "salary",
    ),
]

ERRORS = f"{GUIDE.replace('UserGuide', 'APIReference')}CommonErrors.html"
S3_ERRORS = "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
EC2_ERRORS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
JSON_ERRORS = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/CommonErrors.html"
# page, service, operation, then the code for an unknown key, a wrong secret, a foreign token, a denial, no signature
FAILURES = [
    (
        ERRORS,
        "sts",
        "get_session_token",
        "InvalidClientTokenId",
        "SignatureDoesNotMatch",
        None,
        "MissingAuthenticationToken",
    ),
    (
        ERRORS,
        "iam",
        "list_users",
        "InvalidClientTokenId",
        "SignatureDoesNotMatch",
        "AccessDenied",
        "MissingAuthenticationToken",
    ),
    (
        S3_ERRORS,
        "s3",
        "list_buckets",
        "InvalidAccessKeyId",
        "SignatureDoesNotMatch",
        "AccessDenied",
        "AccessDenied",
    ),
    (
        EC2_ERRORS,
        "ec2",
        "describe_vpcs",
        "AuthFailure",
        "AuthFailure",
        "UnauthorizedOperation",
        "MissingAuthenticationToken",
    ),
    (
        JSON_ERRORS,
        "dynamodb",
        "list_tables",
        "UnrecognizedClientException",
        "InvalidSignatureException",
        "AccessDeniedException",
        "MissingAuthenticationTokenException",
    ),
    (
        JSON_ERRORS,
        "lambda",
        "list_functions",
        "UnrecognizedClientException",
        "InvalidSignatureException",
        "AccessDeniedException",
        None,  # unsigned, its path names no service: AWS knows it by the host
    ),
    (
        JSON_ERRORS,
        "kms",
        "list_keys",
        "UnrecognizedClientException",
        "InvalidSignatureException",
        "AccessDeniedException",
        "MissingAuthenticationTokenException",
    ),
    (
        JSON_ERRORS,
        "ssm",
        "describe_parameters",
        "UnrecognizedClientException",
        "InvalidSignatureException",
        "AccessDeniedException",
        "MissingAuthenticationTokenException",
    ),
]
API = "https://docs.aws.amazon.com/STS/latest/APIReference/API_"
# page, operation, parameters, code, part of the message
VALIDATIONS = [
    (
        "AssumeRole",
        "assume_role",
        {"DurationSeconds": 899},
        "ValidationError",
        "greater than or equal to 900",
    ),
    (
        "AssumeRole",
        "assume_role",
        {"DurationSeconds": 43201},
        "ValidationError",
        "less than or equal to 43200",
    ),
    (
        "AssumeRole",
        "assume_role",
        {"DurationSeconds": 3601},
        "ValidationError",
        "exceeds the MaxSessionDuration",
    ),
    (
        "AssumeRole",
        "assume_role",
        {"RoleSessionName": "a"},
        "ValidationError",
        "length greater than or equal to 2",
    ),
    (
        "AssumeRole",
        "assume_role",
        {"RoleSessionName": "a" * 65},
        "ValidationError",
        "length less than or equal to 64",
    ),
    (
        "AssumeRole",
        "assume_role",
        {"RoleSessionName": "a b"},
        "ValidationError",
        "regular expression pattern",
    ),
    ("AssumeRole", "assume_role", {"RoleArn": "arn:aws:iam::1:role/x"}, "ValidationError", "is invalid"),
    (
        "AssumeRole",
        "assume_role",
        {"RoleArn": f"{IAM}role/none"},
        "AccessDenied",
        "is not authorized to perform: sts:AssumeRole",
    ),
    (
        "AssumeRole",
        "assume_role",
        {"ExternalId": "a"},
        "ValidationError",
        "length greater than or equal to 2",
    ),
    ("AssumeRole", "assume_role", {"ExternalId": "a b"}, "ValidationError", "regular expression pattern"),
    ("AssumeRole", "assume_role", {"Policy": "{"}, "MalformedPolicyDocument", ""),
    ("AssumeRole", "assume_role", {"Policy": "x" * 2049}, "ValidationError", "less than or equal to 2048"),
    (
        "AssumeRole",
        "assume_role",
        {"PolicyArns": [{"arn": f"{IAM}policy/none"}]},
        "ValidationError",
        "does not exist",
    ),
    (
        "AssumeRole",
        "assume_role",
        {"SerialNumber": f"{IAM}mfa/learner", "TokenCode": "000000"},
        "AccessDenied",
        "MultiFactorAuthentication failed",
    ),
    (
        "GetFederationToken",
        "get_federation_token",
        {"Name": "f"},
        "ValidationError",
        "length greater than or equal to 2",
    ),
    (
        "GetFederationToken",
        "get_federation_token",
        {"Name": "fred", "DurationSeconds": 129601},
        "ValidationError",
        "129600",
    ),
    ("GetSessionToken", "get_session_token", {"DurationSeconds": 899}, "ValidationError", "900"),
    ("GetSessionToken", "get_session_token", {"DurationSeconds": 129601}, "ValidationError", "129600"),
    (
        "GetAccessKeyInfo",
        "get_access_key_info",
        {"AccessKeyId": "AKIAAAAAAAAAAAAAAAAA"},
        "ValidationError",
        "",
    ),
    (
        "DecodeAuthorizationMessage",
        "decode_authorization_message",
        {"EncodedMessage": "x"},
        "InvalidAuthorizationMessageException",
        "",
    ),
]


@pytest.fixture(scope="module")
def lab():
    with Sandbox(Path(__file__).parent / "worlds" / "matrix.yaml") as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def write(lab):
    """Writes the learner's one policy."""
    iam = lab.client("iam", actor="admin")

    def put(*statements):
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        iam.put_user_policy(UserName="learner", PolicyName="row", PolicyDocument=json.dumps(document))

    return put


@pytest.fixture(scope="module")
def clients(lab):
    made = {}

    def client(service, **options):
        key = (service, *options)
        if key not in made:
            config = Config(parameter_validation=False, retries={"max_attempts": 1})
            made[key] = lab.client(service, actor="learner", config=config)
        return made[key]

    return client


def outcome(client, operation, parameters) -> str:
    """The code of the error that a call raises; empty when it raises none."""
    try:
        getattr(client, operation)(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return ""


def allow(action, resource="*", **more) -> dict:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def test_the_matrix_has_at_least_150_rows_and_each_its_page():
    rows = len(OPERATIONS) + len(CONDITIONS) + len(FAILURES) + len(VALIDATIONS)
    pages = [PAGES[row[0]] for row in OPERATIONS] + [row[0] for row in CONDITIONS + FAILURES]

    assert rows >= 150
    assert all(page.startswith("https://docs.aws.amazon.com/") for page in pages)


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "action", "resource"),
    OPERATIONS,
    ids=[f"{row[0]}-{row[1]}" for row in OPERATIONS],
)
def test_an_operation_asks_for_its_action_on_its_resource(
    write, clients, service, operation, parameters, action, resource
):
    client = clients(service)
    elsewhere = (
        resource.replace(ACCOUNT, "999988887777") if ACCOUNT in resource else "arn:aws:s3:::elsewhere/*"
    )
    # Without s3:ListBucket, S3 answers 403 for a missing key.
    listing = [allow("s3:ListBucket", FILES)] if action == "s3:GetObject" else []

    write(allow(action, elsewhere))
    denied_elsewhere = outcome(client, operation, parameters)
    write({"Effect": "Allow", "NotAction": action, "Resource": "*"})
    denied_otherwise = outcome(client, operation, parameters)
    write(allow(action, resource), *listing)
    allowed = outcome(client, operation, parameters)

    assert denied_elsewhere in DENIED
    assert denied_otherwise in DENIED
    assert allowed not in DENIED


@pytest.mark.parametrize(
    ("page", "call", "operator", "key", "fits", "does_not"),
    CONDITIONS,
    ids=[f"{row[3]}-{row[1][1]}" for row in CONDITIONS],
)
def test_a_condition_key_has_the_value_that_aws_gives_it(
    lab, write, clients, page, call, operator, key, fits, does_not
):
    service, operation, parameters = call
    client = clients(service)

    write(allow("*", Condition={operator: {key: fits}}))
    allowed = outcome(client, operation, parameters)
    write(allow("*", Condition={operator: {key: does_not}}))
    denied = outcome(client, operation, parameters)

    assert allowed not in DENIED
    assert denied in DENIED


@pytest.mark.parametrize(
    ("page", "service", "operation", "unknown", "wrong", "denied", "unsigned"),
    FAILURES,
    ids=[row[1] for row in FAILURES],
)
def test_each_failure_has_the_code_that_the_service_documents(
    lab, write, clients, page, service, operation, unknown, wrong, denied, unsigned
):
    good = lab.environment("learner")
    keys = {"AccessKeyId": good["AWS_ACCESS_KEY_ID"], "SecretAccessKey": good["AWS_SECRET_ACCESS_KEY"]}
    write(allow("s3:GetObject", "arn:aws:s3:::nothing/*"))

    def code(**changed):
        return outcome(lab.client(service, credentials=keys | changed), operation, {})

    anonymous = lab.client(service, actor="learner", config=Config(signature_version=UNSIGNED))

    assert code(AccessKeyId="AKIAAAAAAAAAAAAAAAAA") == unknown
    assert code(SecretAccessKey="wrong") == wrong
    assert outcome(clients(service), operation, {}) == (denied or "")
    assert unsigned is None or outcome(anonymous, operation, {}) == unsigned


@pytest.mark.parametrize(
    ("page", "operation", "parameters", "code", "message"),
    VALIDATIONS,
    ids=[f"{row[1]}-{'-'.join(row[2])}-{number}" for number, row in enumerate(VALIDATIONS)],
)
def test_sts_refuses_as_its_reference_says(write, clients, page, operation, parameters, code, message):
    write(allow("*"))
    usual = ASSUME if operation == "assume_role" else {}

    with pytest.raises(ClientError) as raised:
        getattr(clients("sts"), operation)(**usual | parameters)

    assert raised.value.response["Error"]["Code"] == code
    assert message in raised.value.response["Error"]["Message"]
