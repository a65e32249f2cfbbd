"""Find actions in policies that don't exist: IAM accepts them, and they match no request."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from rolecall._reference import actions, services
from rolecall._yaml import did_you_mean
from rolecall.check._findings import Finding, Severity
from rolecall.check._lessons import Where
from rolecall.check._loaded_course import LoadedCourse
from rolecall.check._text import texts_in
from rolecall.check.cheats import as_document
from rolecall.quiz import CATALOGUE

RULE = "unknown-action"
_MEANT_AS_MISTAKES = {"mistakes", "options", "starter", "case", "wrong"}
"""Parts of tasks and questions that show what is wrong."""
_PROOFS = {"proof", "experiment"}


def check_actions(loaded: LoadedCourse) -> Iterator[Finding]:
    """Check the actions in the policies of worlds, tasks, questions, and their proofs."""
    catalogue = loaded.folder / "quizzes" / CATALOGUE
    for file in (*loaded.worlds, *loaded.tasks, *loaded.banks, *([catalogue] if loaded.shared else [])):
        document = loaded.places.document(file).value
        for where, action in _actions_in(document):
            problem = unknown_action(action)
            if problem and not _is_subject(document, where, action):
                yield _finding(loaded, file, where, problem)


def _is_subject(document: Any, where: Where, action: str) -> bool:
    """Whether an action is in the proof of a question that is about this very action."""
    places = [index for index, name in enumerate(where) if name in _PROOFS]
    if not places:
        return False
    asked = document
    for name in where[: places[0]]:
        asked = asked[name]
    return any(action in text for place, text in texts_in(asked) if place[0] not in _PROOFS)


def _finding(loaded: LoadedCourse, file: Path, where: Where, problem: str) -> Finding:
    # A task may start with a misspelled action that the learner should find.
    severity = Severity.WARNING if "start" in where else Severity.ERROR
    return loaded.places.at(file, where, RULE, problem, severity)


def unknown_action(action: str) -> str:
    """Return what is wrong with an action or a pattern; empty if it matches an action of AWS."""
    service, colon, name = action.lower().partition(":")
    if not colon or "*" in service or "?" in service:
        return ""
    if service not in services():
        return f"AWS has no service with the prefix {service!r}{did_you_mean(service, services())}"
    known = actions(service)
    if any(fnmatchcase(one, name) for one in known):
        return ""
    if "*" in name or "?" in name:
        return f"{action!r} matches no action of AWS"
    names = {key: f"{service}:{one['name']}" for key, one in known.items()}
    meant = did_you_mean(action, names.values())
    return f"{action!r} is not an action of AWS{meant}"


def _actions_in(value: Any, where: Where = ()) -> Iterator[tuple[Where, str]]:
    """Yield each action in the policy documents of a file, with its place."""
    document = as_document(value)
    if document is not None:
        is_text = isinstance(value, str)
        for place, action in _actions_of(document["Statement"]):
            yield (where if is_text else (*where, "Statement", *place)), action
    elif isinstance(value, dict):
        for name, one in value.items():
            if name not in _MEANT_AS_MISTAKES:
                yield from _actions_in(one, (*where, name))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _actions_in(one, (*where, index))


def _actions_of(statements: Any) -> Iterator[tuple[Where, str]]:
    several = isinstance(statements, list)
    for index, statement in enumerate(statements if several else [statements]):
        if not isinstance(statement, dict):
            continue
        for element in ("Action", "NotAction"):
            listed = statement.get(element, [])
            values = listed if isinstance(listed, list) else [listed]
            for place, action in enumerate(values):
                if isinstance(action, str):
                    where: Where = (index,) if several else ()
                    yield (*where, element, *((place,) if isinstance(listed, list) else ())), action
