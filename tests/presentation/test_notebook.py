"""What IPython displays of the objects that a learner sees."""

import json
import subprocess
import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell

from rolecall.presentation.notebook import register


@pytest.fixture
def displayed():
    """Displays an object as a notebook does; gives its MIME types with their content."""
    shell = InteractiveShell()
    register(shell)
    return lambda shown: shell.display_formatter.format(shown)[0]


def test_an_explanation_is_displayed_as_html_and_as_text(lab, displayed):
    lab.client("sts", actor="dana").get_caller_identity()

    shown = displayed(lab.explain())

    assert "<h3>✔ Allowed: user/dana can call sts:GetCallerIdentity</h3>" in shown["text/html"]
    assert shown["text/plain"].startswith("✔ Allowed\n")


def test_a_sandbox_is_displayed_as_its_accounts_and_last_calls(lab, displayed):
    lab.client("sts", actor="dana").get_caller_identity()

    shown = displayed(lab)

    assert "A sandbox of AWS." in shown["text/plain"]
    assert "trusts dana" in shown["text/html"]
    assert "✔ allowed: sts:GetCallerIdentity as user/dana" in shown["text/html"]
    assert "127.0.0.1" not in "".join(shown.values())


def test_in_jupyterlab_the_card_of_a_sandbox_follows_later_cells(lab, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "learn.ipynb")
    shell = InteractiveShell()
    register(shell)
    shown: list[tuple[str, dict]] = []
    monkeypatch.setattr(InteractiveShell, "initialized", lambda: True)
    monkeypatch.setattr(InteractiveShell, "instance", lambda: shell)
    monkeypatch.setattr(
        shell.display_pub,
        "publish",
        lambda data, transient, **_: shown.append((transient["display_id"], data)),
    )
    shell.user_ns["lab"] = lab

    shell.run_cell("lab")
    shell.run_cell("lab.client('sts', actor='dana').get_caller_identity()")
    shell.run_cell("1 + 1")

    (first, before), (second, after) = shown
    assert first == second
    assert "sts:GetCallerIdentity as user/dana" not in before["text/html"]
    assert "sts:GetCallerIdentity as user/dana" in after["text/html"]


def test_a_wrong_name_shows_one_card_with_the_nearest_name_and_the_traceback_behind_it(monkeypatch):
    shell = InteractiveShell()
    shell.kernel = None
    register(shell)
    shown: list[dict] = []
    monkeypatch.setattr(shell.display_pub, "publish", lambda data, **_: shown.append(data))

    result = shell.run_cell("from rolecall import task\ntask('let-dan-in')")

    (card,) = shown
    assert "did you mean let-dana-in" in card["text/plain"]
    before, _, behind = card["text/html"].partition("<details>")
    assert "let-dana-in" in before
    assert "Traceback" not in before
    assert "find_task" in behind
    # The cell failed, so that Run All stops.
    assert not result.success


def test_the_trail_is_displayed_as_a_table(lab, displayed):
    lab.client("sts", actor="dana").get_caller_identity()

    assert displayed(lab.trail)["text/html"].count("<tr>") == 2


def test_a_diagram_is_displayed_with_mermaid_and_as_sentences(lab, displayed):
    shown = displayed(lab.diagram())

    assert "\nflowchart LR\n" in shown["text/vnd.mermaid"]
    assert "user dana may assume role reports-reader" in shown["text/plain"]


@pytest.mark.parametrize(
    "module", ["rolecall.workshop.app", "rolecall.workshop.service", "rolecall.workshop._grader"]
)
@pytest.mark.slow
def test_the_service_imports_no_notebook_code(module):
    program = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"

    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert not {"ipywidgets", "IPython", "anywidget", "traitlets"} & set(json.loads(run.stdout))


def test_importing_rolecall_in_ipython_registers_the_display():
    program = "import rolecall; print(len(get_ipython().display_formatter.mimebundle_formatter.deferred_printers))"
    before = "print(len(get_ipython().display_formatter.mimebundle_formatter.deferred_printers))"

    run = subprocess.run(
        [sys.executable, "-m", "IPython", "--colors=NoColor", "-c", f"{before}\n{program}"],
        capture_output=True,
        text=True,
        check=True,
    )

    count_before, count_after = (int(one) for one in run.stdout.split())
    assert count_after > count_before
