"""Locked objects, and who can delete them.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
"""

import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

UNTIL = datetime.now(UTC).replace(microsecond=0) + timedelta(days=10)
PROTECTED = ("AccessDenied", "Access Denied because object protected by object lock.")


@pytest.fixture(scope="module")
def locked(s3):
    s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:user/nobody"},
        "Action": ["s3:DeleteObject", "s3:DeleteObjectVersion"],
        "Resource": "arn:aws:s3:::locked/*",
    }
    document = {"Version": "2012-10-17", "Statement": statement}
    s3.put_bucket_policy(Bucket="locked", Policy=json.dumps(document))
    return "locked"


def version(s3, bucket: str, mode: str = "GOVERNANCE") -> dict[str, str]:
    lock = {"ObjectLockMode": mode, "ObjectLockRetainUntilDate": UNTIL}
    made = s3.put_object(Bucket=bucket, Key="k", Body=b"x", **lock)
    return {"Key": "k", "VersionId": made["VersionId"]}


def refused(call, **parameters) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_locked_version_is_deleted_only_with_a_bypass(s3, locked):
    item = version(s3, locked)

    assert refused(s3.delete_object, Bucket=locked, **item) == PROTECTED
    assert s3.delete_object(Bucket=locked, **item, BypassGovernanceRetention=True)


def test_a_bypass_requires_its_own_permission(buckets, s3, locked):
    nobody, item = buckets.client("s3", actor="nobody"), version(s3, locked)

    code, message = refused(nobody.delete_object, Bucket=locked, **item, BypassGovernanceRetention=True)
    listed = nobody.delete_objects(
        Bucket=locked, Delete={"Objects": [item]}, BypassGovernanceRetention=True
    )

    assert code == "AccessDenied"
    assert "s3:BypassGovernanceRetention" in message
    assert "s3:BypassGovernanceRetention" in listed["Errors"][0]["Message"]


def test_delete_objects_lists_each_locked_version_and_deletes_it_with_a_bypass(s3, locked):
    item = version(s3, locked)
    request = {"Bucket": locked, "Delete": {"Objects": [item]}}

    kept = s3.delete_objects(**request)["Errors"]
    gone = s3.delete_objects(**request, BypassGovernanceRetention=True)["Deleted"]

    assert [(one["Code"], one["Message"], one["VersionId"]) for one in kept] == [
        (*PROTECTED, item["VersionId"])
    ]
    assert gone == [item]


def test_compliance_mode_has_no_bypass(s3, locked):
    item = version(s3, locked, "COMPLIANCE")

    assert refused(s3.delete_object, Bucket=locked, **item, BypassGovernanceRetention=True) == PROTECTED


def test_a_retention_is_extended_by_anyone_and_shortened_with_a_bypass(s3, locked):
    item = version(s3, locked)
    longer, shorter = (
        {"Mode": "GOVERNANCE", "RetainUntilDate": UNTIL + timedelta(days=days)} for days in (1, -1)
    )

    assert s3.put_object_retention(Bucket=locked, **item, Retention=longer)
    assert refused(s3.put_object_retention, Bucket=locked, **item, Retention=shorter) == PROTECTED
    assert s3.put_object_retention(Bucket=locked, **item, Retention=shorter, BypassGovernanceRetention=True)


YESTERDAY = {"Mode": "GOVERNANCE", "RetainUntilDate": datetime.now(UTC) - timedelta(days=1)}
UNLOCKED = "InvalidRequest", "Bucket is missing Object Lock Configuration"
NO_LOCK = "NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration"


@pytest.mark.parametrize(
    ("bucket", "method", "parameters", "error"),
    [
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectRetention.html
        ("locked", "get_object_retention", {"Key": "free"}, NO_LOCK),
        ("locked", "get_object_legal_hold", {"Key": "free"}, NO_LOCK),
        ("reports", "get_object_retention", {"Key": "q1.csv"}, UNLOCKED),
        ("reports", "put_object_legal_hold", {"Key": "q1.csv", "LegalHold": {"Status": "ON"}}, UNLOCKED),
        (
            "locked",
            "put_object_retention",
            {"Key": "free", "Retention": YESTERDAY},
            ("InvalidArgument", "The retain until date must be in the future!"),
        ),
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
        (
            "locked",
            "put_bucket_versioning",
            {"VersioningConfiguration": {"Status": "Suspended"}},
            (
                "InvalidBucketState",
                "An Object Lock configuration is present on this bucket, so the versioning state cannot be "
                "changed.",
            ),
        ),
    ],
)
def test_s3_says_what_a_lock_lacks(s3, locked, bucket, method, parameters, error):
    s3.put_object(Bucket=locked, Key="free", Body=b"x")

    assert refused(getattr(s3, method), Bucket=bucket, **parameters) == error


# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html#object-lock-managing-retention-limits
@pytest.mark.parametrize(
    ("mode", "days", "allowed"),
    [("GOVERNANCE", 9, True), ("GOVERNANCE", 30, False), ("COMPLIANCE", 9, False)],
)
def test_a_policy_limits_the_mode_and_the_days_of_a_retention(buckets, s3, locked, mode, days, allowed):
    s3.put_object(Bucket=locked, Key=f"{mode}-{days}", Body=b"x")
    condition = {
        "NumericLessThanEquals": {"s3:object-lock-remaining-retention-days": "10"},
        "StringEquals": {"s3:object-lock-mode": "GOVERNANCE"},
    }
    statement = {
        "Effect": "Allow",
        "Action": "s3:PutObjectRetention",
        "Resource": "*",
        "Condition": condition,
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam, retention = buckets.client("iam", actor="admin"), {"Mode": mode, "RetainUntilDate": UNTIL}
    retention["RetainUntilDate"] += timedelta(days=days - 10)
    iam.put_user_policy(UserName="nobody", PolicyName="limits", PolicyDocument=document)
    put, request = buckets.client("s3", actor="nobody").put_object_retention, {"Bucket": locked}
    request |= {"Key": f"{mode}-{days}", "Retention": retention}

    try:
        assert put(**request) if allowed else refused(put, **request)[0] == "AccessDenied"
    finally:
        iam.delete_user_policy(UserName="nobody", PolicyName="limits")
