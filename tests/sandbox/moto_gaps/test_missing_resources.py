"""What a service says about a resource that doesn't exist, and about tags that it removes."""

import pytest
from botocore.exceptions import ClientError

KEY = {"KeyId": "1234abcd-12ab-34cd-56ef-000000000000"}
GRANTEE = {"GranteePrincipal": "arn:aws:iam::111122223333:root", "Operations": ["Decrypt"]}
OBJECT = {"Bucket": "missing-resources", "Key": "none"}
KMS = "https://docs.aws.amazon.com/kms/latest/APIReference/"
S3 = "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
SECRETS = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html"
IAM = "https://docs.aws.amazon.com/IAM/latest/APIReference/"
POLICY = {"PolicyArn": "arn:aws:iam::111122223333:policy/none"}
SNS = "https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"
MISSING = [
    (KMS + "API_ListGrants.html", "kms", "list_grants", KEY, "NotFoundException"),
    (KMS + "API_CreateGrant.html", "kms", "create_grant", KEY | GRANTEE, "NotFoundException"),
    (KMS + "API_RevokeGrant.html", "kms", "revoke_grant", KEY | {"GrantId": "1"}, "NotFoundException"),
    (KMS + "API_RetireGrant.html", "kms", "retire_grant", KEY | {"GrantId": "1"}, "NotFoundException"),
    (S3, "s3", "delete_object_tagging", OBJECT, "NoSuchKey"),
    (S3, "s3", "put_object_tagging", OBJECT | {"Tagging": {"TagSet": []}}, "NoSuchKey"),
    (
        SECRETS,
        "secretsmanager",
        "list_secret_version_ids",
        {"SecretId": "none"},
        "ResourceNotFoundException",
    ),
    (IAM + "API_ListEntitiesForPolicy.html", "iam", "list_entities_for_policy", POLICY, "NoSuchEntity"),
    (
        IAM + "API_UpdateGroup.html",
        "iam",
        "update_group",
        {"GroupName": "none", "NewPath": "/a/"},
        "NoSuchEntity",
    ),
    (SNS, "sns", "publish", {"Message": "x"}, "InvalidParameter"),
]


@pytest.fixture(scope="module")
def session(administered):
    session = administered.session(actor="admin")
    session.client("s3").create_bucket(Bucket=OBJECT["Bucket"])
    return session


@pytest.mark.parametrize(("page", "service", "operation", "parameters", "code"), MISSING)
def test_a_missing_resource_has_the_error_of_its_service(
    session, page, service, operation, parameters, code
):
    with pytest.raises(ClientError) as caught:
        getattr(session.client(service), operation)(**parameters)

    assert caught.value.response["Error"]["Code"] == code, page


# https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html
def test_an_empty_tag_set_removes_all_tags_of_an_object(session):
    s3, tagged = session.client("s3"), {"Bucket": OBJECT["Bucket"], "Key": "k"}
    s3.put_object(**tagged, Tagging="stage=test")

    s3.put_object_tagging(**tagged, Tagging={"TagSet": []})

    assert s3.get_object_tagging(**tagged)["TagSet"] == []
