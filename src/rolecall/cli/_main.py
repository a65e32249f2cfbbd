"""The command and its subcommands; a subcommand's module is imported when it runs, so `--help` is fast."""

from __future__ import annotations

from importlib import import_module

import click

from rolecall._version import __version__

_COMMANDS = {
    "bank": "Export banks to other quiz programs, or import theirs.",
    "check": "Find the mistakes in a course.",
    "iam": "Evaluate IAM policies, or explain a decision.",
    "lab": "Open the course in JupyterLab.",
    "new": "Create a course, lesson, bank, world, or question.",
    "progress": "Show your progress; export or import it.",
    "quiz": "Practice a bank's questions in the terminal.",
    "sandbox": "Serve a sandbox for any AWS client.",
    "workshop": "Run a workshop: a live dashboard and graded quizzes.",
}


class _Lazy(click.Group):
    """Loads each subcommand from ``command`` in the module of its name."""

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
