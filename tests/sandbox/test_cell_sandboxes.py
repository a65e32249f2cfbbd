"""Running a cell again replaces the sandboxes that it created."""

import socket
from urllib.parse import urlsplit

import boto3
import pytest

from rolecall import Sandbox
from rolecall.sandbox import _cell_sandboxes
from rolecall.sandbox._cell_sandboxes import CELLS


@pytest.fixture
def run(monkeypatch):
    """Say which cell the kernel runs, and the ID of the request to run it."""
    return lambda cell, request: monkeypatch.setattr(
        _cell_sandboxes, "_running_cell", lambda: (cell, request)
    )


def alive(lab) -> bool:
    address = urlsplit(lab.endpoint)
    with socket.socket() as probe:
        return probe.connect_ex((address.hostname, address.port)) == 0


def test_the_second_run_of_a_cell_ends_what_the_first_created_and_acts_as_the_same_actor(run):
    run("first cell", "request 1")
    one, two = Sandbox("reports"), Sandbox("reports")
    one.use("dana")

    run("first cell", "request 2")
    with Sandbox("reports") as again:
        assert [alive(lab) for lab in (one, two, again)] == [False, False, True]
        assert again.acting_as == "dana"
        assert boto3.client("sts").meta.endpoint_url == again.endpoint


def test_another_cell_and_a_kept_sandbox_stay(run):
    run("first cell", "request 1")
    with Sandbox("reports") as first, Sandbox("reports") as kept:
        CELLS.keep(kept)
        run("second cell", "request 2")
        with Sandbox("reports"):
            assert alive(first)
        run("first cell", "request 3")
        with Sandbox("reports"):
            assert [alive(first), alive(kept)] == [False, True]


def test_a_sandbox_that_the_kernel_acts_in_stays_if_the_new_world_has_no_such_actor(run):
    run("first cell", "request 1")
    with Sandbox("reports") as first:
        first.use("dana")
        run("first cell", "request 2")
        with Sandbox("servers"):
            assert alive(first)
