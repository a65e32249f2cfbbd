"""Sandboxes for the tests of gaps: an account with an administrator, and the buckets of two accounts."""

from pathlib import Path

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
BUCKETS = Path(__file__).parents[1] / "worlds" / "buckets.yaml"


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


@pytest.fixture(scope="session")
def buckets():
    """Return a sandbox for all tests about S3; each test creates its own buckets."""
    with Sandbox(BUCKETS) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def s3(buckets):
    """Return a client of S3 for the administrator."""
    return buckets.client("s3", actor="admin")
