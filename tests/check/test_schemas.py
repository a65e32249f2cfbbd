"""The JSON Schemas that editors complete an author's files by."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from rolecall.check.schemas import FOLDER, schemas
from rolecall.course import find_course

ROOT = Path(__file__).parents[2]
FILES = [
    *find_course().banks(),
    *(ROOT / "sandbox").glob("*.yaml"),
    ROOT / "quizzes" / "misconceptions.yaml",
    *(ROOT / "quizzes" / "assessments").glob("*.yaml"),
    *(ROOT / "lessons").glob("*/*.yaml"),
]


class _NoDates(yaml.SafeLoader):
    """As a course's own reader: `2012-10-17` is a text."""


_NoDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@pytest.mark.parametrize("name", ["assessment", "bank", "lesson", "misconceptions", "tasks", "world"])
def test_a_schema_is_what_its_model_says(name):
    written = json.loads((FOLDER / f"{name}.schema.json").read_text())

    assert written == schemas()[name], "write them again: python -m rolecall.check.schemas"
    jsonschema.Draft202012Validator.check_schema(written)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_file_of_the_course_names_its_schema_and_keeps_it(path):
    first = path.read_text().splitlines()[0]
    named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)

    schema = json.loads((path.parent / named[1]).read_text())

    jsonschema.validate(yaml.load(path.read_text(), _NoDates), schema)


def test_the_file_of_every_kind_keeps_the_schema_and_a_wrong_one_does_not():
    kinds = (ROOT / "tests" / "quiz" / "banks" / "kinds.yaml").read_text()

    jsonschema.validate(yaml.load(kinds, _NoDates), schemas()["bank"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(
            yaml.load(kinds.replace("kind: order", "kind: sort"), _NoDates), schemas()["bank"]
        )
