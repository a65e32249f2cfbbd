"""The parts of ARNs, and of texts that are none."""

import pytest

from rolecall.aws.arns import account_of, region_of, service_of


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("arn:aws:sqs:us-east-1:111122223333:jobs", ("sqs", "us-east-1", "111122223333")),
        ("arn:aws:iam::111122223333:role/a:b", ("iam", "", "111122223333")),
        ("arn:aws:s3:::acme", ("s3", "", "")),
        ("arn:aws:s3", ("", "", "")),
        ("arn:", ("", "", "")),
        ("urn:a:b:c:d:e", ("", "", "")),
    ],
)
def test_a_text_that_is_no_arn_has_no_parts(text, parts):
    assert (service_of(text), region_of(text), account_of(text)) == parts
