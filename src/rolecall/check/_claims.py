"""A rule for banks: each question has a proof, or says why no call can prove its answer."""

from __future__ import annotations

from collections.abc import Iterator

from rolecall.check._findings import Finding, Severity
from rolecall.check._loaded_course import LoadedCourse

_DECIDED = frozenset({"decide", "policy"})
"""The kinds of questions whose key is computed by evaluating policies."""


def check_claims(loaded: LoadedCourse) -> Iterator[Finding]:
    """Find questions without a proof in banks that have proofs; other banks may not be about AWS."""
    for file, bank in loaded.banks.items():
        if not any(question.proof for question in bank.questions):
            continue
        for index, question in enumerate(bank.questions):
            at = ("questions", index)
            proved = question.proof is not None or question.kind in _DECIDED
            if proved and question.claims is not None:
                rule = "needless-claims"
                message = "the question has a proof or a computed key, so leave `claims` out"
            elif not proved and question.claims is None:
                rule = "unproved"
                message = (
                    "the question has no proof; add one, or say in `claims` why no call can show the "
                    "answer: definition, procedure, or client"
                )
            else:
                continue
            yield loaded.places.at(file, at, rule, message, Severity.WARNING)
