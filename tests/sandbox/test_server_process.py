"""A kernel's sandboxes are processes that one fork server forks; they share no state."""

import os
import signal
import socket
import sys
from datetime import timedelta

import psutil
import pytest

import rolecall
from rolecall import Sandbox, SandboxError, _fork_server
from rolecall._fork_server import ForkServer
from rolecall.sandbox import _server_process

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a sandbox is forked on Linux only")
WORLD = """
world: two
accounts:
  main:
    id: "111122223333"
    users: {admin: {managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}}
actors:
  admin: {user: main/admin}
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("world") / "two.yaml"
    path.write_text(WORLD)
    return path


@pytest.fixture(scope="module")
def two(file):
    with Sandbox(file) as first, Sandbox(file) as second:
        yield first, second


def fork_server_of(lab):
    return psutil.Process(lab._process.pid).parent()


def test_both_sandboxes_have_the_same_fork_server_whose_parent_is_this_process(two):
    first, second = two

    assert fork_server_of(first) == fork_server_of(second)
    assert fork_server_of(first).ppid() == os.getpid()


def test_the_fork_server_has_a_single_thread_when_it_forks(two):
    assert fork_server_of(two[0]).num_threads() == 1


def test_a_sandbox_does_not_see_what_another_creates(two):
    first, second = two
    first.client("iam", actor="admin").create_user(UserName="new")

    users = second.client("iam", actor="admin").list_users()["Users"]

    assert [user["UserName"] for user in users] == ["admin"]


def test_sandboxes_choose_different_random_ids(two):
    keys = {lab.client("kms", actor="admin").create_key()["KeyMetadata"]["KeyId"] for lab in two}

    assert len(keys) == 2


def test_a_clock_is_advanced_in_one_sandbox_only(two):
    first, second = two
    first.clock.advance(hours=2)

    before, ahead, after = second.clock.now(), first.clock.now(), second.clock.now()

    assert before <= ahead - timedelta(hours=2) <= after


def test_a_sandbox_starts_in_the_folder_in_which_the_kernel_is_now(two, file, monkeypatch):
    monkeypatch.chdir(file.parent)

    with Sandbox(file.name) as third:
        assert third.actors == two[0].actors


@pytest.mark.slow
def test_a_sandbox_outlives_its_fork_server_and_the_next_one_gets_a_new_server(two, file, monkeypatch):
    monkeypatch.setattr(_server_process, "_FORK_SERVER", ForkServer("rolecall.sandbox._preload:preload"))
    with Sandbox(file) as third:
        killed = fork_server_of(third)
        killed.send_signal(signal.SIGKILL)
        _server_process._FORK_SERVER._process.wait()

        with Sandbox(file) as fourth:
            assert fork_server_of(fourth) != killed
        assert third.client("iam", actor="admin").get_user()["User"]["UserName"] == "admin"


def test_the_fork_server_starts_while_the_class_is_imported(monkeypatch):
    started = []
    monkeypatch.setattr(_server_process._FORK_SERVER, "start", lambda: started.append(True))

    assert rolecall.Sandbox is Sandbox

    assert started == [True]


def test_a_fork_server_without_requests_ends():
    kernel, server = socket.socketpair()
    with kernel, server:
        assert _fork_server._serve(server, os.getppid(), idle_seconds=0) is None


def test_the_error_of_a_fork_server_that_cannot_start_is_raised(tmp_path, file, monkeypatch):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'no module named moto' >&2\nexit 1\n")
    python.chmod(0o755)
    monkeypatch.setattr(_server_process, "_FORK_SERVER", ForkServer("rolecall.sandbox._preload:preload"))
    monkeypatch.setattr(sys, "executable", str(python))

    with pytest.raises(SandboxError, match="no module named moto"):
        Sandbox(file)


@pytest.mark.slow
def test_a_sandbox_starts_without_a_fork_server_on_other_systems(file, monkeypatch):
    monkeypatch.setattr(_server_process, "_CAN_FORK", False)

    with Sandbox(file) as lab:
        assert psutil.Process(lab._process.pid).ppid() == os.getpid()
        assert lab.client("sts", actor="admin").get_caller_identity()["Account"] == "111122223333"
