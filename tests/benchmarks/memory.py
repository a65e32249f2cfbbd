"""Measure the memory of notebooks: ``uv run python tests/benchmarks/memory.py`` (Linux only, takes some minutes).

Each notebook of the course gets a kernel, as `rolecall lab` starts it, then shows a card, then opens a sandbox and makes a
call. All notebooks include the process that forks their kernels. The numbers are the proportional set size (PSS), which counts shared pages once, in megabytes.
https://docs.kernel.org/filesystems/proc.html
"""

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import KernelProvisionerFactory

from rolecall.course import find_course
from rolecall.panel.forked_kernels import PROVISIONER

STEPS = {
    "started": "",
    "with a card": "from rolecall import practice\npractice('assume-role')",
    "with a sandbox": (
        "from rolecall import Sandbox\n"
        "lab = Sandbox('reports')\n"
        "_ = lab.client('sts', actor='dana').get_caller_identity()"
    ),
}
"""What each kernel runs before it's measured."""


@contextmanager
def kernel(folder: Path) -> Iterator[tuple[BlockingKernelClient, psutil.Process]]:
    """Start a kernel in a folder, and end it."""
    KernelProvisionerFactory.instance().default_provisioner_name = PROVISIONER
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(folder), env=os.environ)
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=120)
    yield client, psutil.Process(manager.provisioner.pid)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def run(client: BlockingKernelClient, code: str) -> None:
    """Run a cell, and raise an error if it fails."""
    reply = client.execute_interactive(code, timeout=300, output_hook=lambda _: None)
    if reply["content"]["status"] != "ok":
        raise RuntimeError("\n".join(reply["content"]["traceback"]))


def memory(processes: list[psutil.Process]) -> tuple[float, float]:
    """Return the resident and the proportional set size of processes and their children, in MB."""
    tree = [one for process in processes for one in (process, *process.children(recursive=True))]
    measured = [one.memory_full_info() for one in tree]
    return sum(one.rss for one in measured) / 1e6, sum(one.pss for one in measured) / 1e6


def main() -> None:
    """Print a line for one kernel, and a line for all of them, after each step."""
    folder = find_course().folder / "lessons"
    notebooks = [one for one in sorted(folder.rglob("*.ipynb")) if "solved" not in one.parts]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notebooks", type=int, default=len(notebooks), help="how many notebooks are open")
    parser.add_argument("--steps", nargs="*", default=list(STEPS), help="what to measure")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as data:
        os.environ["ROLECALL_DATA"] = data
        with kernel(folder) as (client, _):
            run(client, STEPS["with a card"])  # The first card of all creates the store.
        _measure(notebooks[: options.notebooks], options.steps)


def _measure(notebooks: list[Path], steps: list[str]) -> None:
    with ExitStack() as stack:
        started = [stack.enter_context(kernel(one.parent)) for one in notebooks]
        processes = [process for _, process in started]
        fork_server = processes[0].parent()
        for step in steps:
            for client, _ in started:
                if STEPS[step]:
                    run(client, STEPS[step])
            (rss, one), (_, together) = memory(processes[:1]), memory([fork_server])
            print(
                f"{step:15} one notebook: {rss:4.0f} MB RSS, {one:4.0f} MB PSS; "
                f"{len(notebooks)} notebooks: {together / 1000:.2f} GB PSS"
            )


if __name__ == "__main__":
    main()
