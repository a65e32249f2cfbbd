"""The progress bar of long commands."""

import re

import pytest

from rolecall.cli._progress_bar import progress_bar


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")


def test_a_terminal_shows_what_is_done_of_how_much_and_the_time(terminal, capsys):
    with progress_bar() as on_step:
        on_step("Running notebooks", 3, 10)

    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", capsys.readouterr().err)
    assert re.search(r"Running notebooks .+ +3/10 0:00:0\d", shown)
    assert "/100" not in shown


def test_two_steps_at_the_same_time_have_a_bar_each(terminal, capsys):
    with progress_bar() as on_step:
        on_step("Running notebooks", 3, 10)
        on_step("Running cheats", 1, 4)

    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", capsys.readouterr().err)
    assert re.search(r"Running notebooks .+ +3/10", shown)
    assert re.search(r"Running cheats .+ +1/4", shown)


def test_a_file_gets_nothing(capsys, monkeypatch):
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    with progress_bar() as on_step:
        on_step("Running notebooks", 3, 10)

    assert capsys.readouterr().err == ""
