"""Finding, reading and checking a course."""

from rolecall.course._course import Course, Lesson, Mode, NoCourse, find_course

__all__ = ["Course", "Lesson", "Mode", "NoCourse", "find_course"]
