"""No two responses have the same ID, by which AWS Support would find the request."""

import json
import re

import pytest
from botocore.exceptions import ClientError

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# https://docs.aws.amazon.com/AmazonS3/latest/API/get-request-ids.html
OF_S3 = re.compile(r"[0-9A-F]{16}")
HOST = re.compile(r"[A-Za-z0-9+/]{75}=")


@pytest.fixture
def admin(administered):
    return lambda service: administered.client(service, actor="admin")


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("sts", "get_caller_identity"),
        ("iam", "list_roles"),
        ("iam", "list_account_aliases"),
        pytest.param("ec2", "describe_instances", marks=pytest.mark.slow),
        ("dynamodb", "list_tables"),
        ("lambda", "list_functions"),
        ("route53", "list_hosted_zones"),
        ("sqs", "list_queues"),
    ],
)
def test_each_response_has_an_id_of_its_own(admin, service, operation):
    call = getattr(admin(service), operation)

    first, second = (call()["ResponseMetadata"] for _ in range(2))

    assert UUID.fullmatch(first["RequestId"])
    assert first["HTTPHeaders"]["x-amzn-requestid"] == first["RequestId"]
    assert first["RequestId"] != second["RequestId"]


def test_s3_has_ids_of_another_form_and_names_its_host(admin):
    listed = admin("s3").list_buckets()["ResponseMetadata"]
    with pytest.raises(ClientError) as missing:
        admin("s3").get_bucket_policy(Bucket="no-such-bucket")

    for metadata in (listed, missing.value.response["ResponseMetadata"]):
        assert OF_S3.fullmatch(metadata["RequestId"])
        assert HOST.fullmatch(metadata["HostId"])


def test_cloudtrail_has_the_id_of_a_request_whether_it_failed_or_not(admin):
    iam = admin("iam")
    done = iam.list_roles()["ResponseMetadata"]["RequestId"]
    with pytest.raises(ClientError) as failed:
        iam.get_role(RoleName="none")

    events = admin("cloudtrail").lookup_events()["Events"]

    ids = [json.loads(one["CloudTrailEvent"])["requestID"] for one in events]
    assert {done, failed.value.response["ResponseMetadata"]["RequestId"]} <= {*ids}
