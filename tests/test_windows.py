"""What learners use imports nothing that Windows lacks; the workshop service says that it needs POSIX."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

# Standard modules for POSIX only: https://docs.python.org/3/library/ says "Availability: Unix" for each.
BLOCKED = ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "posix", "syslog", "crypt", "nis")
# Others' code on this machine may import them: it takes other ways on Windows.
WITHOUT_MODULES = f"""
import builtins, importlib, importlib.util, os, pkgutil, signal, sys
real = builtins.__import__
def blocked(name, globals=None, *rest, **options):
    if name in {BLOCKED!r} and (globals or {{}}).get("__name__", "").startswith("rolecall"):
        raise ImportError(f"{{globals['__name__']}} imports {{name}}, which Windows lacks", name=name)
    return real(name, globals, *rest, **options)
builtins.__import__ = blocked
find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name in {BLOCKED!r} else find_spec(name, package)
"""
# Libraries import these by name on this machine, so they can go only where no module is imported afterwards.
WITHOUT_FUNCTIONS = """
for name in ("killpg", "setsid", "geteuid", "getuid", "fork", "pidfd_open"):
    delattr(os, name)
for name in ("SIGHUP", "SIGQUIT", "SIGKILL", "SIGUSR1", "SIGUSR2", "SIGALRM"):
    delattr(signal, name)
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_MODULES + program],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_every_module_of_the_learners_can_be_imported_where_there_is_no_posix():
    done = run("""
import rolecall
for module in pkgutil.walk_packages(rolecall.__path__, "rolecall."):
    parts = module.name.split(".")
    if parts[1] not in ("__main__", "workshop", "_course") and "_migrations" not in parts:
        importlib.import_module(module.name)
        print(module.name)
""")

    assert (done.returncode, done.stderr) == (0, "")
    assert {"rolecall.sandbox.client", "rolecall.cli.lab", "rolecall.widgets"} <= set(done.stdout.split())


def test_every_module_of_the_service_can_be_imported_where_there_is_no_posix():
    pytest.importorskip("fastapi", reason="needs the workshop extra")

    done = run("""
import rolecall.workshop
for module in pkgutil.walk_packages(rolecall.workshop.__path__, "rolecall.workshop."):
    if "_migrations" not in module.name:
        importlib.import_module(module.name)
""")

    assert (done.returncode, done.stderr) == (0, "")


def test_the_service_says_in_one_line_that_it_needs_posix():
    done = run(
        """
from rolecall.cli import main
"""
        + WITHOUT_FUNCTIONS
        + """
sys.argv = ["rolecall", "workshop", "serve", "--port", "0"]
main()
"""
    )

    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(
        "rolecall: the workshop service doesn't run on this operating system (missing: module fcntl,"
    )
    assert "in WSL 2, or in a container" in line


def test_a_sandbox_works_without_posix():
    done = run("""
from rolecall import Sandbox
with Sandbox("reports") as lab:
    print(lab.client("sts", actor="dana").get_caller_identity()["Arn"])
""")

    assert done.stdout.strip() == "arn:aws:iam::111122223333:user/dana", done.stderr
