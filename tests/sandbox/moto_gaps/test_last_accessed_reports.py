"""https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateServiceLastAccessedDetails.html"""

import pytest
from botocore.exceptions import ClientError

from rolecall import Sandbox

WORLD = """\
world: last-accessed
accounts:
  main:
    id: "111122223333"
    users:
      admin: {managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}
      dana: {managed_policies: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]}
      eve: {}
    roles:
      reader:
        trust: {Version: "2012-10-17", Statement: {Effect: Allow, Principal: {AWS: "111122223333"}, Action: "sts:AssumeRole"}}
        managed_policies: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]
actors: {admin: {user: main/admin}, dana: {user: main/dana}, eve: {user: main/eve}}
"""
DANA = "arn:aws:iam::111122223333:user/dana"
READER = "arn:aws:iam::111122223333:role/reader"
READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    file = tmp_path_factory.mktemp("world") / "last-accessed.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as sandbox:
        yield sandbox


@pytest.fixture
def lab(shared):
    shared.reset()
    return shared


@pytest.fixture
def iam(lab):
    return lab.client("iam", actor="admin")


def report(iam, arn):
    """Return what a new report says, by service."""
    job = iam.generate_service_last_accessed_details(Arn=arn)["JobId"]
    details = iam.get_service_last_accessed_details(JobId=job, MaxItems=1000)
    assert details["JobStatus"] == "COMPLETED"
    return {one["ServiceNamespace"]: one for one in details["ServicesLastAccessed"]}


def test_a_user_that_used_a_service_is_named_with_the_time(lab, iam):
    lab.client("s3", actor="dana").list_buckets()

    s3 = report(iam, DANA)["s3"]

    assert (s3["ServiceName"], s3["LastAuthenticatedEntity"]) == ("Amazon S3", DANA)
    assert (s3["TotalAuthenticatedEntities"], s3["LastAuthenticatedRegion"]) == (1, "us-east-1")
    assert s3["LastAuthenticated"] is not None


def test_a_service_that_was_not_used_has_no_time(iam):
    s3 = report(iam, DANA)["s3"]

    assert "LastAuthenticated" not in s3
    assert s3["TotalAuthenticatedEntities"] == 0


def test_a_report_lists_only_services_that_the_policies_allow(lab, iam):
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        lab.client("ec2", actor="dana").describe_instances()

    assert "ec2" not in report(iam, DANA)


def test_a_denied_attempt_counts(lab, iam):
    with pytest.raises(ClientError, match="AccessDenied"):
        lab.client("s3", actor="dana").create_bucket(Bucket="rolecall-denied")

    assert report(iam, DANA)["s3"]["LastAuthenticatedEntity"] == DANA


def test_a_session_counts_as_its_role(lab, iam):
    admin = lab.session(actor="admin").client("sts", endpoint_url=lab.endpoint)
    credentials = admin.assume_role(RoleArn=READER, RoleSessionName="audit")["Credentials"]
    lab.session(actor="admin").client(
        "s3",
        endpoint_url=lab.endpoint,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    ).list_buckets()

    assert report(iam, READER)["s3"]["LastAuthenticatedEntity"] == READER


def test_a_report_about_a_policy_lists_everyone_who_has_it(lab, iam):
    lab.client("s3", actor="dana").list_buckets()
    job = iam.generate_service_last_accessed_details(Arn=READ_ONLY)["JobId"]

    found = iam.get_service_last_accessed_details_with_entities(JobId=job, ServiceNamespace="s3")

    names = [one["EntityInfo"]["Name"] for one in found["EntityDetailsList"]]
    assert names == ["dana", "reader"]
    assert ["LastAuthenticated" in one for one in found["EntityDetailsList"]] == [True, False]


def test_a_report_about_a_group_counts_its_members(lab, iam):
    group = iam.create_group(GroupName="readers")["Group"]["Arn"]
    iam.attach_group_policy(GroupName="readers", PolicyArn=READ_ONLY)
    for name in ("dana", "eve"):
        iam.add_user_to_group(GroupName="readers", UserName=name)
    for name in ("eve", "dana"):
        lab.client("s3", actor=name).list_buckets()

    s3 = report(iam, group)["s3"]

    assert (s3["TotalAuthenticatedEntities"], s3["LastAuthenticatedEntity"]) == (2, DANA)


def test_a_report_comes_in_pages(iam):
    admin = "arn:aws:iam::111122223333:user/admin"
    job = iam.generate_service_last_accessed_details(Arn=admin)["JobId"]

    first = iam.get_service_last_accessed_details(JobId=job, MaxItems=2)
    second = iam.get_service_last_accessed_details(JobId=job, MaxItems=2, Marker=first["Marker"])

    assert first["IsTruncated"]
    listed = [one["ServiceNamespace"] for page in (first, second) for one in page["ServicesLastAccessed"]]
    assert len(set(listed)) == 4


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("generate_service_last_accessed_details", {"Arn": "arn:aws:iam::111122223333:user/missing"}),
        ("get_service_last_accessed_details", {"JobId": "0" * 36}),
        (
            "get_service_last_accessed_details_with_entities",
            {"JobId": "0" * 36, "ServiceNamespace": "s3"},
        ),
    ],
)
def test_what_does_not_exist_is_no_entity(iam, method, parameters):
    with pytest.raises(ClientError, match="NoSuchEntity"):
        getattr(iam, method)(**parameters)
