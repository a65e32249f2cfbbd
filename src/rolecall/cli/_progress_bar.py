"""The progress bar of a command that takes long: what it does, how much is done, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

OnStep = Callable[[str, int, int], None]
"""Takes what is done now, how many of its parts are done, and how many there are."""


@contextmanager
def progress_bar() -> Iterator[OnStep]:
    """Show a progress bar on standard error until the block ends; nothing if it isn't a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        shown = bar.add_task("", total=None, visible=False)

        def on_step(step: str, done: int, count: int) -> None:
            bar.update(shown, description=step, completed=done, total=count, visible=True)

        yield on_step
