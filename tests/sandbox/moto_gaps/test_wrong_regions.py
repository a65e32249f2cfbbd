"""Requests for a bucket of another Region than the client's.

https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from xml.etree import ElementTree

import pytest
import requests
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config


@pytest.fixture(scope="module")
def irish_bucket(buckets):
    s3 = buckets.client("s3", actor="admin", region_name="eu-west-1")
    s3.create_bucket(Bucket="irish", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="irish", Key="k", Body=b"x")
    return "irish"


def signed_for(buckets, region: str, method: str = "GET") -> requests.Response:
    credentials = buckets.session(actor="admin").get_credentials()
    request = AWSRequest(method, f"{buckets.endpoint}/irish/k")
    S3SigV4Auth(credentials, "s3", region).add_auth(request)
    return requests.request(
        method, request.url, headers=dict(request.headers), timeout=10, allow_redirects=False
    )


def test_a_signature_for_us_east_1_names_the_region_of_the_bucket(buckets, irish_bucket):
    response = signed_for(buckets, "us-east-1")

    error = ElementTree.fromstring(response.text)
    assert (response.status_code, error.findtext("Code")) == (400, "AuthorizationHeaderMalformed")
    assert error.findtext("Message") == (
        "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'"
    )
    assert error.findtext("Region") == response.headers["x-amz-bucket-region"] == "eu-west-1"


def test_the_endpoint_of_another_region_redirects(buckets, irish_bucket):
    response = signed_for(buckets, "us-west-2")

    error = ElementTree.fromstring(response.text)
    assert (response.status_code, error.findtext("Code")) == (301, "PermanentRedirect")
    assert error.findtext("Endpoint") == "irish.s3.eu-west-1.amazonaws.com"
    assert signed_for(buckets, "us-west-2", "HEAD").headers["x-amz-bucket-region"] == "eu-west-1"


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2"])
def test_boto3_follows_to_the_region_of_the_bucket(buckets, irish_bucket, region):
    s3 = buckets.client("s3", actor="admin", region_name=region)

    assert s3.get_object(Bucket=irish_bucket, Key="k")["Body"].read() == b"x"
    assert s3.head_object(Bucket=irish_bucket, Key="k")
    assert s3.get_bucket_location(Bucket=irish_bucket)["LocationConstraint"] == "eu-west-1"


def test_a_presigned_url_for_another_region_is_rejected(buckets, irish_bucket):
    s3 = buckets.client("s3", actor="admin", config=Config(signature_version="s3v4"))
    url = s3.generate_presigned_url("get_object", Params={"Bucket": irish_bucket, "Key": "k"})

    error = ElementTree.fromstring(requests.get(url, timeout=10).text)

    assert error.findtext("Code") == "AuthorizationQueryParametersError"
