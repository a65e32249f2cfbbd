"""The error for arguments and files that a command cannot use."""

from __future__ import annotations

import click


class Unusable(click.ClickException):
    """An argument or a file cannot be used: one message with its place and a fix, exit status 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        """Write the message to standard error."""
        click.echo(f"rolecall: {self.message}", err=True)
