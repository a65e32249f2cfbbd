"""What this program starts ends with it, also when it is killed."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import httpx
import psutil
import pytest
import watchfiles

from rolecall._processes import supervised

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="Windows has no process groups"),
]
DEADLINE = 30
# A test run that was started with nohup ignores hangups, and so would what it starts.
_HANG_UP = "import signal; signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"


def start(program: str) -> tuple[subprocess.Popen, list[psutil.Process]]:
    """Start a Python program that prints the IDs of what it started; return it with them."""
    parent = subprocess.Popen(
        [sys.executable, "-c", _HANG_UP + textwrap.dedent(program)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    named = [psutil.Process(pid) for pid in json.loads(parent.stdout.readline())]
    return parent, named


def kill_and_count(parent: subprocess.Popen, named: list[psutil.Process]) -> int:
    """Kill a program alone, and count what is left of what it had started."""
    started = {*named, *psutil.Process(parent.pid).children(recursive=True)}
    assert all(one.is_running() for one in started)
    parent.kill()
    parent.communicate()
    _, alive = psutil.wait_procs(started, timeout=DEADLINE)
    for one in alive:
        one.kill()
    return len(alive)


def first_line(file: Path) -> str:
    """Wait until a program has written a line to a file."""
    for _ in watchfiles.watch(file.parent, rust_timeout=500, yield_on_timeout=True, step=20):
        line = file.read_text()
        if line.endswith("\n"):
            return line
    raise AssertionError("the watch was interrupted")


def test_a_supervised_program_ends_with_its_killed_parent_and_so_does_what_it_started():
    """The grandchild ignores SIGTERM and is in another process session, like JupyterHub's proxy."""
    parent, named = start("""
        import json, subprocess, sys
        from rolecall._processes import supervised
        grandchild = (
            "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True);"
            "time.sleep(600)"
        )
        child = (
            "import subprocess, sys, time\\n"
            f"started = subprocess.Popen([sys.executable, '-c', {grandchild!r}], start_new_session=True, stdout=-1)\\n"
            "started.stdout.readline(); print(started.pid, flush=True); time.sleep(600)"
        )
        child = subprocess.Popen(supervised([sys.executable, "-c", child]), stdout=subprocess.PIPE, text=True)
        print(json.dumps([child.pid, int(child.stdout.readline())]), flush=True)
        child.wait()
    """)

    assert kill_and_count(parent, named) == 0


def test_a_sandbox_that_a_script_serves_ends_with_the_killed_script():
    parent, named = start("""
        import json, subprocess, sys
        command = [sys.executable, "-m", "rolecall", "sandbox", "serve", "--world", "reports", "--json"]
        served = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        served.stdout.readline()
        print(json.dumps([served.pid]), flush=True)
        served.wait()
    """)

    assert kill_and_count(parent, named) == 0


def test_a_sandbox_that_a_shell_leaves_in_the_background_outlives_the_shell(tmp_path):
    announced = tmp_path / "sandbox.json"
    serve = f"'{sys.executable}' -m rolecall sandbox serve --world reports --json"
    subprocess.run(
        ["sh", "-c", f"{serve} > '{announced}' & echo $!"], check=True, stdout=(tmp_path / "pid").open("w")
    )
    sandbox = psutil.Process(int((tmp_path / "pid").read_text()))

    endpoint = json.loads(first_line(announced))["endpoint"]

    # The sandbox would have noticed the end of the shell within this time; there is no event to wait for.
    _, alive = psutil.wait_procs([sandbox], timeout=3)
    answer = httpx.get(endpoint)
    sandbox.terminate()
    sandbox.wait(DEADLINE)
    assert alive == [sandbox]
    assert answer.status_code == 403


_FUNCTIONS = """
world: functions
accounts:
  main:
    id: "111122223333"
    users: {admin: {managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}}
    roles:
      runner:
        trust:
          Version: "2012-10-17"
          Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}
actors:
  admin: {user: main/admin}
"""
_ENDLESS = """
import os

def handler(path, context):
    with open(path, "w") as started:
        started.write(str(os.getpid()))
    while True:
        pass
"""


def test_a_sandbox_in_python_ends_with_its_killed_program_and_so_do_its_functions_and_files(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    Path("functions.yaml").write_text(_FUNCTIONS)
    os.mkfifo("started")
    with zipfile.ZipFile("code.zip", "w") as archive:
        archive.writestr("index.py", _ENDLESS)
    parent, named = start("""
        import json, time
        from pathlib import Path
        from rolecall import Sandbox
        lab = Sandbox("functions.yaml")
        functions = lab.client("lambda", actor="admin")
        functions.create_function(
            FunctionName="endless", Runtime="python3.13", Handler="index.handler", Timeout=600,
            Role="arn:aws:iam::111122223333:role/runner", Code={"ZipFile": Path("code.zip").read_bytes()},
        )
        path = json.dumps(str(Path("started").resolve()))
        functions.invoke(FunctionName="endless", Payload=path, InvocationType="Event")
        print(json.dumps([lab._process.pid, int(Path("started").read_text())]), flush=True)
        time.sleep(600)
    """)
    assert [*tmp_path.glob("rolecall-*/credentials")]

    assert kill_and_count(parent, named) == 0

    assert not [*tmp_path.glob("rolecall-*")]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process that can't run any code")
def test_graders_end_with_their_killed_service_also_while_they_grade():
    """One of the two waits for work. The other is stopped, as if a library held the interpreter's lock."""
    parent, named = start("""
        import json, os, signal, time
        from rolecall.course import find_course
        from rolecall.workshop.graders import _Process
        waiting, busy = _Process(find_course().folder), _Process(find_course().folder)
        os.kill(busy._process.pid, signal.SIGSTOP)
        print(json.dumps([waiting._process.pid, busy._process.pid]), flush=True)
        time.sleep(600)
    """)

    assert kill_and_count(parent, named) == 0


def test_a_supervised_program_gets_the_signals_and_gives_its_status():
    program = "import signal, sys, time; signal.signal(signal.SIGINT, lambda *_: sys.exit(7)); print('up', flush=True); time.sleep(600)"
    running = subprocess.Popen(
        supervised([sys.executable, "-c", program]), stdout=subprocess.PIPE, text=True
    )
    running.stdout.readline()

    running.send_signal(signal.SIGINT)
    running.communicate(timeout=DEADLINE)

    assert running.returncode == 7


def test_a_supervised_programs_end_by_a_signal_is_seen():
    done = subprocess.run(supervised(["sh", "-c", "kill -9 $$"]), check=False, timeout=DEADLINE)

    assert done.returncode == -signal.SIGKILL


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells a program that its supervisor was killed"
)
def test_a_supervised_program_ends_with_its_killed_supervisor():
    running = subprocess.Popen(
        supervised([sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]),
        stdout=subprocess.PIPE,
        text=True,
    )
    running.stdout.readline()
    (program,) = psutil.Process(running.pid).children()

    running.kill()
    running.communicate()

    program.wait(DEADLINE)


def test_where_the_system_reports_no_end_the_parents_id_is_watched(monkeypatch):
    from rolecall import _processes

    parents = iter([10, 10, 1])
    monkeypatch.delattr(os, "pidfd_open", raising=False)
    monkeypatch.setattr(os, "getppid", lambda: next(parents))
    monkeypatch.setattr(_processes, "_POLL", 0)

    _processes._wait_until_ended(10)

    assert next(parents, "asked until it changed") == "asked until it changed"


@pytest.mark.postgres
def test_a_test_run_that_is_killed_leaves_no_postgresql():
    parent, named = start("""
        import json, subprocess, sys
        sys.path.insert(0, "tests")
        from workshop.postgres import Postgres
        server = Postgres()
        server.start()
        print(json.dumps([server._server.pid]), flush=True)
        server._server.wait()
    """)

    assert kill_and_count(parent, named) == 0
