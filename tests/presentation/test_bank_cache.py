"""Banks are read again when their file changes."""

import os
import shutil

from rolecall.course import find_course
from rolecall.presentation.bank_cache import bank_of, task_ids


def test_a_bank_is_read_once_and_again_after_a_change(tmp_path):
    shutil.copytree(find_course().folder / "quizzes", tmp_path, dirs_exist_ok=True)
    file = tmp_path / "assume-role.yaml"
    first = bank_of(file)

    assert bank_of(file) is first

    file.write_text(file.read_text().replace(f"title: {first.title}", "title: Another title"))
    os.utime(file, ns=(0, 0))
    assert bank_of(file).title == "Another title"


def test_a_lesson_without_tasks_has_none(tmp_path):
    assert task_ids(tmp_path / "tasks.yaml") == frozenset()
