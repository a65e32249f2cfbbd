"""Write grades to the database of nbgrader, through its own API.

https://nbgrader.readthedocs.io/en/stable/api/gradebook.html
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nbgrader.api import Grade, Gradebook, GradeCell, MissingEntry, SubmittedNotebook

from rolecall.workshop.gradebook import StudentGrade

_NOTEBOOK, _CELL = "rolecall", "score"
"""The notebook and the cell of each assignment that have the score."""


def push(grades: Sequence[StudentGrade], database: Path) -> int:
    """Write grades, each as the autograded score of one cell; other notebooks of the assignment stay.

    Parameters
    ----------
    database
        The file ``gradebook.db`` of a course of nbgrader; it is created if there is none.

    Returns
    -------
    int
        How many grades were written.
    """
    with Gradebook(f"sqlite:///{database.resolve()}") as book:
        for assignment in dict.fromkeys(one.assessment for one in grades):
            of_assignment = [one for one in grades if one.assessment == assignment]
            maximum = max(one.of for one in of_assignment)
            cell = _grade_cell(book, assignment, maximum)
            for one in of_assignment:
                _write(book, one, cell, maximum)
        book.db.commit()
    return len(grades)


def _grade_cell(book: Gradebook, assignment: str, maximum: int) -> GradeCell:
    book.update_or_create_assignment(assignment)
    book.update_or_create_notebook(_NOTEBOOK, assignment)
    return book.update_or_create_grade_cell(
        _CELL, _NOTEBOOK, assignment, max_score=float(maximum), cell_type="code"
    )


def _write(book: Gradebook, one: StudentGrade, cell: GradeCell, maximum: int) -> None:
    try:
        book.find_student(one.student)
    except MissingEntry:
        book.add_student(one.student, last_name=one.name)
    # nbgrader's times have no time zone; its API converts them to UTC.
    submission = book.update_or_create_submission(one.assessment, one.student, timestamp=one.submitted)
    try:
        grade = book.find_grade(_CELL, _NOTEBOOK, one.assessment, one.student)
    except MissingEntry:
        # The student submitted the assignment before this workshop's score was a part of it.
        notebook = SubmittedNotebook(notebook=cell.notebook, assignment=submission)
        grade = Grade(cell_id=cell.id, notebook=notebook)
        book.db.add(grade)
    # Papers can have fewer questions after an edit, so the share of the points counts.
    grade.auto_score = round(one.score / one.of * maximum, 4) if one.of else 0.0
    grade.needs_manual_grade = False
