"""The home page of a course or of a lesson: links with minutes and progress."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

from rolecall.course import MODE_DESCRIPTIONS, Course, Lesson, NoCourse, find_course
from rolecall.lab import load_tasks
from rolecall.progress import Store, StoreError
from rolecall.quiz import load_bank
from rolecall.widgets._tables import table_html


class Home:
    """Links to lessons, or to the modes of one lesson, with minutes and progress.

    Parameters
    ----------
    course
        The course.
    lesson
        The lesson whose modes are shown; None for every lesson of the course.
    store
        The learner's store.
    """

    def __init__(self, course: Course, lesson: Lesson | None, store: Store) -> None:
        self._course, self._lesson, self._store = course, lesson, store

    def __repr__(self) -> str:
        if self._lesson is not None:
            return "\n".join(f"{mode}: {minutes} minutes" for mode, minutes in self._lesson.minutes.items())
        return "\n".join(f"{lesson.name}: {lesson.title}" for lesson in self._course.lessons())

    def _repr_html_(self) -> str:
        return self._modes_html(self._lesson) if self._lesson else self._lessons_html()

    def _modes_html(self, lesson: Lesson) -> str:
        rows = [
            (_link(f"{mode}.ipynb", mode), escape(MODE_DESCRIPTIONS[mode]), f"{minutes} min")
            for mode, minutes in lesson.minutes.items()
        ]
        table = table_html(("Mode", "What it is", "Time"), rows)
        return f"<p>{escape(lesson.summary)}</p>{table}<p>{escape(self._progress(lesson))}</p>"

    def _lessons_html(self) -> str:
        rows = [
            (
                _link(f"{lesson.name}/index.ipynb", lesson.title),
                f"{sum(lesson.minutes.values())} min",
                escape(self._progress(lesson)),
            )
            for lesson in self._course.lessons()
        ]
        return table_html(("Lesson", "Time", "Your progress"), rows)

    def _progress(self, lesson: Lesson) -> str:
        try:
            entries = self._store.all_entries()
            due = self._store.due(datetime.now(UTC))
        except StoreError as error:
            return str(error)
        right = {one.entry.question for one in entries if one.entry.correct}
        banks = [load_bank(self._course.bank(bank)) for bank in lesson.banks]
        questions = {question.id for bank in banks for question in bank.questions}
        file = self._course.folder / "lessons" / lesson.name / "tasks.yaml"
        tasks = {task.id for task in load_tasks(file)} if file.is_file() else set()
        cards = sum(number for deck, number in due.items() if deck.rpartition("/")[2] in lesson.banks)
        sentences = [f"Questions answered right: {len(questions & right)} of {len(questions)}."]
        if tasks:
            sentences.append(f"Tasks reached: {len(tasks & right)} of {len(tasks)}.")
        return " ".join([*sentences, f"Flash cards due: {cards}."])


def _link(target: str, text: str) -> str:
    """Return a link that is high enough to be tapped.

    https://www.w3.org/TR/WCAG22/#target-size-minimum
    """
    return f'<a href="{target}" style="display: inline-block; line-height: 24px">{escape(text)}</a>'


def home(lesson: str | None = None) -> Home:
    """Show the lessons of the course, or the modes of one lesson, with minutes and progress.

    Parameters
    ----------
    lesson
        The lesson's name, such as "01-temporary-access"; None for all lessons.

    Raises
    ------
    NoCourse
        If the course has no such lesson.
    """
    course = find_course()
    if lesson is None:
        return Home(course, None, Store())
    lessons = {one.name: one for one in course.lessons()}
    if lesson not in lessons:
        raise NoCourse(f"there is no lesson {lesson!r}; there are {', '.join(lessons)}")
    return Home(course, lessons[lesson], Store())
