"""Try weaker documents as answers of `policy` questions; one that is graded as right is a finding."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from rolecall.check._findings import Finding
from rolecall.check._loaded_course import LoadedCourse
from rolecall.check.cheats._mutations import mutations
from rolecall.check.cheats._requests import difference, parse
from rolecall.check.cheats._run import RULE, accepted_changes, advice, unknown_changes
from rolecall.check.cheats._setting import setting_of_question
from rolecall.lab.judges import CourseJudges
from rolecall.quiz import InvalidTemplate, Judges, Policy, variant


def check_policy_questions(loaded: LoadedCourse) -> Iterator[Finding]:
    """Check that each `policy` question accepts its good documents, and no weaker one."""
    judges = CourseJudges(loaded.folder)
    try:
        for file, bank in loaded.banks.items():
            for index, question in enumerate(bank.questions):
                if isinstance(question, Policy):
                    yield from _question(loaded, file, index, question, judges)
    finally:
        judges.close()


def _question(
    loaded: LoadedCourse, file: Path, index: int, question: Policy, judges: Judges
) -> Iterator[Finding]:
    at = ("questions", index)
    try:
        one = variant(question, 0, judges)
    except (InvalidTemplate, ValueError):
        return  # The check of banks reports it.
    assert isinstance(one, Policy)
    for place, document in enumerate(one.also_right):
        grade = one.grade(json.dumps(document), judges)
        if grade.score < 1:
            reasons = "; ".join(remark.why for remark in grade.remarks if not remark.right)
            message = f"this document is graded as wrong: {reasons}"
            yield loaded.places.at(file, (*at, "also_right", place), "wrong-key", message)
    setting = setting_of_question(one)
    solution = parse(one.sample, setting.type)
    if solution is None:
        return
    rights = [right for document in one.also_right if (right := parse(document, setting.type)) is not None]
    accepted, known = accepted_changes(one.accepts), set()
    for ladder in mutations(one.sample, setting):
        known |= {mutation.what for mutation in ladder}
        for mutation in ladder:
            if mutation.what in accepted or one.grade(json.dumps(mutation.document), judges).score < 1:
                continue
            policy = parse(mutation.document, setting.type)
            witness = difference(solution, policy, setting, rights) if policy is not None else None
            if witness is None:
                continue
            missing = advice(witness, "a case", "allow", "deny")
            message = f"a bad document passes: {mutation.what}. {missing}"
            yield loaded.places.at(file, (*at, "sample"), RULE, message)
            break
    for group, place, message in unknown_changes(one.accepts, known):
        yield loaded.places.at(file, (*at, "accepts", group, "changes", place), "unknown-change", message)
