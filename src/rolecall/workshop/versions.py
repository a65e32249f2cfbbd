"""Keep the questions and tasks that papers ask, as they were when the paper was drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from rolecall.assessment import Assessments, PaperItem
from rolecall.workshop.tables import AskedVersion


def keep_versions(
    session: Session,
    assessments: Assessments,
    items: Iterable[PaperItem],
    stored: Collection[str] = frozenset(),
) -> list[PaperItem]:
    """Store the current version of each item's question or task, and return the items with its digest.

    Parameters
    ----------
    stored
        Digests of versions that earlier transactions have stored; versions are never deleted.
    """
    documents = [(item, assessments.version(item)) for item in items]
    kept = [(item, _digest(document), document) for item, document in documents]
    new = {digest: document for _, digest, document in kept if digest not in stored}
    if new:
        found = session.scalars(select(AskedVersion.digest).where(AskedVersion.digest.in_(new)))
        for digest in found:
            del new[digest]
    if new:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        rows = [{"digest": digest, "document": document} for digest, document in new.items()]
        # Another service may have stored the same version since.
        session.execute(dialect.insert(AskedVersion).values(rows).on_conflict_do_nothing())
    return [PaperItem(item.bank, item.question, item.seed, digest) for item, digest, _ in kept]


def version_document(session: Session, version: str) -> str:
    """Return the version with a digest; empty for papers from before versions were kept."""
    found = session.get(AskedVersion, version) if version else None
    return found.document if found is not None else ""


@lru_cache(maxsize=4096)
def _digest(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()
