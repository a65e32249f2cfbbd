"""Each solved notebook as nbconvert writes it, for readers on GitHub, nbviewer, or a web page."""

import html
import re

import nbformat
import pytest
from nbconvert import HTMLExporter

from rolecall.course import find_course
from rolecall.quiz import load_bank

pytestmark = pytest.mark.slow

COURSE = find_course()
NOTEBOOKS = sorted((COURSE.folder / "lessons").rglob("solved/*.ipynb"))
# What a reader sees where an output has no form but its widget's or its object's `repr`.
NO_FORM = re.compile(r"object at 0x|widget-view\+json|\b\w+(Card|Sequence)\(|<Sandbox|Loading widget")


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    exporter = HTMLExporter()
    return {
        f"{path.parent.parent.name}/{path.name}": html.unescape(
            exporter.from_notebook_node(nbformat.read(path, as_version=4))[0].partition("<main")[2]
        )
        for path in NOTEBOOKS
    }


def test_no_output_is_only_the_repr_of_an_object_or_a_widget(pages):
    faults = {name: NO_FORM.findall(page) for name, page in pages.items()}

    assert len(pages) == 34
    assert {name: found for name, found in faults.items() if found} == {}


def test_a_practice_card_is_a_readable_question_without_its_answer(pages):
    questions = load_bank(COURSE.bank("assume-role")).questions
    texts = {name: re.sub(r"<[^>]*>", "", page) for name, page in pages.items()}
    answers = {re.sub(r"[`*]", "", question.solution[-1]) for question in questions}

    assert all(option.text in texts["01-temporary-access/learn.ipynb"] for option in questions[0].options)
    assert [name for name, text in texts.items() if any(answer in text for answer in answers)] == []
