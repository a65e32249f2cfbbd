"""What a learner has done, kept on their own machine."""

from rolecall.progress._report import Report, SkillReport, report
from rolecall.progress._store import Kept, ScheduledCard, Store, StoreError, default_path, on_record

__all__ = [
    "Kept",
    "Report",
    "ScheduledCard",
    "SkillReport",
    "Store",
    "StoreError",
    "default_path",
    "on_record",
    "report",
]
