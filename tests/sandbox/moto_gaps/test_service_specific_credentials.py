"""https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_service-specific-creds.html"""

import pytest
from botocore.exceptions import ClientError

CODECOMMIT = "codecommit.amazonaws.com"


@pytest.fixture(scope="module")
def credential(iam):
    iam.create_user(UserName="coder")
    created = iam.create_service_specific_credential(UserName="coder", ServiceName=CODECOMMIT)
    return created["ServiceSpecificCredential"]


def listed(iam):
    return iam.list_service_specific_credentials(UserName="coder")["ServiceSpecificCredentials"]


def test_a_credential_is_for_one_service_and_shows_its_password_once(iam, credential):
    assert credential["ServiceUserName"] == "coder-at-111122223333"
    assert credential["ServicePassword"]
    assert "ServicePassword" not in listed(iam)[0]


def test_a_credential_can_be_disabled(iam, credential):
    iam.update_service_specific_credential(
        UserName="coder",
        ServiceSpecificCredentialId=credential["ServiceSpecificCredentialId"],
        Status="Inactive",
    )

    assert listed(iam)[0]["Status"] == "Inactive"


def test_a_reset_replaces_the_password(iam, credential):
    reset = iam.reset_service_specific_credential(
        UserName="coder", ServiceSpecificCredentialId=credential["ServiceSpecificCredentialId"]
    )

    assert reset["ServiceSpecificCredential"]["ServicePassword"] != credential["ServicePassword"]


@pytest.mark.usefixtures("credential")
def test_a_user_with_a_credential_is_not_deleted(iam):
    with pytest.raises(ClientError, match=r"DeleteConflict.*must remove referenced objects first\."):
        iam.delete_user(UserName="coder")


@pytest.mark.usefixtures("credential")
def test_other_services_have_no_credentials(iam):
    with pytest.raises(ClientError, match=r"NoSuchEntity.*No such service lambda\.amazonaws\.com"):
        iam.create_service_specific_credential(UserName="coder", ServiceName="lambda.amazonaws.com")
