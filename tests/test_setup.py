"""A fresh machine is set up by one command, by a dev container, and by Binder; each opens the first lesson."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from rolecall._ports import unused_port
from rolecall.course import find_course, packaged_course

ROOT = Path(__file__).parents[1]
LIMIT = 450
"""How large a learner's environment may be, in MiB as `du -sm` counts."""
DEVELOPERS = (
    "playwright",
    "mypy",
    "ruff",
    "zensical",
    "pytest",
    "hypothesis",
    "twine",
    "jupyterhub",
    "cfnlint",
)

# https://containers.dev/implementors/json_reference/: the properties that are used here, with their types.
PROPERTIES = {
    "name": str,
    "image": str,
    "onCreateCommand": (str, list, dict),
    "postAttachCommand": (str, list, dict),
    "customizations": dict,
}

pytestmark = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="requires a clone of the repository")


def first_notebook() -> str:
    """The notebook that `rolecall lab` opens, in a learner's copy."""
    lesson = find_course(packaged_course()).lessons()[0]
    return f"rolecall-course/{lesson.name}/{next(iter(lesson.minutes))}.ipynb"


def devcontainer() -> dict:
    return json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Path:
    """The files of the repository, without anything that was installed or built."""
    folder = tmp_path_factory.mktemp("clone")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> dict[str, str]:
    """An environment in which `python` is a virtual environment with pip and nothing else."""
    folder = tmp_path_factory.mktemp("python")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    kept = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "UV_DEV")}
    path = os.pathsep.join(one for one in os.environ["PATH"].split(os.pathsep) if ".venv" not in one)
    return kept | {"PATH": f"{folder / 'bin'}{os.pathsep}{path}", "ROLECALL_DATA": str(folder / "data")}


def test_the_dev_container_has_known_properties_of_the_right_types():
    for name, value in devcontainer().items():
        assert isinstance(value, PROPERTIES[name]), name


def test_the_dev_container_and_binder_open_the_notebook_that_lab_opens():
    described = devcontainer()

    assert described["postAttachCommand"] == f"code {first_notebook()}"
    assert described["customizations"]["codespaces"]["openFiles"] == [first_notebook()]
    started = subprocess.run(
        [ROOT / ".binder" / "start", "echo", "jupyter"], capture_output=True, text=True, check=True
    )
    url = f"/lab/tree/{first_notebook()}"
    assert started.stdout == f"jupyter --LabApp.default_url={url} --ServerApp.default_url={url}\n"


@pytest.mark.slow
def test_the_dev_containers_command_installs_no_developers_tool_and_at_most_450_mb(clone, fresh):
    subprocess.run(devcontainer()["onCreateCommand"], shell=True, cwd=clone, env=fresh, check=True)

    assert (clone / first_notebook()).is_file()
    environment = clone / ".venv"
    packages = next(environment.glob("lib/python*/site-packages"))
    assert [name for name in DEVELOPERS if (packages / name).exists()] == []
    size = subprocess.run(["du", "-sm", environment], capture_output=True, text=True, check=True)
    assert int(size.stdout.split()[0]) <= LIMIT


@pytest.mark.slow
def test_binder_installs_rolecall_and_starts_on_the_first_lesson(clone, fresh):
    requirements = clone / ".binder" / "requirements.txt"
    subprocess.run(
        ["python", "-m", "pip", "install", "--quiet", "-r", requirements], env=fresh, check=True, cwd=clone
    )
    subprocess.run([clone / ".binder" / "postBuild"], cwd=clone, env=fresh, check=True)
    assert (clone / first_notebook()).is_file()

    port = unused_port()
    command = ["jupyter", "lab", "--no-browser", f"--port={port}", "--ip=127.0.0.1", "--allow-root"]
    server = subprocess.Popen(
        [clone / ".binder" / "start", *command, "--IdentityProvider.token="],
        cwd=clone,
        env=fresh,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert any("is running at" in line for line in server.stderr)
        # Jupyter Server prints this line shortly before it accepts connections.
        with httpx.Client(transport=httpx.HTTPTransport(retries=6), follow_redirects=True) as browser:
            page = browser.get(f"http://127.0.0.1:{port}/", timeout=60)
        assert str(page.url).endswith(f"/lab/tree/{first_notebook()}")
    finally:
        server.terminate()
        server.communicate()
