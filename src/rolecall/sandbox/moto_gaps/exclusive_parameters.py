"""Parameters of EC2 that name a resource by its ID and by its name."""

from __future__ import annotations

from collections.abc import Mapping

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap

_TEMPLATE = ("LaunchTemplateId", "LaunchTemplateName")
_GROUP = ("GroupId", "GroupName")
_PAIRS = {
    "ec2.AuthorizeSecurityGroupEgress": _GROUP,
    "ec2.AuthorizeSecurityGroupIngress": _GROUP,
    "ec2.CreateLaunchTemplateVersion": _TEMPLATE,
    "ec2.DeleteLaunchTemplate": _TEMPLATE,
    "ec2.DeleteLaunchTemplateVersions": _TEMPLATE,
    "ec2.DeleteSecurityGroup": _GROUP,
    "ec2.DescribeLaunchTemplateVersions": _TEMPLATE,
    "ec2.ModifyLaunchTemplate": _TEMPLATE,
    "ec2.RevokeSecurityGroupEgress": _GROUP,
    "ec2.RevokeSecurityGroupIngress": _GROUP,
    "ec2.RunInstances": _TEMPLATE,
    "ec2.UpdateSecurityGroupRuleDescriptionsEgress": _GROUP,
    "ec2.UpdateSecurityGroupRuleDescriptionsIngress": _GROUP,
}
# https://github.com/getmoto/moto/blob/5.2.5/tests/test_ec2/test_launch_templates.py, which was run in AWS.
_MESSAGES = {
    "ec2.ModifyLaunchTemplate": (
        "Either provide launch template ID or launch template name to modify the template."
    )
}


class ExclusiveParameters(Gap):
    """EC2 rejects an ID together with a name; moto uses one of them, which may be the other resource."""

    operations = frozenset(_PAIRS)
    rule = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplate.html"

    def validate(self, call: Call) -> None:
        """Raise InvalidParameterCombination."""
        by_id, by_name = _PAIRS[call.name]
        specification = call.operation.parameters.get("LaunchTemplate")
        for given in (call.operation.parameters, specification):
            if isinstance(given, Mapping) and given.get(by_id) and given.get(by_name):
                message = f"The parameter {by_name} cannot be used with the parameter {by_id}"
                raise AwsError("InvalidParameterCombination", _MESSAGES.get(call.name, message), 400)
