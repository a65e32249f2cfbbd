"""The permissions that a call requires, each rule with the AWS page that documents it."""

import pytest

from rolecall.aws.authorization import Check, Scope, checks
from rolecall.aws.errors import AwsError
from rolecall.aws.operations import Operation

ACCOUNT = "111122223333"
IAM = f"arn:aws:iam::{ACCOUNT}:"
ROLE = f"{IAM}role/app/worker"
GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
REFERENCE = "https://docs.aws.amazon.com/service-authorization/latest/reference/"
EC2 = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/"
DYNAMODB = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"


def arn(service, resource, region="us-east-1", account=ACCOUNT):
    return f"arn:aws:{service}:{region}:{account}:{resource}"


class Account:
    """An account with a few resources."""

    def iam_arn(self, account, type, name):
        paths = {"worker": "/app/", "zhang": "/team/"}
        return f"arn:aws:iam::{account}:{type}{paths.get(name, '/')}{name}"

    def profile_role_arn(self, account, profile):
        return ROLE if profile.rpartition("/")[2] == "web" else None

    def access_key_user(self, access_key_id):
        return f"{IAM}user/dana" if access_key_id == "AKIADANA" else None

    def full_arn(self, service, account, region, name):
        known = {
            "kms": {"k-1": "key/k-1", "alias/app": "key/k-1"},
            "secretsmanager": {"db": "secret:db-AbCdEf"},
            "cloudformation": {"app": "stack/app/1"},
            "ecs": {"web": "task-definition/web:3"},
        }
        if service == "organizations":
            return {"p-1": f"arn:aws:organizations::{account}:policy/o-1/p-1"}.get(name)
        found = known.get(service, {}).get(name)
        return f"arn:aws:{service}:{region}:{account}:{found}" if found else None

    def granted_key(self, account, region, token):
        return None

    def ciphertext_key(self, account, region, ciphertext):
        return arn("kms", "key/k-1") if ciphertext == b"sealed" else None

    def ec2_id(self, account, region, type, name):
        if name == "eipassoc-1":
            return {"address": "eipalloc-1"}.get(type)
        if name == "eni-attach-1":
            return {"attached-interface": "eni-1", "attached-instance": "i-1"}.get(type)
        return {"default": "sg-1", "web": "lt-1", "iip-assoc-1": "i-1", "rtbassoc-1": "rtb-1"}.get(name)

    def launch_template(self, account, region, specification):
        return {"ImageId": "ami-9", "IamInstanceProfile": {"Name": "web"}}

    def partition_key(self, arn):
        return "user"

    def condition_keys(self, arn):
        return {
            f"{IAM}user/team/zhang": {"iam:PermissionsBoundary": f"{IAM}policy/Boundary"},
            "arn:aws:ec2:us-east-1:111122223333:instance/i-1": {"ec2:InstanceType": "t3.micro"},
            "arn:aws:ec2:us-east-1:111122223333:subnet/subnet-1": {
                "ec2:Vpc": "arn:aws:ec2:us-east-1:111122223333:vpc/vpc-1"
            },
        }.get(arn, {})


def required(service, name, parameters, caller=f"{IAM}user/dana"):
    scope = Scope(ACCOUNT, "us-east-1", caller, Account())
    return checks(Operation(service, name, "json", parameters), scope)


TAGS = [{"Key": "team", "Value": "blue"}]
# The page; the call; and its permissions, each with its resource.
RESOURCES = [
    # IAM's resources, with the paths that they have.
    (GUIDE + "reference_identifiers.html", "iam", "GetUser", {"UserName": "zhang"}, {"iam:GetUser": f"{IAM}user/team/zhang"}),
    (GUIDE + "reference_identifiers.html", "iam", "CreateRole", {"RoleName": "r", "Path": "/app/"}, {"iam:CreateRole": f"{IAM}role/app/r"}),
    (GUIDE + "reference_policies_examples_iam_mfa-selfmanage.html", "iam", "CreateVirtualMFADevice", {"VirtualMFADeviceName": "dana"}, {"iam:CreateVirtualMFADevice": f"{IAM}mfa/dana"}),
    (GUIDE + "reference_policies_examples_iam_mfa-selfmanage.html", "iam", "DeleteVirtualMFADevice", {"SerialNumber": f"{IAM}mfa/dana"}, {"iam:DeleteVirtualMFADevice": f"{IAM}mfa/dana"}),
    (GUIDE + "reference_policies_examples_iam_mfa-selfmanage.html", "iam", "EnableMFADevice", {"UserName": "dana", "SerialNumber": f"{IAM}mfa/dana"}, {"iam:EnableMFADevice": f"{IAM}user/dana"}),
    (REFERENCE + "list_awsidentityandaccessmanagementiam.html", "iam", "CreateOpenIDConnectProvider", {"Url": "https://token.actions.githubusercontent.com"}, {"iam:CreateOpenIDConnectProvider": f"{IAM}oidc-provider/token.actions.githubusercontent.com"}),
    (REFERENCE + "list_awsidentityandaccessmanagementiam.html", "iam", "CreateSAMLProvider", {"Name": "idp"}, {"iam:CreateSAMLProvider": f"{IAM}saml-provider/idp"}),
    (REFERENCE + "list_awsidentityandaccessmanagementiam.html", "iam", "GetServerCertificate", {"ServerCertificateName": "site"}, {"iam:GetServerCertificate": f"{IAM}server-certificate/site"}),
    (REFERENCE + "list_awsidentityandaccessmanagementiam.html", "iam", "RemoveRoleFromInstanceProfile", {"InstanceProfileName": "web", "RoleName": "worker"}, {"iam:RemoveRoleFromInstanceProfile": f"{IAM}instance-profile/web"}),
    (GUIDE + "using-service-linked-roles.html", "iam", "CreateServiceLinkedRole", {"AWSServiceName": "ecs.amazonaws.com"}, {"iam:CreateServiceLinkedRole": f"{IAM}role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"}),
    (GUIDE + "using-service-linked-roles.html", "iam", "CreateServiceLinkedRole", {"AWSServiceName": "autoscaling.amazonaws.com", "CustomSuffix": "blue"}, {"iam:CreateServiceLinkedRole": f"{IAM}role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_blue"}),
    # The caller's own user, if no user is named.
    ("https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html", "iam", "GetUser", {}, {"iam:GetUser": f"{IAM}user/dana"}),
    ("https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html", "iam", "ListMFADevices", {}, {"iam:ListMFADevices": f"{IAM}user/dana"}),
    ("https://docs.aws.amazon.com/IAM/latest/APIReference/API_ChangePassword.html", "iam", "ChangePassword", {}, {"iam:ChangePassword": f"{IAM}user/dana"}),
    ("https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html", "iam", "GetAccessKeyLastUsed", {"AccessKeyId": "AKIADANA"}, {"iam:GetAccessKeyLastUsed": f"{IAM}user/dana"}),
    # STS
    (GUIDE + "id_session-tags.html", "sts", "AssumeRole", {"RoleArn": ROLE, "Tags": TAGS, "SourceIdentity": "dana"}, {"sts:AssumeRole": ROLE, "sts:TagSession": ROLE, "sts:SetSourceIdentity": ROLE}),
    (GUIDE + "id_session-tags.html", "sts", "GetFederationToken", {"Name": "bob", "Tags": TAGS}, {"sts:GetFederationToken": f"arn:aws:sts::{ACCOUNT}:federated-user/bob", "sts:TagSession": f"arn:aws:sts::{ACCOUNT}:federated-user/bob"}),
    # S3
    ("https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-walkthroughs-managing-access-example1.html", "s3", "ListBuckets", {}, {"s3:ListAllMyBuckets": "arn:aws:s3:::*"}),
    ("https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html", "s3", "HeadObject", {"Bucket": "b", "Key": "k", "VersionId": "1"}, {"s3:GetObjectVersion": "arn:aws:s3:::b/k"}),
    ("https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html", "s3", "CopyObject", {"Bucket": "b", "Key": "k", "CopySource": "/a/x%20y"}, {"s3:PutObject": "arn:aws:s3:::b/k", "s3:GetObject": "arn:aws:s3:::a/x y"}),
    ("https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html", "s3", "CopyObject", {"Bucket": "b", "Key": "k", "CopySource": "a/x?versionId=1"}, {"s3:PutObject": "arn:aws:s3:::b/k", "s3:GetObjectVersion": "arn:aws:s3:::a/x"}),
    ("https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html", "s3", "PutObject", {"Bucket": "b", "Key": "k", "Tagging": "a=b", "ACL": "private"}, {"s3:PutObject": "arn:aws:s3:::b/k", "s3:PutObjectTagging": "arn:aws:s3:::b/k", "s3:PutObjectAcl": "arn:aws:s3:::b/k"}),
    ("https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketReplication.html", "s3", "DeleteBucketReplication", {"Bucket": "b"}, {"s3:PutReplicationConfiguration": "arn:aws:s3:::b"}),
    # KMS
    ("https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html", "kms", "Encrypt", {"KeyId": "alias/app"}, {"kms:Encrypt": arn("kms", "key/k-1")}),
    ("https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html", "kms", "Decrypt", {"CiphertextBlob": b"sealed"}, {"kms:Decrypt": arn("kms", "key/k-1")}),
    ("https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html", "kms", "ReEncrypt", {"CiphertextBlob": b"sealed", "DestinationKeyId": "k-1"}, {"kms:ReEncryptFrom": arn("kms", "key/k-1"), "kms:ReEncryptTo": arn("kms", "key/k-1")}),
    # Names, ARNs, and what surrounds them.
    ("https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html", "sqs", "SendMessageBatch", {"QueueUrl": "http://127.0.0.1/444455556666/jobs"}, {"sqs:SendMessage": arn("sqs", "jobs", account="444455556666")}),
    ("https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples.html", "secretsmanager", "GetSecretValue", {"SecretId": "db"}, {"secretsmanager:GetSecretValue": arn("secretsmanager", "secret:db-AbCdEf")}),
    ("https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples.html", "secretsmanager", "GetSecretValue", {"SecretId": arn("secretsmanager", "secret:db")}, {"secretsmanager:GetSecretValue": arn("secretsmanager", "secret:db-AbCdEf")}),
    ("https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples.html", "secretsmanager", "CreateSecret", {"Name": "new"}, {"secretsmanager:CreateSecret": arn("secretsmanager", "secret:new-??????")}),
    ("https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-access.html", "ssm", "GetParameter", {"Name": "/app/mode"}, {"ssm:GetParameter": arn("ssm", "parameter/app/mode")}),
    ("https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-shared-parameters.html", "ssm", "GetParameter", {"Name": arn("ssm", "parameter/app/mode", account="444455556666")}, {"ssm:GetParameter": arn("ssm", "parameter/app/mode", account="444455556666")}),
    ("https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-access.html", "ssm", "GetParametersByPath", {"Path": "/app"}, {"ssm:GetParametersByPath": arn("ssm", "parameter/app")}),
    ("https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html", "logs", "PutRetentionPolicy", {"logGroupName": "/aws/lambda/f"}, {"logs:PutRetentionPolicy": arn("logs", "log-group:/aws/lambda/f:log-stream:")}),
    ("https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html", "logs", "PutLogEvents", {"logGroupName": "/aws/lambda/f", "logStreamName": "s"}, {"logs:PutLogEvents": arn("logs", "log-group:/aws/lambda/f:log-stream:s")}),
    ("https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html", "lambda", "Invoke", {"FunctionName": "hello", "Qualifier": "live"}, {"lambda:InvokeFunction": arn("lambda", "function:hello:live")}),
    ("https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html", "lambda", "Invoke", {"FunctionName": "444455556666:function:hello"}, {"lambda:InvokeFunction": arn("lambda", "function:hello", account="444455556666")}),
    ("https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-manage-iam-access.html", "events", "DescribeRule", {"Name": "nightly"}, {"events:DescribeRule": arn("events", "rule/nightly")}),
    ("https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-manage-iam-access.html", "events", "DescribeRule", {"Name": "nightly", "EventBusName": "own"}, {"events:DescribeRule": arn("events", "rule/own/nightly")}),
    ("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security_iam_id-based-policy-examples.html", "ecs", "DescribeServices", {"services": ["web"]}, {"ecs:DescribeServices": arn("ecs", "service/default/web")}),
    ("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security_iam_id-based-policy-examples.html", "ecs", "DeleteService", {"cluster": arn("ecs", "cluster/blue", account="444455556666"), "service": "web"}, {"ecs:DeleteService": arn("ecs", "service/blue/web", account="444455556666")}),
    ("https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html", "ecs", "RunTask", {"taskDefinition": "web"}, {"ecs:RunTask": arn("ecs", "task-definition/web:3")}),
    ("https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html", "ecs", "RunTask", {"taskDefinition": "web:2"}, {"ecs:RunTask": arn("ecs", "task-definition/web:2")}),
    ("https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html", "cloudformation", "DeleteStack", {"StackName": "app"}, {"cloudformation:DeleteStack": arn("cloudformation", "stack/app/1")}),
    ("https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html", "cloudformation", "CreateStack", {"StackName": "new"}, {"cloudformation:CreateStack": arn("cloudformation", "stack/new/*")}),
    (REFERENCE + "list_amazonec2.html", "ec2", "DisassociateAddress", {"AssociationId": "eipassoc-1"}, {"ec2:DisassociateAddress": arn("ec2", "elastic-ip/eipalloc-1")}),
    (REFERENCE + "list_amazonec2.html", "ec2", "DisassociateAddress", {"AssociationId": "eipassoc-2"}, {"ec2:DisassociateAddress": arn("ec2", "elastic-ip/*")}),
    (REFERENCE + "list_amazonec2.html", "ec2", "DisassociateRouteTable", {"AssociationId": "rtbassoc-1"}, {"ec2:DisassociateRouteTable": arn("ec2", "route-table/rtb-1")}),
    ("https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonkinesis.html", "kinesis", "DescribeStream", {"StreamName": "clicks"}, {"kinesis:DescribeStream": arn("kinesis", "stream/clicks")}),
    ("https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonkinesis.html", "kinesis", "DescribeStream", {"StreamARN": arn("kinesis", "stream/clicks")}, {"kinesis:DescribeStream": arn("kinesis", "stream/clicks")}),
    # API Gateway: HTTP methods on paths.
    (REFERENCE + "list_amazonapigatewaymanagement.html", "apigateway", "PutMethod", {"restApiId": "a1", "resourceId": "r1", "httpMethod": "GET"}, {"apigateway:PUT": arn("apigateway", "/restapis/a1/resources/r1/methods/GET", account="")}),
    (REFERENCE + "list_amazonapigatewaymanagement.html", "apigateway", "GetRestApis", {}, {"apigateway:GET": arn("apigateway", "/restapis", account="")}),
    (REFERENCE + "list_amazonapigatewaymanagementv2.html", "apigatewayv2", "DeleteRoute", {"ApiId": "a1", "RouteId": "r1"}, {"apigateway:DELETE": arn("apigateway", "/apis/a1/routes/r1", account="")}),
    (REFERENCE + "list_amazonrds.html", "rds", "StopDBCluster", {"DBClusterIdentifier": "c"}, {"rds:StopDBCluster": arn("rds", "cluster:c")}),
    (REFERENCE + "list_amazonrds.html", "rds", "AddTagsToResource", {"ResourceName": arn("rds", "db:d"), "Tags": TAGS}, {"rds:AddTagsToResource": arn("rds", "db:d")}),
    (REFERENCE + "list_awselasticloadbalancingv2.html", "elbv2", "CreateLoadBalancer", {"Name": "web", "Type": "network"}, {"elasticloadbalancing:CreateLoadBalancer": arn("elasticloadbalancing", "loadbalancer/net/web/*")}),
    # DynamoDB: indexes, transactions, and PartiQL.
    (DYNAMODB + "using-identity-based-policies.html", "dynamodb", "Query", {"TableName": "orders", "IndexName": "by-date"}, {"dynamodb:Query": arn("dynamodb", "table/orders/index/by-date")}),
    (DYNAMODB + "transaction-apis-iam.html", "dynamodb", "TransactWriteItems", {"TransactItems": [{"Put": {"TableName": "a", "Item": {}}}, {"ConditionCheck": {"TableName": "b", "Key": {}}}]}, {"dynamodb:PutItem": arn("dynamodb", "table/a"), "dynamodb:ConditionCheckItem": arn("dynamodb", "table/b")}),
    (DYNAMODB + "ql-iam.html", "dynamodb", "ExecuteStatement", {"Statement": 'UPDATE "orders" SET a=1 WHERE user=\'dana\''}, {"dynamodb:PartiQLUpdate": arn("dynamodb", "table/orders")}),
    (DYNAMODB + "ql-iam.html", "dynamodb", "ExecuteStatement", {"Statement": 'SELECT * FROM "orders"."by-date"'}, {"dynamodb:PartiQLSelect": arn("dynamodb", "table/orders/index/by-date")}),
    # Amazon MSK, Budgets
    (REFERENCE + "list_amazonmanagedstreamingforapachekafka.html", "kafka", "DeleteTopic", {"ClusterArn": arn("kafka", "cluster/c/1-2"), "TopicName": "t"}, {"kafka:DeleteTopic": arn("kafka", "topic/c/1-2/t")}),
    (REFERENCE + "list_awsbudgetservice.html", "budgets", "UpdateBudget", {"NewBudget": {"BudgetName": "b"}}, {"budgets:ModifyBudget": arn("budgets", "budget/b", region="")}),
    # EC2
    (EC2 + "supported-iam-actions-tagging.html", "ec2", "DeleteTags", {"Resources": ["vol-1"]}, {"ec2:DeleteTags": arn("ec2", "volume/vol-1")}),
    (EC2 + "supported-iam-actions-tagging.html", "ec2", "CreateTags", {"Resources": ["ami-1"], "Tags": TAGS}, {"ec2:CreateTags": arn("ec2", "image/ami-1", account="")}),
    (REFERENCE + "list_amazonec2.html", "ec2", "AuthorizeSecurityGroupIngress", {"GroupName": "default"}, {"ec2:AuthorizeSecurityGroupIngress": arn("ec2", "security-group/sg-1")}),
    (REFERENCE + "list_amazonec2.html", "ec2", "DisassociateIamInstanceProfile", {"AssociationId": "iip-assoc-1"}, {"ec2:DisassociateIamInstanceProfile": arn("ec2", "instance/i-1")}),
    (REFERENCE + "list_amazonec2.html", "ec2", "DescribeInstances", {"InstanceIds": ["i-1"]}, {"ec2:DescribeInstances": "*"}),
    (REFERENCE + "list_amazonec2.html", "ec2", "CreateVpc", {"CidrBlock": "10.0.0.0/16"}, {"ec2:CreateVpc": arn("ec2", "vpc/*")}),
    # The resource policy of an API requires a permission besides the one for the path.
    (REFERENCE + "list_amazonapigatewaymanagement.html", "apigateway", "UpdateRestApi", {"restApiId": "a1", "patchOperations": [{"op": "replace", "path": "/name", "value": "n"}]}, {"apigateway:PATCH": arn("apigateway", "/restapis/a1", account="")}),
    (REFERENCE + "list_amazonapigatewaymanagement.html", "apigateway", "UpdateRestApi", {"restApiId": "a1", "patchOperations": [{"op": "replace", "path": "/policy", "value": "{}"}]}, {"apigateway:PATCH": arn("apigateway", "/restapis/a1", account=""), "apigateway:UpdateRestApiPolicy": arn("apigateway", "/restapis/a1", account="")}),
    (REFERENCE + "list_amazonapigatewaymanagement.html", "apigateway", "CreateRestApi", {"name": "a", "policy": "{}"}, {"apigateway:POST": arn("apigateway", "/restapis", account=""), "apigateway:UpdateRestApiPolicy": arn("apigateway", "/restapis/*", account="")}),
    ("https://github.com/iann0036/iam-dataset/pull/39", "apigateway", "TagResource", {"resourceArn": arn("apigateway", "/restapis/a1", account=""), "tags": {"a": "b"}}, {"apigateway:PUT": arn("apigateway", "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2Fa1", account=""), "apigateway:PATCH": arn("apigateway", "/restapis/a1", account="")}),
    ("https://github.com/mattclay/aws-terminator/pull/284", "apigatewayv2", "GetTags", {"ResourceArn": arn("apigateway", "/apis/a1", account="")}, {"apigateway:GET": arn("apigateway", "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Fapis%2Fa1", account="")}),
    # The name of a resource doesn't say the ID that AWS gives it.
    (REFERENCE + "list_awsbackup.html", "backup", "DeleteFramework", {"FrameworkName": "f"}, {"backup:DeleteFramework": arn("backup", "framework:f-*")}),
    (REFERENCE + "list_awsbackup.html", "backup", "CreateRestoreTestingPlan", {"RestoreTestingPlan": {"RestoreTestingPlanName": "p"}}, {"backup:CreateRestoreTestingPlan": arn("backup", "restore-testing-plan:p-*")}),
    (REFERENCE + "list_amazonelastickubernetesservice.html", "eks", "DeleteNodegroup", {"clusterName": "c", "nodegroupName": "n"}, {"eks:DeleteNodegroup": arn("eks", "nodegroup/c/n/*")}),
    (REFERENCE + "list_amazonelastickubernetesservice.html", "eks", "DescribeIdentityProviderConfig", {"clusterName": "c", "identityProviderConfig": {"type": "oidc", "name": "i"}}, {"eks:DescribeIdentityProviderConfig": arn("eks", "identityproviderconfig/c/oidc/i/*")}),
    (REFERENCE + "list_amazonfsx.html", "fsx", "DeleteVolume", {"VolumeId": "fsvol-1"}, {"fsx:DeleteVolume": arn("fsx", "volume/*/fsvol-1")}),
    (REFERENCE + "list_awscloudformation.html", "cloudformation", "DescribeStackSet", {"StackSetName": "s"}, {"cloudformation:DescribeStackSet": arn("cloudformation", "stackset/s:*")}),
    (REFERENCE + "list_awsconfig.html", "config", "PutConfigurationRecorder", {"ConfigurationRecorder": {"name": "default"}}, {"config:PutConfigurationRecorder": arn("config", "configuration-recorder/default/*")}),
    (REFERENCE + "list_awselasticbeanstalk.html", "elasticbeanstalk", "RebuildEnvironment", {"EnvironmentName": "e"}, {"elasticbeanstalk:RebuildEnvironment": arn("elasticbeanstalk", "environment/*/e")}),
    (REFERENCE + "list_amazonmanagedstreamingforapachekafka.html", "kafka", "CreateCluster", {"ClusterName": "c"}, {"kafka:CreateCluster": arn("kafka", "cluster/c/*")}),
    (REFERENCE + "list_amazonkinesisdatastreams.html", "kinesis", "DescribeStreamConsumer", {"StreamARN": arn("kinesis", "stream/s"), "ConsumerName": "c"}, {"kinesis:DescribeStreamConsumer": arn("kinesis", "stream/s/consumer/c:*")}),
    (REFERENCE + "list_awsorganizations.html", "organizations", "AttachPolicy", {"PolicyId": "p-1", "TargetId": "ou-1"}, {"organizations:AttachPolicy": "arn:aws:organizations::111122223333:policy/o-1/p-1"}),
    # What a parameter has the end of the name of, and what only AWS knows.
    (REFERENCE + "list_awsiot.html", "iot", "DeleteFleetMetric", {"metricName": "m"}, {"iot:DeleteFleetMetric": arn("iot", "fleetmetric/m")}),
    (REFERENCE + "list_amazonathena.html", "athena", "GetQueryExecution", {"QueryExecutionId": "q"}, {"athena:GetQueryExecution": arn("athena", "workgroup/*")}),
    # Tags on new resources need the tagging action, too.
    (GUIDE + "id_tags_roles.html", "iam", "CreateRole", {"RoleName": "r", "Tags": TAGS}, {"iam:CreateRole": f"{IAM}role/r", "iam:TagRole": f"{IAM}role/r"}),
    ("https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html", "secretsmanager", "CreateSecret", {"Name": "s", "Tags": TAGS}, {"secretsmanager:CreateSecret": arn("secretsmanager", "secret:s-??????"), "secretsmanager:TagResource": arn("secretsmanager", "secret:s-??????")}),
    ("https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html", "sqs", "CreateQueue", {"QueueName": "q", "tags": {"team": "blue"}}, {"sqs:CreateQueue": arn("sqs", "q"), "sqs:TagQueue": arn("sqs", "q")}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("page", "service", "name", "parameters", "expected"), RESOURCES, ids=[f"{i}-{row[1]}-{row[2]}" for i, row in enumerate(RESOURCES)]
)  # fmt: skip
def test_a_call_requires_its_actions_on_its_resources(page, service, name, parameters, expected):
    needed = required(service, name, parameters)

    assert {check.action: check.resource for check in needed} == expected


# The call; the action that its tags require. The pages are those of the operations.
TAGGING = [
    ("dynamodb", "CreateTable", {"TableName": "t", "Tags": TAGS}, "dynamodb:TagResource"),
    ("ecr", "CreateRepository", {"repositoryName": "r", "tags": TAGS}, "ecr:TagResource"),
    ("ecs", "RunTask", {"taskDefinition": "web", "tags": [{"key": "team", "value": "blue"}]}, "ecs:TagResource"),
    ("eks", "CreateCluster", {"name": "c", "tags": {"team": "blue"}}, "eks:TagResource"),
    ("elbv2", "CreateTargetGroup", {"Name": "g", "Tags": TAGS}, "elasticloadbalancing:AddTags"),
    ("events", "PutRule", {"Name": "r", "Tags": TAGS}, "events:TagResource"),
    ("firehose", "CreateDeliveryStream", {"DeliveryStreamName": "d", "Tags": TAGS}, "firehose:TagDeliveryStream"),
    ("fsx", "CreateBackup", {"FileSystemId": "fs-1", "Tags": TAGS}, "fsx:TagResource"),
    ("iam", "UploadServerCertificate", {"ServerCertificateName": "c", "Tags": TAGS}, "iam:TagServerCertificate"),
    ("kms", "CreateKey", {"Tags": [{"TagKey": "team", "TagValue": "blue"}]}, "kms:TagResource"),
    ("lambda", "CreateFunction", {"FunctionName": "f", "Tags": {"team": "blue"}}, "lambda:TagResource"),
    ("logs", "CreateLogGroup", {"logGroupName": "g", "tags": {"team": "blue"}}, "logs:TagResource"),
    ("organizations", "CreateAccount", {"AccountName": "a", "Tags": TAGS}, "organizations:TagResource"),
    ("rds", "CreateDBInstance", {"DBInstanceIdentifier": "d", "Tags": TAGS}, "rds:AddTagsToResource"),
    ("rds", "RestoreDBClusterFromSnapshot", {"DBClusterIdentifier": "c", "Tags": TAGS}, "rds:AddTagsToResource"),
    ("s3", "CreateBucket", {"Bucket": "b", "CreateBucketConfiguration": {"Tags": TAGS}}, "s3:TagResource"),
    ("sagemaker", "CreateModel", {"ModelName": "m", "Tags": TAGS}, "sagemaker:AddTags"),
    ("sns", "CreateTopic", {"Name": "t", "Tags": TAGS}, "sns:TagResource"),
    ("ssm", "PutParameter", {"Name": "p", "Tags": TAGS}, "ssm:AddTagsToResource"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("service", "name", "parameters", "action"), TAGGING, ids=[f"{row[0]}-{row[1]}" for row in TAGGING]
)
def test_tags_on_create_require_the_tagging_action(service, name, parameters, action):
    contexts = {check.action: check.context for check in required(service, name, parameters)}
    without = {name: value for name, value in parameters.items() if name.lower() != "tags"}
    without.pop("CreateBucketConfiguration", None)

    assert contexts[action]["aws:RequestTag/team"] == "blue"
    assert contexts[action]["aws:TagKeys"] == ["team"]
    assert action not in {check.action for check in required(service, name, without)}


# The page; the call; the role's principal.
PASSING = [
    (GUIDE + "id_roles_use_passrole.html", "lambda", "CreateFunction", {"FunctionName": "f", "Role": ROLE}, "lambda.amazonaws.com"),
    ("https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html", "cloudformation", "CreateStack", {"StackName": "s", "RoleARN": ROLE}, "cloudformation.amazonaws.com"),
    ("https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html", "cloudformation", "DeleteStack", {"StackName": "s", "RoleARN": ROLE}, "cloudformation.amazonaws.com"),
    ("https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html", "events", "PutTargets", {"Rule": "r", "Targets": [{"Id": "1", "RoleArn": ROLE}]}, "events.amazonaws.com"),
    ("https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html", "scheduler", "CreateSchedule", {"Name": "s", "Target": {"RoleArn": ROLE}}, "scheduler.amazonaws.com"),
    ("https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html", "firehose", "CreateDeliveryStream", {"DeliveryStreamName": "d", "ExtendedS3DestinationConfiguration": {"RoleARN": ROLE}}, "firehose.amazonaws.com"),
    ("https://docs.aws.amazon.com/glue/latest/dg/create-an-iam-role.html", "glue", "CreateJob", {"Name": "j", "Role": "worker"}, "glue.amazonaws.com"),
    ("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html", "ecs", "RegisterTaskDefinition", {"family": "f", "taskRoleArn": ROLE}, "ecs-tasks.amazonaws.com"),
    ("https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html", "stepfunctions", "CreateStateMachine", {"name": "m", "roleArn": ROLE}, "states.amazonaws.com"),
    ("https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html", "sagemaker", "CreateTrainingJob", {"TrainingJobName": "t", "RoleArn": ROLE}, "sagemaker.amazonaws.com"),
    ("https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html", "codebuild", "CreateProject", {"name": "p", "serviceRole": ROLE}, "codebuild.amazonaws.com"),
    ("https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html", "s3", "PutBucketReplication", {"Bucket": "b", "ReplicationConfiguration": {"Role": ROLE}}, "s3.amazonaws.com"),
    (GUIDE + "id_roles_use_switch-role-ec2.html", "iam", "AddRoleToInstanceProfile", {"InstanceProfileName": "p", "RoleName": "worker"}, "ec2.amazonaws.com"),
    (EC2 + "permission-to-pass-iam-roles.html", "ec2", "AssociateIamInstanceProfile", {"InstanceId": "i-1", "IamInstanceProfile": {"Name": "web"}}, "ec2.amazonaws.com"),
    (EC2 + "permissions-for-launch-templates.html", "ec2", "RunInstances", {"LaunchTemplate": {"LaunchTemplateName": "web"}}, "ec2.amazonaws.com"),
    (EC2 + "ec2-fleet-prerequisites.html", "ec2", "CreateFleet", {"LaunchTemplateConfigs": [{"LaunchTemplateSpecification": {"LaunchTemplateName": "web"}}]}, "ec2.amazonaws.com"),
    (EC2 + "ec2-fleet-prerequisites.html", "ec2", "CreateFleet", {"LaunchTemplateConfigs": [{}, {"LaunchTemplateSpecification": {"LaunchTemplateName": "web"}}]}, "ec2.amazonaws.com"),
    (EC2 + "spot-fleet-prerequisites.html", "ec2", "RequestSpotFleet", {"SpotFleetRequestConfig": {"LaunchTemplateConfigs": [{"LaunchTemplateSpecification": {"LaunchTemplateName": "web"}}]}}, "ec2.amazonaws.com"),
    ("https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html", "autoscaling", "CreateAutoScalingGroup", {"MixedInstancesPolicy": {"LaunchTemplate": {"LaunchTemplateSpecification": {"LaunchTemplateName": "web"}}}}, "ec2.amazonaws.com"),
    ("https://docs.aws.amazon.com/autoscaling/ec2/userguide/us-iam-role.html", "autoscaling", "CreateLaunchConfiguration", {"LaunchConfigurationName": "c", "IamInstanceProfile": "web"}, "ec2.amazonaws.com"),
    ("https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html", "rds", "CreateDBInstance", {"DBInstanceIdentifier": "d", "MonitoringRoleArn": ROLE}, "monitoring.rds.amazonaws.com"),
]  # fmt: skip


# https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-predefined-and-custom-patch-baselines.html
def test_a_patch_baseline_of_aws_requires_the_permissions_of_the_caller_only():
    baseline = "arn:aws:ssm:us-east-1:075727635805:patchbaseline/pb-0c10e65780EXAMPLE"

    (check,) = required("ssm", "GetPatchBaseline", {"BaselineId": baseline})

    assert (check.resource, check.owner) == (baseline, ACCOUNT)


@pytest.mark.parametrize(
    ("page", "service", "name", "parameters", "principal"),
    PASSING,
    ids=[f"{row[1]}-{row[2]}" for row in PASSING],
)
def test_handing_a_role_to_a_service_requires_pass_role(page, service, name, parameters, principal):
    (passed,) = [check for check in required(service, name, parameters) if check.action == "iam:PassRole"]

    assert passed.resource == ROLE
    assert passed.context["iam:PassedToService"] == principal


@pytest.mark.parametrize(
    ("service", "name", "parameters"),
    [
        ("lambda", "UpdateFunctionConfiguration", {"FunctionName": "f"}),
        ("iam", "DeleteRole", {"RoleName": "worker"}),
        ("sts", "AssumeRole", {"RoleArn": ROLE}),
        ("backup", "ListBackupJobs", {"ByAccountId": ACCOUNT}),
    ],
)
def test_a_call_that_hands_no_role_over_does_not(service, name, parameters):
    assert "iam:PassRole" not in [check.action for check in required(service, name, parameters)]


def test_the_resource_that_a_role_is_for_is_a_condition_key():
    needed = required("lambda", "CreateFunction", {"FunctionName": "f", "Role": ROLE})

    assert needed[-1].context["iam:AssociatedResourceArn"] == arn("lambda", "function:f")


# The page; the call; some condition keys of its first permission.
KEYS = [
    (GUIDE + "access_policies_boundaries.html", "iam", "AttachUserPolicy", {"UserName": "zhang", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}, {"iam:PermissionsBoundary": f"{IAM}policy/Boundary", "iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
    (GUIDE + "access_policies_boundaries.html", "iam", "DeleteUserPermissionsBoundary", {"UserName": "zhang"}, {"iam:PermissionsBoundary": f"{IAM}policy/Boundary"}),
    (GUIDE + "access_policies_boundaries.html", "iam", "PutUserPermissionsBoundary", {"UserName": "zhang", "PermissionsBoundary": f"{IAM}policy/Other"}, {"iam:PermissionsBoundary": f"{IAM}policy/Other"}),
    (GUIDE + "reference_policies_iam-condition-keys.html", "iam", "CreateServiceLinkedRole", {"AWSServiceName": "ecs.amazonaws.com"}, {"iam:AWSServiceName": "ecs.amazonaws.com"}),
    (GUIDE + "reference_policies_condition-keys.html", "iam", "UntagUser", {"UserName": "zhang", "TagKeys": ["team"]}, {"aws:TagKeys": ["team"]}),
    (DYNAMODB + "specifying-conditions.html", "dynamodb", "GetItem", {"TableName": "t", "Key": {"user": {"S": "dana"}}}, {"dynamodb:LeadingKeys": ["dana"], "dynamodb:Select": "ALL_ATTRIBUTES"}),
    (DYNAMODB + "specifying-conditions.html", "dynamodb", "Query", {"TableName": "t", "KeyConditionExpression": "#u = :u AND score > :s", "ExpressionAttributeNames": {"#u": "user"}, "ExpressionAttributeValues": {":u": {"S": "dana"}, ":s": {"N": "1"}}, "ProjectionExpression": "score"}, {"dynamodb:LeadingKeys": ["dana"], "dynamodb:Attributes": ["score", "user"], "dynamodb:Select": "SPECIFIC_ATTRIBUTES"}),
    (DYNAMODB + "specifying-conditions.html", "dynamodb", "BatchWriteItem", {"RequestItems": {"t": [{"PutRequest": {"Item": {"user": {"S": "dana"}}}}, {"DeleteRequest": {"Key": {"user": {"S": "eve"}}}}]}}, {"dynamodb:LeadingKeys": ["dana", "eve"]}),
    (DYNAMODB + "specifying-conditions.html", "dynamodb", "UpdateItem", {"TableName": "t", "Key": {"user": {"S": "dana"}}, "UpdateExpression": "SET wins = wins + :one"}, {"dynamodb:Attributes": ["user", "wins"]}),
    ("https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html", "cloudwatch", "PutMetricData", {"Namespace": "App"}, {"cloudwatch:namespace": "App"}),
    ("https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html", "kms", "Encrypt", {"KeyId": "k-1", "EncryptionContext": {"app": "x"}}, {"kms:EncryptionContext:app": "x", "kms:EncryptionContextKeys": ["app"]}),
    ("https://docs.aws.amazon.com/AmazonS3/latest/userguide/tagging-and-policies.html", "s3", "PutObject", {"Bucket": "b", "Key": "k", "Tagging": "class=open"}, {"s3:RequestObjectTag/class": "open", "s3:RequestObjectTagKeys": ["class"]}),
    ("https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html", "lambda", "AddPermission", {"FunctionName": "f", "Principal": "s3.amazonaws.com"}, {"lambda:Principal": "s3.amazonaws.com"}),
    (REFERENCE + "list_amazonec2.html", "ec2", "StopInstances", {"InstanceIds": ["i-1"]}, {"ec2:InstanceType": "t3.micro", "ec2:Region": "us-east-1"}),
    (REFERENCE + "list_amazonec2.html", "ec2", "TerminateInstances", {"InstanceIds": ["i-1"]}, {"ec2:InstanceType": "t3.micro"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("page", "service", "name", "parameters", "keys"), KEYS, ids=[f"{i}-{row[1]}-{row[2]}" for i, row in enumerate(KEYS)]
)  # fmt: skip
def test_a_call_has_its_condition_keys(page, service, name, parameters, keys):
    context = required(service, name, parameters)[0].context

    assert {key: context.get(key) for key in keys} == keys


@pytest.mark.parametrize(
    ("statement", "scans"),
    [
        ('SELECT * FROM "orders"', "true"),
        ('SELECT * FROM "orders" WHERE total = 1', "true"),
        ('SELECT * FROM "orders" WHERE "user" = ?', "false"),
        ("select total from orders where user in ('dana')", "false"),
    ],
)
def test_a_select_without_the_partition_key_scans_the_table(statement, scans):
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html"""
    (check,) = required("dynamodb", "ExecuteStatement", {"Statement": statement})

    assert check.context["dynamodb:FullTableScan"] == scans


def test_launching_an_instance_requires_every_resource_that_it_uses():
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html#iam-example-runinstances"""
    needed = required(
        "ec2",
        "RunInstances",
        {"ImageId": "ami-1", "InstanceType": "t3.micro", "SubnetId": "subnet-1", "KeyName": "ops"},
    )

    by_resource = {check.resource: check.context for check in needed}
    assert list(by_resource) == [
        arn("ec2", "instance/*"),
        "arn:aws:ec2:us-east-1::image/ami-1",
        arn("ec2", "volume/*"),
        arn("ec2", "network-interface/*"),
        arn("ec2", "subnet/subnet-1"),
        arn("ec2", "security-group/*"),
        arn("ec2", "key-pair/ops"),
    ]
    assert by_resource[arn("ec2", "instance/*")]["ec2:InstanceType"] == "t3.micro"
    assert by_resource[arn("ec2", "network-interface/*")]["ec2:Vpc"] == arn("ec2", "vpc/vpc-1")
    assert "ec2:InstanceType" not in by_resource[arn("ec2", "volume/*")]


def test_a_tag_belongs_to_the_resource_whose_specification_has_it():
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html"""
    needed = required(
        "ec2",
        "RunInstances",
        {"ImageId": "ami-1", "TagSpecifications": [{"ResourceType": "volume", "Tags": TAGS}]},
    )

    contexts = {(check.action, check.resource): check.context for check in needed}
    assert "aws:RequestTag/team" not in contexts["ec2:RunInstances", arn("ec2", "instance/*")]
    assert contexts["ec2:RunInstances", arn("ec2", "volume/*")]["aws:RequestTag/team"] == "blue"
    assert contexts["ec2:CreateTags", arn("ec2", "volume/*")] == {
        "aws:RequestTag/team": "blue",
        "aws:TagKeys": ["team"],
        "ec2:CreateAction": "RunInstances",
    }
    assert ("ec2:CreateTags", arn("ec2", "instance/*")) not in contexts


def test_each_object_of_a_deletion_is_a_permission_of_its_own():
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html"""
    objects = [{"Key": "a"}, {"Key": "b", "VersionId": "1"}]

    assert required("s3", "DeleteObjects", {"Bucket": "x", "Delete": {"Objects": objects}}) == [
        Check("s3:DeleteObject", "arn:aws:s3:::x/a"),
        Check("s3:DeleteObjectVersion", "arn:aws:s3:::x/b"),
    ]


@pytest.mark.parametrize(
    "name", ["GetUser", "CreateAccessKey", "ListAccessKeys", "GetLoginProfile", "ListMFADevices"]
)
def test_a_role_session_has_no_own_user(name):
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html"""
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/session"

    with pytest.raises(
        AwsError, match="Must specify userName when calling with non-User credentials"
    ) as raised:
        required("iam", name, {}, caller=session)

    assert raised.value.code == "ValidationError"


def test_a_role_session_names_the_user_that_it_means():
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/session"

    (check,) = required("iam", "GetUser", {"UserName": "dana"}, caller=session)

    assert check.resource == f"{IAM}user/dana"


@pytest.mark.parametrize(
    ("service", "name"),
    [("cognito-idp", "InitiateAuth"), ("sso", "GetRoleCredentials"), ("sso-oidc", "CreateToken")],
)
def test_operations_that_are_not_signed_require_no_permission(service, name):
    assert required(service, name, {}) == []


def test_a_resource_that_does_not_exist_is_marked_as_unknown():
    (check,) = required("kms", "Encrypt", {"KeyId": "alias/none"})

    assert (check.resource, check.resolved) == ("*", False)
