"""Clients that sign with access keys are created once for each sandbox; a machine's are not kept."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

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
    clients.of_actor(reports, "sts", "eve")
    assert sts.get_caller_identity()["Arn"].endswith("user/eve")


def test_each_thread_signs_with_the_keys_that_it_asked_for(reports):
    clients, both_have_a_client = key_clients(reports), Barrier(2, timeout=60)

    def arn(actor: str) -> str:
        sts = clients.of_actor(reports, "sts", actor)
        both_have_a_client.wait()
        return sts.get_caller_identity()["Arn"].rpartition("/")[2]

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(arn, ("dana", "eve"))) == ["dana", "eve"]


def test_a_kept_client_signs_after_a_reset_too(reports):
    sts = key_clients(reports).of_actor(reports, "sts", "dana")
    reports.reset()

    assert sts.get_caller_identity()["Arn"] == "arn:aws:iam::111122223333:user/dana"


def test_an_actor_that_the_world_lacks_is_named(reports):
    with pytest.raises(SandboxError, match="there is no actor 'nobody'"):
        key_clients(reports).of_actor(reports, "sts", "nobody")
