"""What the panel shows of the open notebook's sandbox."""

import pytest

from rolecall import Sandbox
from rolecall.panel._sandbox_answer import sandbox_answer
from rolecall.sandbox.notebook_file import NotebookSandbox, publish, sandbox_of, withdraw


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """A kernel of this notebook."""
    file = tmp_path / "01" / "learn.ipynb"
    monkeypatch.setenv("JPY_SESSION_NAME", str(file))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    return file


@pytest.mark.slow
def test_the_world_the_actor_and_the_last_decision_are_shown_until_the_sandbox_ends(notebook):
    root = notebook.parents[1]
    with Sandbox("reports") as lab:
        lab.use("dana")
        lab.client("sts", actor="dana").get_caller_identity()
        shown = sandbox_answer(root, "01/learn.ipynb")
        elsewhere = sandbox_answer(root, "01/why.ipynb")
    ended = sandbox_answer(root, "01/learn.ipynb")

    assert (shown.acting_as, shown.last) == ("dana", "✔ allowed: sts:GetCallerIdentity")
    assert shown.world
    assert shown.clock
    assert (elsewhere.world, ended.world) == ("", "")


def test_the_sandbox_of_a_killed_kernel_is_not_shown(notebook):
    publish(NotebookSandbox(url="http://127.0.0.1:1", token="t", acting_as=""))

    assert sandbox_answer(notebook.parents[1], "01/learn.ipynb").world == ""


def test_only_its_user_can_read_the_file_and_only_the_same_sandbox_removes_it(notebook):
    publish(NotebookSandbox(url="http://127.0.0.1:1", token="t", acting_as="dana"))
    (file,) = (notebook.parents[1] / "runtime").iterdir()

    withdraw("http://127.0.0.1:2")

    assert file.stat().st_mode & 0o077 == 0
    assert sandbox_of(notebook).acting_as == "dana"
