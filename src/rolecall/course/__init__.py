"""Finding, reading and checking a course."""

from rolecall.course._course import (
    COURSE_VARIABLE,
    Course,
    Lesson,
    Mode,
    NoCourse,
    find_course,
    read_lesson,
)

__all__ = ["COURSE_VARIABLE", "Course", "Lesson", "Mode", "NoCourse", "find_course", "read_lesson"]
