import pytest
from botocore.exceptions import ClientError

from rolecall import SandboxError
from rolecall.presentation.trail import trail_html

READER = {"RoleArn": "arn:aws:iam::111122223333:role/reports-reader", "RoleSessionName": "q1"}


@pytest.fixture
def busy(lab):
    """A sandbox in which Dana assumed the role and read, and Eve was refused."""
    credentials = lab.client("sts", actor="dana").assume_role(**READER)["Credentials"]
    lab.client("s3", credentials=credentials).get_object(Bucket="acme-reports", Key="2026/q1.csv")
    with pytest.raises(ClientError):
        lab.client("sts", actor="eve").assume_role(**READER)
    return lab


def test_the_trail_tells_who_asked_for_what_and_how_it_was_decided(busy):
    recorded = [(one.who.rpartition("/")[2], one.action, one.decision, one.error) for one in busy.trail]

    assert recorded == [
        ("dana", "sts:AssumeRole", "Allowed", ""),
        ("q1", "s3:GetObject", "Allowed", ""),
        ("eve", "sts:AssumeRole", "ImplicitlyDenied", "AccessDenied"),
    ]


def test_the_trail_can_be_filtered_and_shown(busy):
    denied = busy.trail.where(decision="Denied")

    assert [one.who for one in denied] == ["arn:aws:iam::111122223333:user/eve"]
    assert "user/eve" in str(denied)
    assert trail_html(denied).count("<tr>") == 2
    with pytest.raises(ValueError, match="there is no field 'actor'; there are id, time, who"):
        busy.trail.where(actor="eve")


def test_any_entry_can_be_explained(busy):
    first = busy.trail[0]

    assert busy.explain(first).allowed
    assert busy.explain(first.id).allowed
    assert not busy.explain().allowed
    missing = busy.trail[-1].id + 1
    with pytest.raises(SandboxError, match=f"the trail has no entry {missing}; it has {first.id} to"):
        busy.explain(missing)


def test_an_event_has_cloudtrails_shape(busy):
    # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
    dana, session, eve = (event["cloudtrail"] for event in busy._control("GET", "/decisions?last=3"))

    assert (dana["eventSource"], dana["eventName"]) == ("sts.amazonaws.com", "AssumeRole")
    assert dana["userIdentity"]["type"] == "IAMUser"
    assert dana["userIdentity"]["userName"] == "dana"
    assert session["userIdentity"]["type"] == "AssumedRole"
    assert session["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] == "reports-reader"
    assert session["userIdentity"]["sessionContext"]["attributes"]["mfaAuthenticated"] == "false"
    assert eve["errorCode"] == "AccessDenied"
    assert "errorCode" not in dana
