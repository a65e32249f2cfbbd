"""What LookupEvents finds.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from rolecall import Sandbox

ROLE = "arn:aws:iam::111122223333:role/reports-reader"
WORLD = Path(__file__).parents[1] / "worlds" / "history.yaml"


@pytest.fixture(scope="module")
def lab():
    """A sandbox in which Dana and a partner assumed a role, and Eve was denied."""
    with Sandbox(WORLD) as sandbox:
        credentials = sandbox.client("sts", actor="dana").assume_role(RoleArn=ROLE, RoleSessionName="q1")
        s3 = sandbox.client("s3", credentials=credentials["Credentials"])
        s3.get_object(Bucket="acme-reports", Key="q1.csv")
        s3.get_bucket_location(Bucket="acme-reports")
        for _ in range(2):
            with pytest.raises(ClientError):
                sandbox.client("sts", actor="eve").assume_role(RoleArn=ROLE, RoleSessionName="q1")
        partner = sandbox.client("sts", actor="partner")
        partner.assume_role(RoleArn=ROLE.replace("reports-reader", "shared"), RoleSessionName="audit")
        iam = sandbox.client("iam", actor="admin")
        iam.create_access_key(UserName="eve")
        with pytest.raises(ClientError):
            iam.delete_user(UserName="mallory")
        yield sandbox


@pytest.fixture(scope="module")
def cloudtrail(lab):
    return lab.client("cloudtrail", actor="admin")


def look_up(cloudtrail, key, value):
    return cloudtrail.lookup_events(LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}])[
        "Events"
    ]


@pytest.mark.parametrize(
    ("key", "value", "names"),
    [
        ("EventName", "AssumeRole", ["AssumeRole"] * 4),
        ("Username", "eve", ["AssumeRole"] * 2),
        ("Username", "q1", ["GetBucketLocation"]),
        ("EventSource", "iam.amazonaws.com", ["DeleteUser", "CreateAccessKey"]),
        ("ResourceName", "mallory", ["DeleteUser"]),
        ("ResourceType", "AWS::S3::Bucket", ["GetBucketLocation"]),
        ("ReadOnly", "false", ["DeleteUser", "CreateAccessKey"]),
        ("EventName", "GetObject", []),
    ],
)
def test_an_attribute_selects_events_the_newest_first(cloudtrail, key, value, names):
    assert [event["EventName"] for event in look_up(cloudtrail, key, value)] == names


def test_an_event_of_assume_role_names_the_caller_and_the_session(cloudtrail):
    event = look_up(cloudtrail, "Username", "dana")[0]

    record = json.loads(event["CloudTrailEvent"])
    assert record["userIdentity"]["userName"] == "dana"
    assert record["userIdentity"]["accessKeyId"] == event["AccessKeyId"]
    assert record["requestParameters"]["roleArn"] == ROLE
    credentials = record["responseElements"]["credentials"]
    assert credentials["accessKeyId"].startswith("ASIA")
    assert "secretAccessKey" not in credentials
    assert {"ResourceType": "AWS::IAM::Role", "ResourceName": ROLE} in event["Resources"]


def test_an_event_of_a_failed_call_has_its_error(cloudtrail):
    denied = json.loads(look_up(cloudtrail, "Username", "eve")[0]["CloudTrailEvent"])
    missing = json.loads(look_up(cloudtrail, "EventName", "DeleteUser")[0]["CloudTrailEvent"])

    assert denied["errorCode"] == "AccessDenied"
    assert denied["errorMessage"].startswith("User: arn:aws:iam::111122223333:user/eve is not authorized")
    assert (missing["errorCode"], missing["responseElements"]) == ("NoSuchEntity", None)


def test_an_event_has_no_secret(cloudtrail):
    event = look_up(cloudtrail, "EventName", "CreateAccessKey")[0]

    created = json.loads(event["CloudTrailEvent"])["responseElements"]["accessKey"]
    assert created["accessKeyId"].startswith("AKIA")
    assert "secretAccessKey" not in created


def test_pages_have_all_events_once(cloudtrail):
    pages = cloudtrail.get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "AssumeRole"}],
        PaginationConfig={"PageSize": 2},
    )

    found = [event["EventId"] for page in pages for event in page["Events"]]

    assert len(set(found)) == len(found) == 4


def test_a_call_to_another_account_is_in_the_history_of_both(lab):
    for actor in ("partner", "admin"):
        found = look_up(lab.client("cloudtrail", actor=actor), "Username", "partner")
        assert "AssumeRole" in [event["EventName"] for event in found]


def test_another_region_has_other_events(lab):
    elsewhere = lab.session(actor="admin").client("cloudtrail", region_name="eu-west-1")

    assert look_up(elsewhere, "EventName", "AssumeRole") == []


def test_events_before_the_start_time_are_left_out(cloudtrail):
    newest = cloudtrail.lookup_events(MaxResults=1)["Events"][0]["EventTime"]

    assert cloudtrail.lookup_events(StartTime=newest + timedelta(hours=1))["Events"] == []


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        (
            {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "a"}] * 2},
            "InvalidLookupAttributesException",
        ),
        ({"StartTime": 2_000_000_000, "EndTime": 1_000_000_000}, "InvalidTimeRangeException"),
        ({"NextToken": "mine"}, "InvalidNextTokenException"),
    ],
)
def test_what_lookup_events_rejects(cloudtrail, parameters, code):
    with pytest.raises(ClientError, match=code):
        cloudtrail.lookup_events(**parameters)
