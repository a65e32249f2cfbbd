"""Requests of browsers for a page of another origin: preflight requests, and headers of responses.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors-troubleshooting.html
"""

from xml.etree import ElementTree

import pytest
import requests

SHOP = "https://shop.example.com"
RULES = [
    {
        "AllowedOrigins": ["https://*.example.com"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["x-amz-*", "Content-Type"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 60,
    },
    {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]},
]


@pytest.fixture(scope="module")
def page(buckets, s3):
    s3.create_bucket(Bucket="shared-page")
    s3.put_bucket_cors(Bucket="shared-page", CORSConfiguration={"CORSRules": RULES})
    return f"{buckets.endpoint}/shared-page/k"


def preflight(url, method="PUT", origin=SHOP, headers=None) -> requests.Response:
    sent = {"Origin": origin, "Access-Control-Request-Method": method}
    sent["Access-Control-Request-Headers"] = headers
    return requests.options(url, headers={name: value for name, value in sent.items() if value}, timeout=10)


def test_the_first_rule_that_allows_the_request_answers(page):
    response = preflight(page, headers="X-Amz-Date, content-type")

    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == SHOP
    assert response.headers["Access-Control-Allow-Methods"] == "GET, PUT"
    assert response.headers["Access-Control-Allow-Headers"] == "x-amz-date, content-type"
    assert response.headers["Access-Control-Expose-Headers"] == "ETag"
    assert response.headers["Access-Control-Max-Age"] == "60"
    assert response.headers["Access-Control-Allow-Credentials"] == "true"


def test_a_rule_for_every_origin_shares_no_credentials(page):
    response = preflight(page, "GET", "https://other.example.org")

    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize(
    ("asked", "status", "code", "message"),
    [
        ({"method": "DELETE"}, 403, "AccessForbidden", "This CORS request is not allowed"),
        ({"origin": "https://evil.example.org"}, 403, "AccessForbidden", "is not allowed"),
        ({"headers": "authorization"}, 403, "AccessForbidden", "This CORS request is not allowed"),
        ({"origin": None}, 400, "BadRequest", "Insufficient information. Origin request header needed."),
        ({"method": None}, 400, "BadRequest", "Invalid Access-Control-Request-Method: null"),
    ],
)
def test_a_request_that_no_rule_allows_is_forbidden(page, asked, status, code, message):
    response = preflight(page, **asked)

    error = ElementTree.fromstring(response.text)
    assert (response.status_code, error.findtext("Code")) == (status, code)
    assert message in error.findtext("Message")


def test_a_bucket_without_a_configuration_forbids_every_preflight(buckets):
    error = ElementTree.fromstring(preflight(f"{buckets.endpoint}/reports/q1.csv").text)

    assert error.findtext("Message") == "CORSResponse: CORS is not enabled for this bucket."
    assert (error.findtext("Method"), error.findtext("ResourceType")) == ("PUT", "OBJECT")


def test_a_missing_bucket_is_reported_to_a_preflight(buckets):
    response = preflight(f"{buckets.endpoint}/not-there")

    assert (response.status_code, "CORSResponse: Bucket not found" in response.text) == (403, True)


def test_only_responses_to_allowed_origins_have_the_headers(s3, page):
    s3.put_object(Bucket="shared-page", Key="k", Body=b"x")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "shared-page", "Key": "k"})

    shared = requests.get(url, headers={"Origin": SHOP}, timeout=10)
    same_origin = requests.get(url, timeout=10)

    assert shared.headers["Access-Control-Allow-Origin"] == SHOP
    assert shared.headers["Access-Control-Expose-Headers"] == "ETag"
    assert not any(name.lower().startswith("access-control") for name in same_origin.headers)


def test_a_page_uploads_an_object_in_the_format_of_a_form(s3, page):
    upload = {"Bucket": "shared-page", "Key": "form", "ContentType": "application/x-www-form-urlencoded"}
    url = s3.generate_presigned_url("put_object", Params=upload)
    headers = {"Origin": SHOP, "Content-Type": upload["ContentType"]}

    uploaded = requests.put(url, b"a=1&b=2", headers=headers, timeout=10)

    assert uploaded.headers["Access-Control-Allow-Origin"] == SHOP
    assert s3.get_object(Bucket="shared-page", Key="form")["Body"].read() == b"a=1&b=2"


def test_an_origin_has_one_wildcard_at_most(s3, page):
    # https://github.com/versity/versitygw/issues/1870
    rule = {"AllowedOrigins": ["https://*.example.*"], "AllowedMethods": ["GET"]}

    with pytest.raises(s3.exceptions.ClientError, match="can not have more than one wildcard"):
        s3.put_bucket_cors(Bucket="shared-page", CORSConfiguration={"CORSRules": [rule]})
