"""`rolecall lab` forks kernels from a process that has imported the cards."""

import os
import sys
from contextlib import contextmanager

import psutil
import pytest
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import KernelProvisionerFactory

from rolecall.panel import forked_kernels
from rolecall.panel.forked_kernels import PROVISIONER, can_fork

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="a kernel is forked on Linux only"),
]


@contextmanager
def kernel(folder):
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(folder))
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    factory = KernelProvisionerFactory.instance()
    factory.default_provisioner_name = PROVISIONER
    folder = tmp_path_factory.mktemp("notebooks")
    with kernel(folder) as first, kernel(folder) as second:
        yield first, second
    factory.default_provisioner_name = "local-provisioner"


def printed(client, code: str) -> str:
    """Run a cell, and return what it prints or displays."""
    texts = []

    def hear(message) -> None:
        content = message["content"]
        texts.append(content.get("text") or content.get("data", {}).get("text/plain", ""))

    reply = client.execute_interactive(code, timeout=60, output_hook=hear)
    assert reply["content"]["status"] == "ok", reply["content"]["traceback"]
    return "".join(texts).strip()


def process(manager) -> psutil.Process:
    return psutil.Process(manager.provisioner.pid)


def test_both_kernels_have_the_same_parent_which_has_a_single_thread(two):
    parents = {process(manager).parent() for manager, _ in two}

    assert can_fork()
    assert [(one.ppid(), one.num_threads()) for one in parents] == [(os.getpid(), 1)]


def test_a_kernel_runs_in_its_folder_and_sees_no_variable_of_the_other(two):
    (_, first), (_, second) = two
    printed(first, "name = 'Ana'")

    assert printed(second, "import os; print('name' in globals(), os.path.basename(os.getcwd()))") == (
        "False notebooks0"
    )


def test_kernels_choose_different_random_numbers(two):
    numbers = {printed(client, "import random; print(random.random())") for _, client in two}

    assert len(numbers) == 2


def test_objects_of_rolecall_are_displayed_although_it_was_imported_before_the_kernel(two):
    shown = printed(
        two[0][1],
        "from rolecall import home\nget_ipython().display_formatter.mimebundle_formatter.deferred_printers.keys()",
    )

    assert "rolecall.sandbox.client" in shown


def test_a_kernel_is_interrupted_restarted_and_ended_alone(two):
    (first, client), (second, _) = two
    message = client.execute("import time\nprint('asleep', flush=True)\ntime.sleep(60)")
    while client.get_iopub_msg(timeout=60)["msg_type"] != "stream":
        pass
    first.interrupt_kernel()
    reply = client.get_shell_msg(timeout=60)
    while reply["parent_header"].get("msg_id") != message:
        reply = client.get_shell_msg(timeout=60)
    assert reply["content"]["ename"] == "KeyboardInterrupt"

    before = process(first)
    first.restart_kernel(now=True)
    client.wait_for_ready(timeout=60)

    assert not before.is_running()
    assert first.is_alive()
    assert second.is_alive()


def test_a_kernel_that_was_killed_starts_again(two):
    (first, client), _ = two
    killed = process(first)
    killed.kill()
    killed.wait(timeout=20)

    first.restart_kernel(now=True)
    client.wait_for_ready(timeout=60)

    assert printed(client, "print(1 + 1)") == "2"


def test_a_kernel_of_another_python_starts_as_usual():
    command = ["-m", "ipykernel_launcher", "-f", "connection.json"]

    assert forked_kernels._is_forkable([sys.executable, *command], dict(os.environ))
    assert not forked_kernels._is_forkable(["/opt/other/bin/python", *command], dict(os.environ))
    assert not forked_kernels._is_forkable(
        [sys.executable, *command], {**os.environ, "PYTHONPATH": "/opt/libraries"}
    )
