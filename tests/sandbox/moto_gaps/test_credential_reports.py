"""The credential report of an account, and the last use of access keys.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

import csv
import io
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

# Each test needs a new account.
pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def fresh(administered):
    administered.reset()


def report(iam):
    iam.generate_credential_report()
    content = iam.get_credential_report()["Content"].decode()
    return {row["user"]: row for row in csv.DictReader(io.StringIO(content))}


def test_the_first_row_is_about_the_root_user(iam):
    root, *_ = report(iam).values()

    assert root["user"] == "<root_account>"
    assert root["arn"] == "arn:aws:iam::111122223333:root"
    assert root["password_enabled"] == root["password_next_rotation"] == "not_supported"
    assert root["access_key_1_active"] == "false"


def test_a_row_has_the_credentials_of_a_user(iam):
    iam.create_user(UserName="dana")
    iam.create_login_profile(UserName="dana", Password="Correct-horse-1")
    iam.update_account_password_policy(MinimumPasswordLength=8, MaxPasswordAge=90)
    key = iam.create_access_key(UserName="dana")["AccessKey"]["AccessKeyId"]
    iam.update_access_key(UserName="dana", AccessKeyId=key, Status="Inactive")

    dana = report(iam)["dana"]

    assert (dana["password_enabled"], dana["password_last_used"]) == ("true", "no_information")
    assert dana["password_next_rotation"] > dana["password_last_changed"]
    assert (dana["access_key_1_active"], dana["access_key_1_last_used_date"]) == ("false", "N/A")
    assert dana["access_key_1_last_rotated"].startswith(dana["user_creation_time"][:10])
    assert (dana["access_key_2_last_rotated"], dana["mfa_active"]) == ("N/A", "false")


def test_a_user_without_a_password_has_no_dates_of_it(iam):
    iam.create_user(UserName="robot")

    robot = report(iam)["robot"]

    columns = ("password_last_used", "password_last_changed", "password_next_rotation")
    assert [robot[column] for column in columns] == ["N/A"] * 3


def test_a_report_is_kept_for_four_hours(iam, administered):
    with pytest.raises(ClientError, match="ReportNotPresent"):
        iam.get_credential_report()

    assert iam.generate_credential_report()["State"] == "STARTED"
    assert iam.generate_credential_report()["State"] == "COMPLETE"
    administered.clock.advance(hours=4)
    with pytest.raises(ClientError, match="ReportExpired"):
        iam.get_credential_report()
    assert iam.generate_credential_report()["State"] == "STARTED"


# https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html
def test_the_first_use_of_a_key_in_15_minutes_is_recorded(administered, iam):
    key = iam.list_access_keys(UserName="admin")["AccessKeyMetadata"][0]["AccessKeyId"]

    first = iam.get_access_key_last_used(AccessKeyId=key)["AccessKeyLastUsed"]
    administered.client("sts", actor="admin").get_caller_identity()
    again = iam.get_access_key_last_used(AccessKeyId=key)["AccessKeyLastUsed"]
    administered.clock.advance(minutes=15)
    administered.client("sts", actor="admin").get_caller_identity()
    later = iam.get_access_key_last_used(AccessKeyId=key)["AccessKeyLastUsed"]

    assert (first["ServiceName"], first["Region"]) == ("iam", "us-east-1")
    assert again == first
    assert later["ServiceName"] == "sts"
    assert later["LastUsedDate"] - first["LastUsedDate"] >= timedelta(minutes=15)


def test_a_key_that_was_never_used_has_no_date(iam):
    iam.create_user(UserName="new")
    key = iam.create_access_key(UserName="new")["AccessKey"]["AccessKeyId"]

    assert iam.get_access_key_last_used(AccessKeyId=key)["AccessKeyLastUsed"] == {
        "ServiceName": "N/A",
        "Region": "N/A",
    }
