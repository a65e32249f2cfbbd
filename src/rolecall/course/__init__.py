"""Find, read, and copy a course."""

from rolecall.course._course import COURSE_PARTS, Course, Lesson, NoCourse, read_lesson
from rolecall.course._find import COURSE_VARIABLE, find_course, notebook_folder, packaged_course
from rolecall.course._modes import MODE_DESCRIPTIONS, MODE_GROUPS, MODE_TITLES, Mode

__all__ = [
    "COURSE_PARTS",
    "COURSE_VARIABLE",
    "Course",
    "MODE_DESCRIPTIONS",
    "MODE_GROUPS",
    "MODE_TITLES",
    "Lesson",
    "Mode",
    "NoCourse",
    "find_course",
    "notebook_folder",
    "packaged_course",
    "read_lesson",
]
