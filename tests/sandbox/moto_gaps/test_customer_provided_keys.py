"""Since April 2026, new buckets reject uploads with SSE-C, until the encryption settings allow it.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html
"""

import pytest
from botocore.exceptions import ClientError

CUSTOMER_KEY = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}


def test_a_bucket_rejects_uploads_with_customer_provided_keys_until_it_allows_them(s3):
    s3.create_bucket(Bucket="customer-keys")
    upload = {"Bucket": "customer-keys", "Key": "a", "Body": b"secret", **CUSTOMER_KEY}

    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(**upload)

    rule = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
        "BlockedEncryptionTypes": {"EncryptionType": ["NONE"]},
    }
    s3.put_bucket_encryption(Bucket="customer-keys", ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.put_object(**upload)

    assert s3.get_object(Bucket="customer-keys", Key="a", **CUSTOMER_KEY)["Body"].read() == b"secret"
