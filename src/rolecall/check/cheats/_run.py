"""Try the cheats of a task where learners' work is judged: a cheat that passes is a finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from rolecall._yaml import did_you_mean
from rolecall.check._findings import Finding
from rolecall.check._loaded_course import LoadedCourse
from rolecall.check.cheats._cheat import Cheat, Ladder
from rolecall.check.cheats._witness import Witness
from rolecall.lab import ProbeResult, SavedCredentials, Task, first_failure, run_steps, start_task
from rolecall.quiz import AcceptedChange
from rolecall.sandbox.client import Sandbox

RULE = "cheat"
_WITHOUT_CALL = {
    "iam:passrole": " No call is named iam:PassRole; use one that gives the role to the service, such as "
    "lambda.create_function or ec2.run_instances.",
    "sts:tagsession": " No call is named sts:TagSession; use sts.assume_role with Tags.",
    "sts:setsourceidentity": " No call is named sts:SetSourceIdentity; use sts.assume_role "
    "with SourceIdentity.",
}
"""How a probe makes a request of an action that is only a permission.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
"""


def try_cheats(
    loaded: LoadedCourse, file: Path, index: int, task: Task, ladder: Ladder, sandbox: Sandbox
) -> Iterator[Finding]:
    """Try cheats of one kind, the smallest change first, until one passes that isn't accepted."""
    accepted = accepted_changes(task.accepts)
    for cheat in ladder:
        if cheat.what in accepted:
            continue
        done, failure = _failure_of(task, cheat, sandbox)
        if not done:
            continue
        if failure is None:
            step = () if cheat.step is None else ("solution", cheat.step)
            missing = cheat.missing or advice(cheat.witness, "a probe", "succeed", "denied")
            message = f"a bad solution passes: {cheat.what}. {missing}"
            yield loaded.places.at(file, ("tasks", index, *step), RULE, message)
            return
        if failure.must_be_denied and cheat.kind.startswith("wider"):
            # The changes that follow allow this too.
            return


def _failure_of(task: Task, cheat: Cheat, sandbox: Sandbox) -> tuple[bool, ProbeResult | None]:
    """Return whether the cheat is possible, and the first probe that fails after it."""
    sandbox.reset()
    saved: SavedCredentials = {}
    start_task(task, sandbox, saved)
    calls_before = len(sandbox.calls())
    made = dict(saved)
    first = len(cheat.steps) - cheat.further
    run_steps(cheat.steps[:first], sandbox, made)
    if run_steps(cheat.steps[first:], sandbox, made):
        return False, None
    calls = sandbox.calls()[calls_before:]
    return True, first_failure(task, sandbox, calls, saved, denied_first=cheat.further > 0)


def accepted_changes(accepts: Iterable[AcceptedChange]) -> frozenset[str]:
    """Return the changes that an author accepts."""
    return frozenset(change for one in accepts for change in one.changes)


def unknown_changes(accepts: list[AcceptedChange], known: Iterable[str]) -> Iterator[tuple[int, int, str]]:
    """Yield each accepted change that no cheat makes: its two places in `accepts`, and what is wrong."""
    names = set(known)
    for index, one in enumerate(accepts):
        for place, change in enumerate(one.changes):
            if change not in names:
                yield index, place, f"no cheat is called {change!r}{did_you_mean(change, names)}"


def advice(witness: Witness | None, what: str, succeed: str, denied: str) -> str:
    """Say which probe or case is missing."""
    if witness is None:
        return f"Add {what} that fails after it, or list the change in `accepts` with the reason."
    place, outcome = (succeed, "works") if witness.solution_allows else (denied, "is denied")
    further = f" First add {witness.absent} to the world." if witness.absent else ""
    further += _WITHOUT_CALL.get(witness.action.lower(), "")
    return (
        f"Add {what} to `{place}`: {witness}. With the right solution, this {outcome}.{further} "
        "If the change is harmless, list it in `accepts` with the reason."
    )
