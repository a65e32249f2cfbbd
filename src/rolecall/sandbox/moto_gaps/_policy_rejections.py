"""How each service rejects a bad resource-based policy."""

from __future__ import annotations

from typing import NamedTuple


class Rejection(NamedTuple):
    """How a service rejects a policy.

    Parameters
    ----------
    parameter
        The path of the parameter with the policy.
    code
        The error code.
    malformed
        The message for a malformed policy; the braces take what is wrong with it.
    principal
        The message for a principal that doesn't exist.
    foreign_action
        The message for an action of another service; empty if the service accepts it.
    unique_sids
        Whether the service rejects two statements with one Sid.
    """

    parameter: str
    code: str
    malformed: str
    principal: str
    foreign_action: str = ""
    unique_sids: bool = False


# https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
KEY = Rejection(
    "Policy",
    "MalformedPolicyDocumentException",
    "{}",
    "Policy contains a statement with one or more invalid principals.",
)
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
_QUEUE = Rejection(
    "Attributes.Policy",
    "InvalidAttributeValue",
    "Invalid value for the parameter Policy.",
    "Invalid value for the parameter Policy.",
    "Invalid value for the parameter Policy.",
    unique_sids=True,
)
# https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
_TOPIC = Rejection(
    "Attributes.Policy",
    "InvalidParameter",
    "Invalid parameter: Policy Error: null",
    "Invalid parameter: Policy Error: PrincipalNotFound",
    "Invalid parameter: Policy statement action out of service scope!",
    unique_sids=True,
)
_BAD_API_POLICY = (
    "Invalid policy document. Please check the policy syntax and ensure that Principals are valid."
)
API = Rejection("policy", "BadRequestException", _BAD_API_POLICY, _BAD_API_POLICY)
_REPOSITORY = (
    "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'"
)
# The operations whose error code is documented, but not the message: the parameter, and the code.
_OTHERS = (
    # https://docs.aws.amazon.com/privateca/latest/APIReference/API_PutPolicy.html
    ("acm-pca.PutPolicy", "Policy", "InvalidPolicyException"),
    # https://docs.aws.amazon.com/cloudhsm/latest/APIReference/API_PutResourcePolicy.html
    ("cloudhsmv2.PutResourcePolicy", "Policy", "CloudHsmInvalidRequestException"),
    # https://docs.aws.amazon.com/comprehend/latest/APIReference/API_PutResourcePolicy.html
    ("comprehend.PutResourcePolicy", "ResourcePolicy", "InvalidRequestException"),
    # https://docs.aws.amazon.com/aurora-dsql/latest/APIReference/API_PutClusterPolicy.html
    ("dsql.CreateCluster", "policy", "ValidationException"),
    ("dsql.PutClusterPolicy", "policy", "ValidationException"),
    # https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutRegistryPolicy.html
    ("ecr.PutRegistryPolicy", "policyText", "InvalidParameterException"),
    # https://docs.aws.amazon.com/efs/latest/ug/API_PutFileSystemPolicy.html
    ("efs.PutFileSystemPolicy", "Policy", "InvalidPolicyException"),
    # https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_CreateDomain.html
    ("es.CreateElasticsearchDomain", "AccessPolicies", "InvalidTypeException"),
    ("es.UpdateElasticsearchDomainConfig", "AccessPolicies", "InvalidTypeException"),
    ("opensearch.CreateDomain", "AccessPolicies", "InvalidTypeException"),
    ("opensearch.UpdateDomainConfig", "AccessPolicies", "InvalidTypeException"),
    # https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html
    ("events.PutPermission", "Policy", "ValidationException"),
    # https://docs.aws.amazon.com/glue/latest/webapi/API_PutResourcePolicy.html
    ("glue.PutResourcePolicy", "PolicyInJson", "InvalidInputException"),
    # https://docs.aws.amazon.com/MSK/1.0/APIReference/clusters-clusterarn-policy.html
    ("kafka.PutClusterPolicy", "Policy", "BadRequestException"),
    # https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutResourcePolicy.html
    ("kinesis.PutResourcePolicy", "Policy", "InvalidArgumentException"),
    # https://docs.aws.amazon.com/lexv2/latest/APIReference/API_CreateResourcePolicy.html
    ("lexv2-models.CreateResourcePolicy", "policy", "ValidationException"),
    ("lexv2-models.UpdateResourcePolicy", "policy", "ValidationException"),
    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDestinationPolicy.html
    ("logs.PutDestinationPolicy", "accessPolicy", "InvalidParameterException"),
    # https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_osis_PutResourcePolicy.html
    ("osis.PutResourcePolicy", "Policy", "ValidationException"),
    # https://docs.aws.amazon.com/payment-cryptography/latest/APIReference/API_PutResourcePolicy.html
    ("payment-cryptography.PutResourcePolicy", "Policy", "ValidationException"),
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_PutAccessPointPolicy.html
    ("s3control.PutAccessPointPolicy", "Policy", "MalformedPolicy"),
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_S3VectorBuckets_PutVectorBucketPolicy.html
    ("s3vectors.PutVectorBucketPolicy", "policy", "ValidationException"),
    # https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateEmailIdentityPolicy.html
    ("sesv2.CreateEmailIdentityPolicy", "Policy", "BadRequestException"),
    ("sesv2.UpdateEmailIdentityPolicy", "Policy", "BadRequestException"),
    # https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_PutAuthPolicy.html
    ("vpc-lattice.PutAuthPolicy", "policy", "ValidationException"),
    ("vpc-lattice.PutResourcePolicy", "policy", "ValidationException"),
)
REJECTIONS = {
    "kms.CreateKey": KEY,
    "kms.PutKeyPolicy": KEY,
    "kms.ReplicateKey": KEY,
    "sqs.CreateQueue": _QUEUE,
    "sqs.SetQueueAttributes": _QUEUE,
    "sns.CreateTopic": _TOPIC,
    "sns.SetTopicAttributes": _TOPIC._replace(parameter="AttributeValue"),
    # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html
    "secretsmanager.PutResourcePolicy": Rejection(
        "ResourcePolicy",
        "MalformedPolicyDocumentException",
        "This policy has invalid syntax.",
        "This resource policy contains an unsupported principal.",
    ),
    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
    "logs.PutResourcePolicy": Rejection(
        "policyDocument", "InvalidParameterException", "{}", "Invalid principal in policy"
    ),
    # https://docs.aws.amazon.com/apigateway/latest/api/API_CreateRestApi.html
    "apigateway.CreateRestApi": API,
    "apigateway.UpdateRestApi": API._replace(parameter="patchOperations.value"),
    # https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html
    "ecr.SetRepositoryPolicy": Rejection(
        "policyText",
        "InvalidParameterException",
        _REPOSITORY,
        _REPOSITORY,
    ),
    # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutResourcePolicy.html
    "dynamodb.PutResourcePolicy": Rejection(
        "Policy",
        "ValidationException",
        "One or more parameter values were invalid: Invalid policy document: {}",
        "One or more parameter values were invalid: Invalid policy document: "
        "Policy contains invalid principal",
    ),
    **{
        operation: Rejection(
            parameter, code, "Invalid policy: {}", "Invalid policy: Invalid principal in policy"
        )
        for operation, parameter, code in _OTHERS
    },
}
