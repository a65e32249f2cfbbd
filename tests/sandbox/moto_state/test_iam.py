"""Other requests create users and roles while one of them reads these."""

from types import SimpleNamespace

import pytest

from rolecall.sandbox.moto_state.iam import IamState, iam_backend

ACCOUNT = "111122223333"


class Created:
    """A user or a role; whenever someone looks at it, another one is created."""

    def __init__(self, kept):
        self._kept = kept

    def __getattr__(self, name):
        self._kept[str(len(self._kept))] = SimpleNamespace(access_keys=(), arn="", name="")
        return () if name == "access_keys" else ""


@pytest.mark.parametrize(
    ("collection", "read"),
    [
        ("users", lambda iam: iam.key("AKIAIOSFODNN7EXAMPLE")),
        ("roles", lambda iam: iam.role_named(ACCOUNT, "reader")),
        ("roles", lambda iam: iam.role(f"arn:aws:iam::{ACCOUNT}:role/reader")),
    ],
)
def test_an_entity_can_be_created_while_others_are_read(monkeypatch, collection, read):
    kept = {}
    kept["first"] = Created(kept)
    monkeypatch.setattr(iam_backend(ACCOUNT), collection, kept)

    assert read(IamState(frozenset({ACCOUNT}))) is None
    assert len(kept) > 1
