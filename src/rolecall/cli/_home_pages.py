"""Put the homes of the course and its lessons into the learner's notebooks: they show before they run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat

from rolecall.course import Course
from rolecall.course.working_copy import HOME_PAGE
from rolecall.presentation.home import Home, home_output
from rolecall.progress import Store

_HOME = re.compile(r"""^home\((?:["']([\w-]+)["'])?\)$""", re.M)


def write_home_pages(course: Course, folder: Path) -> Iterator[Path]:
    """Write the current progress into each home page, and yield the notebooks that were written.

    A cell that isn't just `home()` stays as it is.
    """
    store = Store()
    names = {lesson.name for lesson in course.lessons()}
    for path in (folder / HOME_PAGE, *(folder / name / HOME_PAGE for name in sorted(names))):
        if not path.is_file():
            continue
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            found = _HOME.search(cell.source) if cell.cell_type == "code" else None
            if found is not None and (found[1] is None or found[1] in names):
                home = Home(course, found[1], store, folder)
                cell.outputs = [nbformat.from_dict(home_output(home))]
        nbformat.write(notebook, path)
        yield path
    store.close()
