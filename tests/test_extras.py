"""Features that require packages of an extra say which one."""

import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from rolecall import Sandbox
from rolecall._extras import MissingExtra, require_extra
from rolecall.aws.errors import AwsError
from rolecall.aws.operations import Operation
from rolecall.cli import main
from rolecall.sandbox.moto_gaps.template_validation import TemplateValidation
from sandbox.calls import call_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
WORLD = """\
world: stacks
title: An account with an administrator
accounts:
  main:
    id: "111122223333"
    users:
      ada: {managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}
actors:
  ada: {user: main/ada}
"""
TEMPLATE = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'


def without(monkeypatch, *modules):
    """Make modules look as if they weren't installed."""
    for name in modules:
        monkeypatch.setitem(sys.modules, name, None)


def test_a_package_that_is_installed_is_no_error():
    require_extra("check", "Checking", "json", "pytest")


def test_the_message_names_the_feature_the_packages_and_the_extra():
    with pytest.raises(MissingExtra) as caught:
        require_extra("check", "Checking a course", "nowhere", "pytest", "nothing")

    assert str(caught.value) == (
        "Checking a course requires nowhere, nothing. Run `pip install 'rolecall[check]'`, "
        "or `uv sync --extra check` in a clone of the repository."
    )


@pytest.mark.parametrize(
    ("arguments", "modules", "extra"),
    [
        (("check", "--static"), ("spellchecker",), "check"),
        (("workshop", "serve"), ("uvicorn",), "workshop"),
        (("workshop", "grades", "push", "--nbgrader", "x.db"), ("nbgrader",), "nbgrader"),
    ],
)
def test_a_command_without_its_extra_ends_with_status_2_and_names_it(
    monkeypatch, arguments, modules, extra
):
    without(monkeypatch, *modules)

    done = CliRunner().invoke(main, arguments)

    assert done.exit_code == 2
    assert f"requires {modules[0]}. Run `pip install 'rolecall[{extra}]'`" in done.output


def test_the_pre_commit_hook_installs_the_spell_checker_of_the_extra():
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]

    assert hook["entry"] == "rolecall check --static"
    assert hook["additional_dependencies"] == [one for one in extras["check"] if "spell" in one]


@pytest.fixture
def cloudformation(tmp_path):
    (tmp_path / "stacks.yaml").write_text(WORLD)
    with Sandbox(tmp_path / "stacks.yaml") as lab:
        yield lab.client("cloudformation", actor="ada")


def test_validating_a_template_without_the_extra_is_an_aws_error_that_names_it(monkeypatch):
    without(monkeypatch, "cfnlint")
    call = call_of(Operation("cloudformation", "ValidateTemplate", "query", {"TemplateBody": TEMPLATE}))

    with pytest.raises(
        AwsError, match=r"requires cfnlint\. Run `pip install 'rolecall\[cloudformation\]'`"
    ):
        TemplateValidation(None).before(call)


def test_a_template_is_validated_with_the_extra_cloudformation(cloudformation):
    assert "Parameters" in cloudformation.validate_template(TemplateBody=TEMPLATE)


def test_a_stack_is_created_without_it(cloudformation):
    assert cloudformation.create_stack(StackName="one", TemplateBody=TEMPLATE)["StackId"]
