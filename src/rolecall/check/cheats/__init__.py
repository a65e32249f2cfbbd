"""Derive bad solutions of tasks and `policy` questions, and find those that pass."""

from rolecall.check.cheats._cheat import Cheat, Ladder
from rolecall.check.cheats._documents import as_document
from rolecall.check.cheats._idle_probes import idle_probes
from rolecall.check.cheats._questions import check_policy_questions
from rolecall.check.cheats._run import try_cheats, unknown_changes
from rolecall.check.cheats._tasks import task_cheats

__all__ = [
    "Cheat",
    "Ladder",
    "as_document",
    "check_policy_questions",
    "idle_probes",
    "task_cheats",
    "try_cheats",
    "unknown_changes",
]
