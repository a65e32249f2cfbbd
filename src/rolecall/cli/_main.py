"""The command's tree. A subcommand's module is imported only when it is asked for, so `--help` is quick."""

from __future__ import annotations

from importlib import import_module

import click

from rolecall._version import __version__

_COMMANDS = {
    "bank": "Take banks to other quiz programs, and bring theirs here.",
    "check": "Find the faults of a course.",
    "iam": "Decide authorisation as IAM does.",
    "lab": "Open the course in JupyterLab.",
    "new": "Begin a course, a lesson, a bank, a world, a question.",
    "progress": "Show what was learned; export and import it.",
    "quiz": "Practise a bank's questions in the terminal.",
    "sandbox": "Serve a sandbox that any AWS client takes for AWS.",
    "workshop": "Serve a room of learners, and graded quizzes.",
}


class _Lazy(click.Group):
    """Each command is `command` in the module of its name beside this one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        found = import_module(f"rolecall.cli.{name}").command
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="rolecall")
def main() -> None:
    """Learn AWS roles by using them."""
