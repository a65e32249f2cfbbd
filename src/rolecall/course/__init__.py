"""Find, read, and copy a course."""

from rolecall.course._course import COURSE_PARTS, Course, Lesson, Mode, NoCourse, read_lesson
from rolecall.course._find import COURSE_VARIABLE, find_course, notebook_folder, packaged_course

__all__ = [
    "COURSE_PARTS",
    "COURSE_VARIABLE",
    "Course",
    "Lesson",
    "Mode",
    "NoCourse",
    "find_course",
    "notebook_folder",
    "packaged_course",
    "read_lesson",
]
