"""The diagram shows the accounts as they stand, not as the world's file began them."""

import pytest

from rolecall import Sandbox
from rolecall.presentation.diagram import mermaid

READER = "arn:aws:iam::111122223333:role/reports-reader"
WEB = "arn:aws:iam::111122223333:role/web"
DANA = "arn:aws:iam::111122223333:user/dana"


def test_it_tells_who_may_assume_a_role(lab):
    edges = lab.diagram().edges

    assert (DANA, "may", READER) in edges
    assert (lab.actors["web-1"], "may", WEB) in edges
    assert not any(source.endswith("user/eve") for source, _, _ in edges)


def test_a_path_that_was_taken_is_drawn(lab):
    lab.client("sts", actor="dana").assume_role(RoleArn=READER, RoleSessionName="test")

    diagram = lab.diagram()

    assert (DANA, "assumed", READER) in diagram.edges
    assert '==>|"assumed (1)"|' in mermaid(diagram)
    assert "user dana assumed role reports-reader" in str(diagram)


@pytest.fixture
def machines(tmp_path):
    file = tmp_path / "half.yaml"
    file.write_text("""\
world: half
accounts:
  main:
    id: "111122223333"
    users:
      admin: {managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}
      dana: {}
    roles:
      for-all:
        trust: {Version: "2012-10-17", Statement: {Effect: Allow, Principal: {AWS: "111122223333"}, Action: "sts:AssumeRole"}}
      with-mfa:
        trust:
          Version: "2012-10-17"
          Statement:
            Effect: Allow
            Principal: {AWS: "arn:aws:iam::111122223333:user/dana"}
            Action: "sts:AssumeRole"
            Condition: {Bool: {"aws:MultiFactorAuthPresent": "true"}}
actors:
  admin: {user: main/admin}
""")
    with Sandbox(file) as sandbox:
        yield sandbox


@pytest.mark.slow
def test_trust_without_permission_or_with_a_condition_is_only_trust(machines):
    role = "arn:aws:iam::111122223333:role/"

    edges = machines.diagram().edges

    assert (DANA, "trusted", role + "for-all") in edges
    assert (DANA, "trusted", role + "with-mfa") in edges
    assert (DANA.replace("dana", "admin"), "may", role + "for-all") in edges


@pytest.mark.slow
def test_it_follows_the_state(machines):
    machines.client("iam", actor="admin").delete_role(RoleName="for-all")

    diagram = machines.diagram()

    assert all("for-all" not in target for _, _, target in diagram.edges)
