"""A learner's progress, stored on the learner's own machine."""

from rolecall.progress._report import Report, SkillReport, report
from rolecall.progress._store import ScheduledCard, Store, StoredEntry, StoreError, default_path, on_record

__all__ = [
    "Report",
    "ScheduledCard",
    "SkillReport",
    "Store",
    "StoreError",
    "StoredEntry",
    "default_path",
    "on_record",
    "report",
]
