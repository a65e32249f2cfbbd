import pytest

from rolecall import Sandbox

WORLD = """
world: own-user
accounts:
  main:
    id: "111122223333"
    users:
      dana:
        policies:
          self-service:
            Version: "2012-10-17"
            Statement: [{Effect: Allow, Action: "iam:List*", Resource: "arn:aws:iam::*:user/${aws:username}"}]
actors:
  dana: {user: main/dana}
"""


@pytest.fixture(scope="module")
def iam(tmp_path_factory):
    file = tmp_path_factory.mktemp("worlds") / "own-user.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as lab:
        yield lab.client("iam", actor="dana")


@pytest.mark.parametrize(
    ("method", "field"),
    [
        ("list_mfa_devices", "MFADevices"),
        ("list_ssh_public_keys", "SSHPublicKeys"),
        ("list_signing_certificates", "Certificates"),
    ],
)
def test_a_call_without_a_user_name_is_about_the_caller(iam, method, field):
    assert getattr(iam, method)()[field] == []


def test_the_name_that_is_given_counts(iam):
    with pytest.raises(
        iam.exceptions.ClientError,
        match=r"not authorized to perform: iam:ListMFADevices on resource: .*user/eve",
    ):
        iam.list_mfa_devices(UserName="eve")
