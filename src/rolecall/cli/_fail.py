"""How the command tells what is wrong with what it was given."""

from __future__ import annotations

import click


class Unusable(click.ClickException):
    """Something given cannot be used: one message with the place and the mend, exit status 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        """Writes the message to standard error."""
        click.echo(f"rolecall: {self.message}", err=True)
