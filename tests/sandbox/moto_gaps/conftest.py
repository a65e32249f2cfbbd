"""An account with an administrator, for the tests of gaps that need nothing else."""

import pytest

from rolecall import Sandbox

WORLD = """\
world: gaps
accounts:
  main:
    id: "111122223333"
    users: {admin: {managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}}
actors: {admin: {user: main/admin}}
"""


@pytest.fixture(scope="module")
def administered(tmp_path_factory):
    """Return a sandbox with one account and its user ``admin``, shared by the tests of a module."""
    file = tmp_path_factory.mktemp("world") / "gaps.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def iam(administered):
    """Return a client of IAM for the administrator."""
    return administered.client("iam", actor="admin")
