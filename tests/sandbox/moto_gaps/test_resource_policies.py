"""Resource-based policies: what each service rejects, and what survives other changes.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html
"""

import json
from contextlib import nullcontext

import pytest
from botocore.exceptions import ClientError

MAIN = "111122223333"


def policy(principal, action, **statement):
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **statement}
            ],
        }
    )


class Setter:
    """Set a resource policy of one service."""

    def __init__(self, client):
        self.client = client

    def kms(self, text):
        self.client.create_key(Policy=text)

    def sqs(self, text):
        url = self.client.create_queue(QueueName="jobs")["QueueUrl"]
        self.client.set_queue_attributes(QueueUrl=url, Attributes={"Policy": text})

    def sns(self, text):
        topic = self.client.create_topic(Name="alerts")["TopicArn"]
        self.client.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=text)

    def secretsmanager(self, text):
        if not self.client.list_secrets()["SecretList"]:
            self.client.create_secret(Name="db", SecretString="1")
        self.client.put_resource_policy(SecretId="db", ResourcePolicy=text)

    def ecr(self, text):
        if not self.client.describe_repositories()["repositories"]:
            self.client.create_repository(repositoryName="app")
        self.client.set_repository_policy(repositoryName="app", policyText=text)

    def dynamodb(self, text):
        if not self.client.list_tables()["TableNames"]:
            self.client.create_table(
                TableName="orders",
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
        arn = f"arn:aws:dynamodb:us-east-1:{MAIN}:table/orders"
        self.client.put_resource_policy(ResourceArn=arn, Policy=text)


# service, error code, message for a malformed policy, message for a principal that doesn't exist
# https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
# https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutResourcePolicy.html
SERVICES = [
    ("kms", "MalformedPolicyDocumentException", "", "one or more invalid principals"),
    ("sqs", "InvalidAttributeValue", "parameter Policy", "parameter Policy"),
    ("sns", "InvalidParameter", "Policy Error: null", "Policy Error: PrincipalNotFound"),
    ("secretsmanager", "MalformedPolicyDocumentException", "invalid syntax", "an unsupported principal"),
    ("ecr", "InvalidParameterException", "Invalid repository policy", "Invalid repository policy"),
    ("dynamodb", "ValidationException", "Invalid policy document: ", "Policy contains invalid principal"),
]


def rejection_of(administered, service, text):
    client = administered.client(service, actor="admin")
    with pytest.raises(client.exceptions.ClientError) as rejected:
        getattr(Setter(client), service)(text)
    return rejected.value.response["Error"]


@pytest.mark.parametrize(("service", "code", "malformed", "principal"), SERVICES)
@pytest.mark.parametrize(
    "text", ["my policy", '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}']
)
def test_a_malformed_policy_is_rejected(administered, service, code, malformed, principal, text):
    error = rejection_of(administered, service, text)

    assert error["Code"] == code
    assert malformed in error["Message"]


@pytest.mark.parametrize(("service", "code", "malformed", "principal"), SERVICES)
def test_a_principal_must_exist(administered, service, code, malformed, principal):
    nobody = {"AWS": f"arn:aws:iam::{MAIN}:user/nobody"}

    error = rejection_of(administered, service, policy(nobody, f"{service}:*"))

    assert error["Code"] == code
    assert principal in error["Message"]


@pytest.mark.parametrize("service", [row[0] for row in SERVICES])
def test_a_policy_for_another_account_is_accepted(administered, service):
    client = administered.client(service, actor="admin")
    owner_too = {"AWS": ["999999999999", f"arn:aws:iam::{MAIN}:root"]}

    getattr(Setter(client), service)(policy(owner_too, f"{service}:*"))


@pytest.mark.parametrize("service", ["sqs", "sns"])
def test_queues_and_topics_accept_only_their_own_actions(administered, service):
    error = rejection_of(administered, service, policy("*", "s3:GetObject"))

    assert error["Code"] in ("InvalidAttributeValue", "InvalidParameter")


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html
@pytest.mark.parametrize(("service", "code"), [("sqs", "InvalidAttributeValue"), ("ecr", None)])
def test_two_statements_can_have_one_sid_in_most_services(administered, service, code):
    client = administered.client(service, actor="admin")
    document = json.loads(policy({"AWS": MAIN}, f"{service}:*", Sid="Same"))
    document["Statement"] *= 2

    with pytest.raises(ClientError, match=code) if code else nullcontext():
        getattr(Setter(client), service)(json.dumps(document))


# https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#prevent-unmanageable-key
@pytest.mark.parametrize(
    ("principal", "action"),
    [({"AWS": "222222222222"}, "kms:*"), ({"AWS": f"arn:aws:iam::{MAIN}:user/admin"}, "kms:Encrypt")],
)
def test_a_key_policy_must_let_the_caller_change_it(administered, principal, action):
    kms = administered.client("kms", actor="admin")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    locked = {"KeyId": key, "PolicyName": "default", "Policy": policy(principal, action)}

    with pytest.raises(kms.exceptions.MalformedPolicyDocumentException, match="update the key policy"):
        kms.put_key_policy(**locked)
    kms.put_key_policy(**locked, BypassPolicyLockoutSafetyCheck=True)

    with pytest.raises(kms.exceptions.ClientError, match="AccessDeniedException"):
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy("*", "kms:*"))


@pytest.mark.parametrize("attributes", [{"VisibilityTimeout": "5"}, {"KmsMasterKeyId": "alias/aws/sqs"}])
def test_other_attributes_of_a_queue_leave_its_policy_alone(administered, attributes):
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"""
    sqs = administered.client("sqs", actor="admin")
    url = sqs.create_queue(QueueName="kept")["QueueUrl"]
    document = policy({"AWS": MAIN}, "sqs:SendMessage")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})

    sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)

    kept = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
    assert json.loads(kept) == json.loads(document)


def test_an_empty_policy_removes_the_policy_of_a_queue(administered):
    sqs = administered.client("sqs", actor="admin")
    url = sqs.create_queue(QueueName="opened")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy({"AWS": MAIN}, "sqs:SendMessage")})

    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})

    assert "Attributes" not in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])


@pytest.mark.parametrize(
    ("operation", "parameters", "code", "message"),
    [
        ("publish", {"TopicArn": "alerts"}, "InvalidParameter", "must have at least 6 elements, not 1"),
        ("publish", {"TargetArn": "arn:aws:sns"}, "InvalidParameter", "TargetArn Reason: An ARN must have"),
        (
            "publish",
            {"TopicArn": f"arn:aws:sns:us-east-1:{MAIN}:none"},
            "NotFound",
            "Topic does not exist",
        ),
    ],
)
def test_sns_says_what_is_wrong_with_the_arn_of_a_topic(administered, operation, parameters, code, message):
    # https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
    sns = administered.client("sns", actor="admin")

    with pytest.raises(ClientError, match=message) as raised:
        getattr(sns, operation)(Message="hello", **parameters)
    assert raised.value.response["Error"]["Code"] == code


def test_no_tag_of_iam_has_a_key_that_aws_reserves(administered):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules
    iam = administered.client("iam", actor="admin")

    with pytest.raises(iam.exceptions.InvalidInputException, match="aws: prefixed tag key"):
        iam.tag_user(UserName="admin", Tags=[{"Key": "Aws:team", "Value": "red"}])
