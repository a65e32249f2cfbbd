"""Keep the questions and tasks that papers ask, as they were when the paper was drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from rolecall.assessment import Assessments, PaperItem
from rolecall.workshop.tables import AskedVersion


def keep_versions(
    session: Session, assessments: Assessments, items: Iterable[PaperItem]
) -> list[PaperItem]:
    """Store the current version of each item's question or task, and return the items with its digest."""
    documents = [(item, assessments.version(item)) for item in items]
    kept = [(item, _digest(document), document) for item, document in documents]
    digests = {digest for _, digest, _ in kept}
    known = set(session.scalars(select(AskedVersion.digest).where(AskedVersion.digest.in_(digests))))
    new = {digest: document for _, digest, document in kept if digest not in known}
    if new:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        rows = [{"digest": digest, "document": document} for digest, document in new.items()]
        # Another service may have stored the same version since.
        session.execute(dialect.insert(AskedVersion).values(rows).on_conflict_do_nothing())
    return [replace(item, version=digest) for item, digest, _ in kept]


def version_document(session: Session, version: str) -> str:
    """Return the version with a digest; empty for papers from before versions were kept."""
    found = session.get(AskedVersion, version) if version else None
    return found.document if found is not None else ""


def _digest(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()
