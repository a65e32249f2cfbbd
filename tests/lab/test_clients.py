"""Clients that sign with access keys are created once for each sandbox; a machine's are not kept."""

import pytest

from rolecall.lab._clients import key_clients
from rolecall.sandbox.client import SandboxError


def test_calls_of_a_user_share_a_client(reports):
    clients = key_clients(reports)

    sts = clients.of_actor(reports, "sts", "dana")

    assert sts is clients.of_actor(reports, "sts", "dana")
    assert sts.get_caller_identity()["Arn"] == "arn:aws:iam::111122223333:user/dana"


def test_calls_with_the_same_session_share_a_client_that_signs_with_it(reports):
    clients = key_clients(reports)
    role = {"RoleArn": "arn:aws:iam::111122223333:role/reports-reader", "RoleSessionName": "shared"}
    session = clients.of_actor(reports, "sts", "dana").assume_role(**role)["Credentials"]

    sts = clients.of(reports, "sts", session)

    assert sts is clients.of(reports, "sts", dict(session))
    assert sts.get_caller_identity()["Arn"].endswith("assumed-role/reports-reader/shared")


def test_a_kept_client_signs_after_a_reset_too(reports):
    sts = key_clients(reports).of_actor(reports, "sts", "dana")
    reports.reset()

    assert sts.get_caller_identity()["Arn"] == "arn:aws:iam::111122223333:user/dana"


def test_an_actor_that_the_world_lacks_is_named(reports):
    with pytest.raises(SandboxError, match="there is no actor 'nobody'"):
        key_clients(reports).of_actor(reports, "sts", "nobody")
