"""The documentation builds without a warning, and what it says of the command is so."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from check.test_mutations import FAULTS
from check.test_weak_questions import WEAK
from rolecall.check._style import discouraged_words, style_problems
from rolecall.cli import main

CONTEXT = click.Context(main)
ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_the_documentation_builds_without_a_warning(tmp_path):
    # Zensical writes below the folder of its configuration.
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    (tmp_path / "src").symlink_to(ROOT / "src")
    command = [sys.executable, "-m", "zensical", "build", "--strict"]

    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    pages = {
        one: (tmp_path / "site" / one / "index.html").read_text()
        for one in ("", "reference/api", "reference/commands")
    }
    assert "What the sandbox does" in pages[""]
    assert "web_identity_token" in pages["reference/api"]
    assert "--copy-only" in pages["reference/commands"]
    # A reader's browser asks no other host for anything.
    built = [one.read_text() for one in (tmp_path / "site").rglob("*.html")]
    assert len(built) > len(pages)
    loaded = [one for page in built for one in re.findall(r"<(?:link|script|img|iframe)[^>]+>", page)]
    assert [one for one in loaded if re.search(r"(?:src|href)=\"?(?:https?:)?//", one)] == []
    styles = [one.read_text() for one in (tmp_path / "site").rglob("*.css")]
    assert [one for style in styles for one in re.findall(r"url\(\"?(?:https?:)?//[^)]*", style)] == []


@pytest.mark.slow
def test_the_examples_about_machines_run(tmp_path, monkeypatch):
    text = (ROOT / "docs" / "machines.md").read_text()
    (world,) = re.findall(r'```yaml title="machines.yaml"\n(.*?)```', text, re.S)
    code = "\n".join(re.findall(r"```python\n(.*?)```", text, re.S))
    (tmp_path / "machines.yaml").write_text(world)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}

    exec(compile(code, "machines.md", "exec"), names)

    with names["lab"] as lab:
        callers = [
            lab.client("sts", actor=names[one]).get_caller_identity()["Arn"] for one in ("instance", "task")
        ]
    assert [one.split("/")[1] for one in callers] == ["server", "task"]
    assert names["keys"] == ["q1.csv"]


def test_every_rule_of_the_checker_is_in_the_reference():
    said = (ROOT / "docs" / "reference" / "rules.md").read_text()
    tried = {fault[3] for fault in FAULTS} | {rule for _, rule, _ in WEAK}

    assert {one for one in tried if f"`{one}`" not in said} == set()


def test_the_workflows_that_are_shown_are_yaml_and_call_the_check():
    text = (ROOT / "docs" / "authoring.md").read_text()
    blocks = [yaml.safe_load(one) for one in re.findall(r"```yaml\n(.*?)```", text, re.S)]

    assert any("rolecall check --format github" in str(one) for one in blocks)
    assert any("rolecall check --format junit" in str(one) for one in blocks)
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert [one["id"] for one in hooks] == ["rolecall-check"]


PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_documentation_has_no_discouraged_words_and_no_long_sentences(page):
    assert list(style_problems(page.read_text(), discouraged_words(), 30)) == []


def test_the_help_of_commands_has_no_discouraged_words_and_no_long_sentences():
    problems = [
        (command.name, problem)
        for command in _commands(main)
        for text in (command.help or "", *(getattr(one, "help", "") or "" for one in command.params))
        for problem in style_problems(text, discouraged_words(), 30)
    ]

    assert problems == []


def test_the_examples_of_commands_use_each_command_and_each_option():
    text = (ROOT / "docs" / "reference" / "commands.md").read_text().replace("\\\n", "")
    blocks = "".join(re.findall(r"```sh\n(.*?)```", text, re.S))
    used: set[str] = set()
    for line in re.findall(r"(?:^|\| )rolecall (.*)", blocks, re.M):
        # The shell reads a redirection, not Rolecall.
        words = shlex.split(line.split(" > ")[0], comments=True)
        path, command = "rolecall", main
        while isinstance(command, click.Group) and words and words[0] in command.list_commands(CONTEXT):
            path += f" {words[0]}"
            command = command.get_command(CONTEXT, words.pop(0))
        # An option that the command doesn't have raises an error.
        _, _, given = command.make_parser(click.Context(command)).parse_args(words)
        used |= {path, *(f"{path} {param.opts[-1]}" for param in given)}

    assert set(_commands_and_options("rolecall", main)) - used == {"rolecall --version"}


def _commands_and_options(path: str, command: click.Command) -> Iterator[str]:
    if isinstance(command, click.Group):
        for name in command.list_commands(CONTEXT):
            yield from _commands_and_options(f"{path} {name}", command.get_command(CONTEXT, name))
    else:
        yield path
    yield from (f"{path} {param.opts[-1]}" for param in command.params if isinstance(param, click.Option))


def _commands(group):
    yield group
    for one in getattr(group, "commands", {}).values():
        yield from _commands(one)
