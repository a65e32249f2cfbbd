"""A copy of the course, and a way to write an assessment into it."""

from workshop.conftest import assessments, course, write

__all__ = ["assessments", "course", "write"]
