"""The progress bars of a command that takes long: what it does, how much is done, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

OnStep = Callable[[str, int, int], None]
"""Takes what is done now, how many of its parts are done, and how many there are."""


@contextmanager
def progress_bar() -> Iterator[OnStep]:
    """Show a progress bar for each step on standard error until the block ends.

    Nothing is shown if standard error isn't a terminal.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        shown: dict[str, TaskID] = {}

        def on_step(step: str, done: int, count: int) -> None:
            # Two steps can run at the same time, each in its own thread.
            if step not in shown:
                # Without a count, Rich shows 100 for a moment.
                shown[step] = bar.add_task(step, completed=done, total=count)
            bar.update(shown[step], completed=done, total=count)

        yield on_step
