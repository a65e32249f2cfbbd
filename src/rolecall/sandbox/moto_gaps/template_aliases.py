"""Aliases in YAML templates, which CloudFormation rejects."""

from __future__ import annotations

import yaml

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap


class TemplateAliases(Gap):
    """CloudFormation accepts no YAML aliases; moto expands them, also to billions of nodes."""

    operations = frozenset(
        f"cloudformation.{name}"
        for name in (
            *("CreateChangeSet", "CreateStack", "CreateStackSet", "UpdateStack", "UpdateStackSet"),
            *("EstimateTemplateCost", "GetTemplateSummary", "ValidateTemplate"),
        )
    )
    rule = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html"

    def validate(self, call: Call) -> None:
        """Raise ValidationError for an alias in the text of the template."""
        body = call.operation.text("TemplateBody") or ""
        if "*" in body and _has_alias(body):
            message = "Template error: YAML aliases are not allowed in CloudFormation templates"
            raise AwsError("ValidationError", message, 400)


def _has_alias(template: str) -> bool:
    """Whether a template has an alias; tokens are read one after another, and nothing is expanded."""
    try:
        return any(isinstance(one, yaml.AliasToken) for one in yaml.scan(template, yaml.CSafeLoader))
    except yaml.YAMLError:
        # The error in the format is reported when the template is read.
        return False
