"""The pages of the reference about a course's files: each field has an example and a row that explains it."""

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

import rolecall
from rolecall._validation import validate
from rolecall._yaml import read_yaml
from rolecall.assessment import Assessment
from rolecall.course._course import LessonFile
from rolecall.lab import TaskFile, TaskSession, load_tasks
from rolecall.quiz import Bank, Catalogue, Expectation, Step, load_bank
from rolecall.sandbox.client import Sandbox
from rolecall.sandbox.world import World
from rolecall.sandbox.world_file import load_world

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
FILES = {
    "worlds": {"sandbox/reports.yaml": World},
    "banks": {"quizzes/misconceptions.yaml": Catalogue, "quizzes/roles.yaml": Bank},
    "lessons": {"lessons/01-roles/lesson.yaml": LessonFile, "lessons/01-roles/tasks.yaml": TaskFile},
    "assessments": {"quizzes/assessments/midterm.yaml": Assessment},
}
LOADERS = {World: load_world, Bank: load_bank, TaskFile: lambda path: TaskFile(tasks=load_tasks(path))}


@pytest.mark.parametrize("page", FILES)
def test_each_field_of_a_file_has_an_example_and_a_row(page, tmp_path):
    text = (REFERENCE / f"{page}.md").read_text()
    rows = re.findall(r"^\| (`.*?) \|", text, re.M)
    explained = {field for row in rows for field in re.findall(r"`(\w+)`", row)}
    used: dict[type[BaseModel], set[str]] = {}
    for file, model in FILES[page].items():
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(_merged_examples(text, file), sort_keys=False))
        # The examples are a file without faults.
        read = LOADERS[model](path) if model in LOADERS else validate(read_yaml(path), model)
        _collect_fields(read, used)

    for model, fields in used.items():
        # The page about banks explains the steps of a proof.
        if page != "lessons" or model not in (Step, Expectation):
            names = {name: model.model_fields[name].alias or name for name in _own_fields(model)}
            assert set(names) - fields == set(), f"no example of {model.__name__}"
            assert set(names.values()) - explained == set(), f"no row of {model.__name__}"


def test_the_navigation_lists_each_page_of_the_reference():
    text = (REFERENCE.parents[1] / "mkdocs.yml").read_text()

    assert set(re.findall(r"reference/([\w-]+)\.md", text)) == {one.stem for one in REFERENCE.glob("*.md")}


def _merged_examples(page: str, file: str) -> Any:
    """Return the examples of a file on a page as one document."""
    merged: dict[str, Any] = {}
    for block in re.findall(rf'^```yaml title="{re.escape(file)}"\n(.*?)^```', page, re.M | re.S):
        merged = _merge(merged, yaml.load(block, yaml.SafeLoader))
    return merged


def _merge(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return one | {key: _merge(one[key], value) if key in one else value for key, value in other.items()}
    return [*one, *other] if isinstance(one, list) else other


def _own_fields(model: type[BaseModel]) -> set[str]:
    return model.model_fields.keys() & inspect.get_annotations(model).keys()


def _collect_fields(value: Any, used: dict[type[BaseModel], set[str]]) -> None:
    """Add the fields that are set in a document to those of the models that declare them."""
    if isinstance(value, BaseModel):
        for model in type(value).__mro__:
            if issubclass(model, BaseModel):
                used.setdefault(model, set()).update(_own_fields(model) & value.model_fields_set)
        for name in type(value).model_fields:
            _collect_fields(getattr(value, name), used)
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            _collect_fields(one, used)


def test_the_page_about_notebooks_has_an_example_of_each_name_and_method():
    examples = _notebook_examples()
    methods = {f"lab.{one}" for one in dir(Sandbox) if not one.startswith("_")}
    # These three are for cards; a notebook shows what they return.
    cards = {"on_change", "explain_probe", "solution_text"}
    methods |= {f"mission.{one}" for one in set(dir(TaskSession)) - cards if not one.startswith("_")}

    assert {one for one in rolecall.__all__ if f"{one}(" not in examples} == {"SandboxError", "__version__"}
    # The examples run top to bottom; the text names the methods that would end them.
    assert {one for one in methods if one not in examples} == {"lab.close", "lab.saml_assertion"}


@pytest.mark.slow
def test_the_examples_for_notebooks_run(tmp_path, monkeypatch):
    monkeypatch.setenv("ROLECALL_DATA", str(tmp_path))
    # A workshop needs a service.
    code, _, _ = _notebook_examples().partition("from rolecall import assessment, join")
    names: dict[str, Any] = {}

    exec(compile(code, "api.md", "exec"), names)

    assert names["sts"].meta.endpoint_url == names["lab"].endpoint
    names["lab"].close()
    names["mission"].lab.close()


def _notebook_examples() -> str:
    return "\n".join(re.findall(r"```python\n(.*?)```", (REFERENCE / "api.md").read_text(), re.S))
