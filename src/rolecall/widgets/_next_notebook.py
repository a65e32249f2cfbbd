"""The notebook that follows the one that is open, in the order of its lesson."""

from __future__ import annotations

from rolecall._yaml import BadFile
from rolecall.course import MODE_TITLES, NoCourse, find_course
from rolecall.lab.pace import place_of_notebook


def next_notebook() -> dict[str, str]:
    """Return the address and the title of the next notebook; empty outside a lesson's notebooks.

    After the last mode of a lesson, its home follows, which has the test.
    """
    place = place_of_notebook()
    try:
        lessons = {one.name: one for one in find_course().lessons()} if place else {}
    except (BadFile, NoCourse):
        # The notebook isn't in a course.
        return {}
    lesson = lessons.get(place.get("lesson", ""))
    if lesson is None:
        return {}
    modes = list(lesson.minutes)
    if place["mode"] not in modes:
        return {}
    following = modes[modes.index(place["mode"]) + 1 :]
    if not following:
        return {"href": "index.ipynb", "title": f"{lesson.title}: the lesson's home"}
    mode = following[0]
    return {"href": f"{mode}.ipynb", "title": f"{MODE_TITLES[mode]}, {lesson.minutes[mode]} minutes"}
