"""A tagged resource of many services: how it is created, and a call that is decided on it.

The test creates the resources and makes the calls; the page "What the sandbox does and does not do" lists the
services.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

ROLE = "arn:aws:iam::123456789012:role/service"
PAIRS = [{"Key": "team", "Value": "blue"}]
PAIRS_IN_LOWER_CASE = [{"key": "team", "value": "blue"}]
MAP = {"team": "blue"}


class Tagged(NamedTuple):
    """A resource with the tag ``team``, and a call that is decided on it.

    ``VPC`` and ``SUBNET`` in the parameters are the account's, and parameters of the call are filled from
    the response of the creation, as by `str.format`.
    """

    service: str
    create: str
    parameters: Mapping[str, Any]
    call: str
    arguments: Mapping[str, Any]


# Services with resources that moto creates without their tags, or whose tags it doesn't keep.
WITHOUT_TAGS = frozenset(
    {
        "codecommit",
        "datasync",
        "ebs",
        "greengrass",
        "iot",
        "macie2",
        "managedblockchain",
        "personalize",
        "ram",
        "rekognition",
        "s3tables",
        "textract",
        "transcribe",
        "xray",
    }
)

# Services whose tags other tests are about.
TESTED_ELSEWHERE = frozenset({"iam", "lambda", "s3"})

RESOURCES = [
    Tagged("acm", "request_certificate", {"DomainName": "example.com", "Tags": PAIRS}, "describe_certificate", {"CertificateArn": "{CertificateArn}"}),
    Tagged("acm-pca", "create_certificate_authority", {"CertificateAuthorityConfiguration": {"KeyAlgorithm": "RSA_2048", "SigningAlgorithm": "SHA256WITHRSA", "Subject": {"CommonName": "x"}}, "CertificateAuthorityType": "ROOT", "Tags": PAIRS}, "describe_certificate_authority", {"CertificateAuthorityArn": "{CertificateAuthorityArn}"}),
    Tagged("amp", "create_workspace", {"alias": "x", "tags": MAP}, "describe_workspace", {"workspaceId": "{workspaceId}"}),
    Tagged("apigateway", "create_rest_api", {"name": "x", "tags": MAP}, "get_rest_api", {"restApiId": "{id}"}),
    Tagged("apigateway", "create_usage_plan", {"name": "x", "tags": MAP}, "get_usage_plan", {"usagePlanId": "{id}"}),
    Tagged("apigatewayv2", "create_api", {"Name": "x", "ProtocolType": "HTTP", "Tags": MAP}, "get_api", {"ApiId": "{ApiId}"}),
    Tagged("appconfig", "create_application", {"Name": "x", "Tags": MAP}, "get_application", {"ApplicationId": "{Id}"}),
    Tagged("appmesh", "create_mesh", {"meshName": "mesh1", "tags": PAIRS_IN_LOWER_CASE}, "describe_mesh", {"meshName": "mesh1"}),
    Tagged("appsync", "create_graphql_api", {"name": "x", "authenticationType": "API_KEY", "tags": MAP}, "list_tags_for_resource", {"resourceArn": "{graphqlApi[arn]}"}),
    Tagged("athena", "create_work_group", {"Name": "group1", "Tags": PAIRS}, "get_work_group", {"WorkGroup": "group1"}),
    Tagged("autoscaling", "create_auto_scaling_group", {"AutoScalingGroupName": "group1", "MinSize": 0, "MaxSize": 0, "LaunchConfigurationName": "configuration", "AvailabilityZones": ["us-east-1a"], "Tags": [{"Key": "team", "Value": "blue", "ResourceId": "group1", "ResourceType": "auto-scaling-group", "PropagateAtLaunch": True}]}, "set_desired_capacity", {"AutoScalingGroupName": "group1", "DesiredCapacity": 0}),
    Tagged("backup", "create_backup_vault", {"BackupVaultName": "vault1", "BackupVaultTags": MAP}, "delete_backup_vault", {"BackupVaultName": "vault1"}),
    Tagged("batch", "create_scheduling_policy", {"name": "policy1", "tags": MAP}, "delete_scheduling_policy", {"arn": "{arn}"}),
    Tagged("cloudformation", "create_stack", {"StackName": "stack1", "TemplateBody": '{"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}', "Tags": PAIRS}, "get_template", {"StackName": "stack1"}),
    Tagged("cloudfront", "create_distribution_with_tags", {"DistributionConfigWithTags": {"DistributionConfig": {"CallerReference": "x", "Comment": "", "Enabled": True, "Origins": {"Quantity": 1, "Items": [{"Id": "o", "DomainName": "b.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}]}, "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all", "MinTTL": 0, "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}}}, "Tags": {"Items": PAIRS}}}, "get_distribution", {"Id": "{Distribution[Id]}"}),
    Tagged("cloudtrail", "create_trail", {"Name": "trail1", "S3BucketName": "trails", "TagsList": PAIRS}, "start_logging", {"Name": "trail1"}),
    Tagged("cloudwatch", "put_metric_alarm", {"AlarmName": "alarm1", "MetricName": "m", "Namespace": "n", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold", "Statistic": "Sum", "Tags": PAIRS}, "set_alarm_state", {"AlarmName": "alarm1", "StateValue": "OK", "StateReason": "test"}),
    Tagged("codebuild", "create_project", {"name": "project1", "source": {"type": "S3", "location": "b/p.zip"}, "artifacts": {"type": "NO_ARTIFACTS"}, "environment": {"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL"}, "serviceRole": ROLE, "tags": PAIRS_IN_LOWER_CASE}, "start_build", {"projectName": "project1"}),
    Tagged("codedeploy", "create_application", {"applicationName": "app1", "tags": PAIRS}, "get_application", {"applicationName": "app1"}),
    Tagged("codepipeline", "create_pipeline", {"pipeline": {"name": "pipeline1", "roleArn": "arn:aws:iam::123456789012:role/pipelines", "artifactStore": {"type": "S3", "location": "artifacts"}, "stages": [{"name": "Source", "actions": [{"name": "A", "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "S3", "version": "1"}}]}, {"name": "Build", "actions": [{"name": "B", "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}}]}]}, "tags": PAIRS_IN_LOWER_CASE}, "get_pipeline", {"name": "pipeline1"}),
    Tagged("cognito-identity", "create_identity_pool", {"IdentityPoolName": "x", "AllowUnauthenticatedIdentities": False, "IdentityPoolTags": MAP}, "describe_identity_pool", {"IdentityPoolId": "{IdentityPoolId}"}),
    Tagged("cognito-idp", "create_user_pool", {"PoolName": "x", "UserPoolTags": MAP}, "describe_user_pool", {"UserPoolId": "{UserPool[Id]}"}),
    Tagged("comprehend", "create_entity_recognizer", {"RecognizerName": "x", "DataAccessRoleArn": ROLE, "LanguageCode": "en", "InputDataConfig": {"EntityTypes": [{"Type": "A"}]}, "Tags": PAIRS}, "describe_entity_recognizer", {"EntityRecognizerArn": "{EntityRecognizerArn}"}),
    Tagged("databrew", "create_ruleset", {"Name": "rules1", "TargetArn": "arn:aws:databrew:us-east-1:123456789012:dataset/d", "Rules": [{"Name": "r", "CheckExpression": ":a > 1"}], "Tags": MAP}, "describe_ruleset", {"Name": "rules1"}),
    Tagged("datapipeline", "create_pipeline", {"name": "x", "uniqueId": "x", "tags": PAIRS_IN_LOWER_CASE}, "get_pipeline_definition", {"pipelineId": "{pipelineId}"}),
    Tagged("dms", "create_replication_instance", {"ReplicationInstanceIdentifier": "instance1", "ReplicationInstanceClass": "dms.t2.micro", "Tags": PAIRS}, "delete_replication_instance", {"ReplicationInstanceArn": "{ReplicationInstance[ReplicationInstanceArn]}"}),
    Tagged("ds", "create_directory", {"Name": "example.com", "Password": "Passw0rd!", "Size": "Small", "VpcSettings": {"VpcId": "VPC", "SubnetIds": ["SUBNET", "SUBNET2"]}, "Tags": PAIRS}, "delete_directory", {"DirectoryId": "{DirectoryId}"}),
    Tagged("dsql", "create_cluster", {"tags": MAP}, "get_cluster", {"identifier": "{identifier}"}),
    Tagged("dynamodb", "create_table", {"TableName": "table1", "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST", "Tags": PAIRS}, "describe_table", {"TableName": "table1"}),
    Tagged("ec2", "create_vpc", {"CidrBlock": "10.9.0.0/16", "TagSpecifications": [{"ResourceType": "vpc", "Tags": PAIRS}]}, "delete_vpc", {"VpcId": "{Vpc[VpcId]}"}),
    Tagged("ecr", "create_repository", {"repositoryName": "repository1", "tags": PAIRS}, "list_images", {"repositoryName": "repository1"}),
    Tagged("ecs", "create_cluster", {"clusterName": "cluster1", "tags": PAIRS_IN_LOWER_CASE}, "describe_clusters", {"clusters": ["cluster1"]}),
    Tagged("ecs", "register_task_definition", {"family": "family1", "containerDefinitions": [{"name": "x", "image": "i", "memory": 64}], "tags": PAIRS_IN_LOWER_CASE}, "list_tags_for_resource", {"resourceArn": "{taskDefinition[taskDefinitionArn]}"}),
    Tagged("efs", "create_file_system", {"CreationToken": "x", "Tags": PAIRS}, "describe_lifecycle_configuration", {"FileSystemId": "{FileSystemId}"}),
    Tagged("eks", "create_cluster", {"name": "cluster1", "roleArn": ROLE, "resourcesVpcConfig": {"subnetIds": ["SUBNET"]}, "tags": MAP}, "describe_cluster", {"name": "cluster1"}),
    Tagged("elasticache", "create_user", {"UserId": "user1", "UserName": "default", "Engine": "redis", "AccessString": "on", "NoPasswordRequired": True, "Tags": PAIRS}, "delete_user", {"UserId": "user1"}),
    Tagged("elb", "create_load_balancer", {"LoadBalancerName": "classic1", "Listeners": [{"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 80}], "AvailabilityZones": ["us-east-1a"], "Tags": PAIRS}, "delete_load_balancer", {"LoadBalancerName": "classic1"}),
    Tagged("elbv2", "create_target_group", {"Name": "targets1", "Protocol": "HTTP", "Port": 80, "VpcId": "VPC", "Tags": PAIRS}, "delete_target_group", {"TargetGroupArn": "{TargetGroups[0][TargetGroupArn]}"}),
    Tagged("emr", "run_job_flow", {"Name": "x", "Instances": {"MasterInstanceType": "m", "SlaveInstanceType": "m", "InstanceCount": 1, "Placement": {"AvailabilityZone": "us-east-1a"}}, "JobFlowRole": "r", "ServiceRole": "service", "Tags": PAIRS}, "describe_cluster", {"ClusterId": "{JobFlowId}"}),
    Tagged("emr-containers", "create_virtual_cluster", {"name": "x", "containerProvider": {"type": "EKS", "id": "c", "info": {"eksInfo": {"namespace": "n"}}}, "tags": MAP}, "describe_virtual_cluster", {"id": "{id}"}),
    Tagged("emr-serverless", "create_application", {"name": "x", "releaseLabel": "emr-6.6.0", "type": "SPARK", "tags": MAP}, "get_application", {"applicationId": "{applicationId}"}),
    Tagged("es", "create_elasticsearch_domain", {"DomainName": "elastic1", "TagList": PAIRS}, "describe_elasticsearch_domain", {"DomainName": "elastic1"}),
    Tagged("events", "put_rule", {"Name": "rule1", "ScheduleExpression": "rate(1 minute)", "Tags": PAIRS}, "describe_rule", {"Name": "rule1"}),
    Tagged("events", "create_event_bus", {"Name": "bus1", "Tags": PAIRS}, "delete_event_bus", {"Name": "bus1"}),
    Tagged("firehose", "create_delivery_stream", {"DeliveryStreamName": "delivery1", "S3DestinationConfiguration": {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::b"}, "Tags": PAIRS}, "describe_delivery_stream", {"DeliveryStreamName": "delivery1"}),
    Tagged("fis", "create_experiment_template", {"clientToken": "x", "description": "x", "stopConditions": [{"source": "none"}], "actions": {}, "targets": {}, "roleArn": ROLE, "tags": MAP}, "get_experiment_template", {"id": "{experimentTemplate[id]}"}),
    Tagged("forecast", "create_dataset_group", {"DatasetGroupName": "group1", "Domain": "RETAIL", "Tags": PAIRS}, "describe_dataset_group", {"DatasetGroupArn": "{DatasetGroupArn}"}),
    Tagged("fsx", "create_file_system", {"FileSystemType": "LUSTRE", "StorageCapacity": 1200, "SubnetIds": ["SUBNET"], "Tags": PAIRS}, "delete_file_system", {"FileSystemId": "{FileSystem[FileSystemId]}"}),
    Tagged("glue", "create_job", {"Name": "job1", "Role": ROLE, "Command": {"Name": "glueetl"}, "Tags": MAP}, "get_job", {"JobName": "job1"}),
    Tagged("glue", "create_crawler", {"Name": "crawler1", "Role": ROLE, "Targets": {}, "Tags": MAP}, "get_crawler", {"Name": "crawler1"}),
    Tagged("guardduty", "create_detector", {"Enable": True, "Tags": MAP}, "get_detector", {"DetectorId": "{DetectorId}"}),
    Tagged("inspector2", "create_filter", {"name": "f", "action": "NONE", "filterCriteria": {"findingType": [{"comparison": "EQUALS", "value": "x"}]}, "tags": MAP}, "delete_filter", {"arn": "{arn}"}),
    Tagged("ivs", "create_channel", {"name": "x", "tags": MAP}, "get_channel", {"arn": "{channel[arn]}"}),
    Tagged("kafka", "create_cluster", {"ClusterName": "kafka1", "KafkaVersion": "3", "NumberOfBrokerNodes": 2, "BrokerNodeGroupInfo": {"ClientSubnets": ["SUBNET"], "InstanceType": "kafka.m5.large"}, "Tags": MAP}, "describe_cluster", {"ClusterArn": "{ClusterArn}"}),
    Tagged("kinesis", "create_stream", {"StreamName": "stream1", "ShardCount": 1, "Tags": MAP}, "describe_stream", {"StreamName": "stream1"}),
    Tagged("kinesisanalyticsv2", "create_application", {"ApplicationName": "app1", "RuntimeEnvironment": "FLINK-1_18", "ServiceExecutionRole": ROLE, "Tags": PAIRS}, "describe_application", {"ApplicationName": "app1"}),
    Tagged("kms", "create_key", {"Tags": [{"TagKey": "team", "TagValue": "blue"}]}, "describe_key", {"KeyId": "{KeyMetadata[KeyId]}"}),
    Tagged("lexv2-models", "create_bot", {"botName": "bot1", "roleArn": ROLE, "dataPrivacy": {"childDirected": False}, "idleSessionTTLInSeconds": 60, "botTags": MAP}, "describe_bot", {"botId": "{botId}"}),
    Tagged("logs", "create_log_group", {"logGroupName": "/logs/1", "tags": MAP}, "create_log_stream", {"logGroupName": "/logs/1", "logStreamName": "x"}),
    Tagged("memorydb", "create_user", {"UserName": "user1", "AuthenticationMode": {"Type": "password", "Passwords": ["passwordpassword"]}, "AccessString": "on", "Tags": PAIRS}, "delete_user", {"UserName": "user1"}),
    Tagged("mq", "create_broker", {"BrokerName": "broker1", "EngineType": "ACTIVEMQ", "DeploymentMode": "SINGLE_INSTANCE", "EngineVersion": "5", "HostInstanceType": "mq.t2", "PubliclyAccessible": False, "AutoMinorVersionUpgrade": False, "Users": [{"Username": "u", "Password": "passwordpassword"}], "Tags": MAP}, "describe_broker", {"BrokerId": "{BrokerId}"}),
    Tagged("network-firewall", "create_firewall", {"FirewallName": "firewall1", "FirewallPolicyArn": "arn:aws:network-firewall:us-east-1:123456789012:firewall-policy/p", "VpcId": "VPC", "SubnetMappings": [{"SubnetId": "SUBNET"}], "Tags": PAIRS}, "describe_firewall", {"FirewallName": "firewall1"}),
    Tagged("networkmanager", "create_global_network", {"Tags": PAIRS}, "delete_global_network", {"GlobalNetworkId": "{GlobalNetwork[GlobalNetworkId]}"}),
    Tagged("opensearch", "create_domain", {"DomainName": "open1", "TagList": PAIRS}, "describe_domain", {"DomainName": "open1"}),
    Tagged("pinpoint", "create_app", {"CreateApplicationRequest": {"Name": "x", "tags": MAP}}, "get_app", {"ApplicationId": "{ApplicationResponse[Id]}"}),
    Tagged("pipes", "create_pipe", {"Name": "pipe1", "Source": "arn:aws:sqs:us-east-1:123456789012:q", "Target": "arn:aws:sqs:us-east-1:123456789012:q2", "RoleArn": ROLE, "Tags": MAP}, "describe_pipe", {"Name": "pipe1"}),
    Tagged("quicksight", "create_data_set", {"AwsAccountId": "123456789012", "DataSetId": "data1", "Name": "n", "PhysicalTableMap": {}, "ImportMode": "SPICE", "Tags": PAIRS}, "describe_data_set", {"AwsAccountId": "123456789012", "DataSetId": "data1"}),
    Tagged("rds", "create_db_instance", {"DBInstanceIdentifier": "db1", "DBInstanceClass": "db.t3.micro", "Engine": "mysql", "AllocatedStorage": 20, "MasterUsername": "u", "MasterUserPassword": "passw0rd", "Tags": PAIRS}, "reboot_db_instance", {"DBInstanceIdentifier": "db1"}),
    Tagged("rds", "create_db_parameter_group", {"DBParameterGroupName": "parameters1", "DBParameterGroupFamily": "mysql8.0", "Description": "x", "Tags": PAIRS}, "describe_db_parameters", {"DBParameterGroupName": "parameters1"}),
    Tagged("redshift", "create_cluster", {"ClusterIdentifier": "warehouse1", "NodeType": "dc2", "MasterUsername": "u", "MasterUserPassword": "Passw0rd1", "Tags": PAIRS}, "pause_cluster", {"ClusterIdentifier": "warehouse1"}),
    Tagged("resiliencehub", "create_app", {"name": "app1", "tags": MAP}, "describe_app", {"appArn": "{app[appArn]}"}),
    Tagged("resource-groups", "create_group", {"Name": "group1", "ResourceQuery": {"Type": "TAG_FILTERS_1_0", "Query": '{"ResourceTypeFilters": ["AWS::AllSupported"], "TagFilters": [{"Key": "x", "Values": ["y"]}]}'}, "Tags": MAP}, "get_tags", {"Arn": "{Group[GroupArn]}"}),
    Tagged("route53resolver", "create_resolver_query_log_config", {"Name": "x", "DestinationArn": "arn:aws:s3:::b", "CreatorRequestId": "1", "Tags": PAIRS}, "get_resolver_query_log_config", {"ResolverQueryLogConfigId": "{ResolverQueryLogConfig[Id]}"}),
    Tagged("s3vectors", "create_vector_bucket", {"vectorBucketName": "vectors1", "tags": MAP}, "get_vector_bucket", {"vectorBucketName": "vectors1"}),
    Tagged("sagemaker", "create_model", {"ModelName": "model1", "ExecutionRoleArn": ROLE, "Tags": PAIRS}, "describe_model", {"ModelName": "model1"}),
    Tagged("sagemaker", "create_notebook_instance", {"NotebookInstanceName": "notebook1", "InstanceType": "ml.t2.medium", "RoleArn": ROLE, "Tags": PAIRS}, "describe_notebook_instance", {"NotebookInstanceName": "notebook1"}),
    Tagged("scheduler", "create_schedule_group", {"Name": "schedules1", "Tags": PAIRS}, "get_schedule_group", {"Name": "schedules1"}),
    Tagged("secretsmanager", "create_secret", {"Name": "secret1", "SecretString": "x", "Tags": PAIRS}, "describe_secret", {"SecretId": "secret1"}),
    Tagged("servicecatalog", "create_portfolio", {"DisplayName": "x", "ProviderName": "x", "IdempotencyToken": "x", "Tags": PAIRS}, "describe_portfolio", {"Id": "{PortfolioDetail[Id]}"}),
    Tagged("servicediscovery", "create_service", {"Name": "service1", "Tags": PAIRS}, "get_service", {"Id": "{Service[Id]}"}),
    Tagged("sesv2", "create_configuration_set", {"ConfigurationSetName": "set1", "Tags": PAIRS}, "get_configuration_set", {"ConfigurationSetName": "set1"}),
    Tagged("signer", "put_signing_profile", {"profileName": "profile1", "platformId": "AWSLambda-SHA384-ECDSA", "tags": MAP}, "get_signing_profile", {"profileName": "profile1"}),
    Tagged("sns", "create_topic", {"Name": "topic1", "Tags": PAIRS}, "get_topic_attributes", {"TopicArn": "{TopicArn}"}),
    Tagged("sqs", "create_queue", {"QueueName": "queue1", "tags": MAP}, "send_message", {"QueueUrl": "{QueueUrl}", "MessageBody": "x"}),
    Tagged("ssm", "put_parameter", {"Name": "/parameters/1", "Value": "x", "Type": "String", "Tags": PAIRS}, "get_parameter", {"Name": "/parameters/1"}),
    Tagged("ssm", "create_maintenance_window", {"Name": "window1", "Schedule": "rate(1 day)", "Duration": 2, "Cutoff": 1, "AllowUnassociatedTargets": False, "Tags": PAIRS}, "get_maintenance_window", {"WindowId": "{WindowId}"}),
    Tagged("stepfunctions", "create_state_machine", {"name": "machine1", "definition": '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}', "roleArn": ROLE, "tags": PAIRS_IN_LOWER_CASE}, "describe_state_machine", {"stateMachineArn": "{stateMachineArn}"}),
    Tagged("swf", "register_domain", {"name": "domain1", "workflowExecutionRetentionPeriodInDays": "1", "tags": PAIRS_IN_LOWER_CASE}, "describe_domain", {"name": "domain1"}),
    Tagged("timestream-write", "create_database", {"DatabaseName": "series1", "Tags": PAIRS}, "describe_database", {"DatabaseName": "series1"}),
    Tagged("transfer", "create_server", {"Tags": PAIRS}, "describe_server", {"ServerId": "{ServerId}"}),
    Tagged("vpc-lattice", "create_service_network", {"name": "network1", "tags": MAP}, "get_service_network", {"serviceNetworkIdentifier": "{id}"}),
    Tagged("wafv2", "create_ip_set", {"Name": "addresses1", "Scope": "REGIONAL", "IPAddressVersion": "IPV4", "Addresses": [], "Tags": PAIRS}, "get_ip_set", {"Name": "addresses1", "Scope": "REGIONAL", "Id": "{Summary[Id]}"}),
    Tagged("workspaces-web", "create_network_settings", {"vpcId": "VPC", "subnetIds": ["SUBNET", "SUBNET2"], "securityGroupIds": ["sg-1"], "tags": PAIRS}, "get_network_settings", {"networkSettingsArn": "{networkSettingsArn}"}),
]  # fmt: skip
