"""CloudFormation rejects YAML aliases.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
"""

import time
from types import SimpleNamespace

import pytest
import yaml

from rolecall.aws.errors import AwsError
from rolecall.sandbox.moto_gaps.template_aliases import TemplateAliases
from rolecall.sandbox.moto_stacks import parse_template

QUEUE = "Resources: {Jobs: {Type: AWS::SQS::Queue, Properties: {QueueName: %s}}}"
BOMB = "\n".join(
    ["a0: &a0 x", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)), QUEUE % "*a11"]
)


def validate(template: str) -> None:
    operation = SimpleNamespace(text={"TemplateBody": template}.get)
    TemplateAliases(None).validate(SimpleNamespace(operation=operation))


@pytest.mark.parametrize("template", ["a: &a jobs\n" + QUEUE % "*a", BOMB], ids=["an alias", "a bomb"])
def test_a_template_with_an_alias_is_rejected_before_it_is_expanded(template):
    started = time.process_time()

    with pytest.raises(AwsError, match="YAML aliases are not allowed in CloudFormation templates"):
        validate(template)
    with pytest.raises(yaml.YAMLError, match="aliases"):
        parse_template(template)

    assert time.process_time() - started < 1


@pytest.mark.parametrize("name", ["jobs", "'*jobs'", '"a * b"', "&anchor jobs", "!Sub '${AWS::Region}*'"])
def test_a_template_without_an_alias_is_accepted(name):
    validate(QUEUE % name)

    assert parse_template(QUEUE % name)["Resources"]


def test_a_text_that_is_no_template_is_left_to_the_service():
    validate("{*")
