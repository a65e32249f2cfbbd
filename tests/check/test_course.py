"""This repository's own course has no fault; its notebooks run in the suite themselves."""

from rolecall.check import check_course
from rolecall.course import find_course


def test_the_course_has_no_fault():
    assert list(map(str, check_course(find_course(), notebooks=False))) == []
