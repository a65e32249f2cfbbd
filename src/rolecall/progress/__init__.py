"""What a learner has done, kept on their own machine."""

from rolecall.progress._store import Store, StoreError, default_path

__all__ = ["Store", "StoreError", "default_path"]
