"""Find probes in `denied` that stay denied whatever a learner does: they prove nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from rolecall.check.cheats._beside import doors_beside
from rolecall.check.cheats._cheat import Cheat
from rolecall.check.cheats._tasks import opened_to_all, task_cheats
from rolecall.lab import SavedCredentials, Task, grade_task, run_steps, start_task
from rolecall.quiz import Step
from rolecall.sandbox.client import Sandbox
from rolecall.sandbox.world import World


def idle_probes(task: Task, world: World, sandbox: Sandbox) -> Iterator[tuple[int, str]]:
    """Yield the place of each probe in `denied` that no derived cheat makes succeed, and what is wrong.

    First everything is opened that the task's actor can open. Only what is denied even then is tried
    after single cheats, because a Deny of one open door can close another one.
    """
    doors = [door.steps[-1] for door in doors_beside(task, world)]
    # What is deleted must not take away an open door, and the widest policy must not be replaced.
    doors.sort(key=lambda step: ".delete_" not in step.call)
    opened = [*task.open_wide, *doors, *opened_to_all(task, world)]
    idle = _still_denied(task, range(len(task.denied)), opened, sandbox)
    for cheat in _widest(task, world) if idle else ():
        idle = _still_denied(task, idle, cheat.steps, sandbox)
        if not idle:
            return
    for index in idle:
        says = task.denied[index].says
        yield (
            index,
            (
                f"{says!r} is denied after every bad solution too, so this probe proves nothing; "
                "choose a caller whose own policies allow the call, or drop the probe"
            ),
        )


def _widest(task: Task, world: World) -> Iterator[Cheat]:
    """Yield the largest change of each kind first."""
    ladders = list(task_cheats(task, world))
    yield from (ladder[-1] for ladder in ladders)
    yield from chain.from_iterable(ladder[:-1] for ladder in ladders)


def _still_denied(task: Task, places: Sequence[int], steps: list[Step], sandbox: Sandbox) -> list[int]:
    """Return those of some places in `denied` whose probes are denied after some calls."""
    sandbox.reset()
    saved: SavedCredentials = {}
    start_task(task, sandbox, saved)
    calls_before = len(sandbox.calls())
    run_steps(steps, sandbox, dict(saved))
    asked = task.model_copy(update={"succeed": [], "denied": [task.denied[place] for place in places]})
    grade = grade_task(asked, sandbox, sandbox.calls()[calls_before:], saved)
    return [place for place, one in zip(places, grade.probes, strict=True) if one.passed]
