"""The documentation builds without a warning, and what it says of the command is so."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from check.test_mutations import FAULTS

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
    loaded = [
        one
        for page in pages.values()
        for one in re.findall(r"(?:src|<link[^>]*href)=\"(https?:[^\"]*)", page)
    ]
    assert [one for one in loaded if 'rel="canonical"' not in one] == []


def test_every_rule_of_the_checker_is_in_the_reference():
    said = (ROOT / "docs" / "reference" / "rules.md").read_text()
    tried = {fault[3] for fault in FAULTS}

    assert {one for one in tried if f"`{one}`" not in said} == set()


def test_the_workflows_that_are_shown_are_yaml_and_call_the_check():
    text = (ROOT / "docs" / "authoring.md").read_text()
    blocks = [yaml.safe_load(one) for one in re.findall(r"```yaml\n(.*?)```", text, re.S)]

    assert any("rolecall check --format github" in str(one) for one in blocks)
    assert any("rolecall check --format junit" in str(one) for one in blocks)
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert [one["id"] for one in hooks] == ["rolecall-check"]
