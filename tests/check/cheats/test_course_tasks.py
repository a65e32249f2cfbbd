"""No bad solution solves a task of this repository's own course."""

import pytest

from rolecall.check._loaded_course import load_course
from rolecall.check._proof_checks import check_proofs
from rolecall.course import find_course
from rolecall.lab import task_files

FILES = task_files(find_course())


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
def test_no_cheat_solves_a_task_of_the_course(file):
    lesson = load_course(find_course()).only(frozenset({file}))

    assert list(map(str, check_proofs(lesson, lambda _: None))) == []
