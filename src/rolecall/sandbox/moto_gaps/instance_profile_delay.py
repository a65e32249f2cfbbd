"""The delay with which instances notice that the role in their profile was removed."""

from __future__ import annotations

from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.responses import Response, read_result


class InstanceProfileDelay(Gap):
    """A role that is removed from a profile remains on its instances for an hour; moto knows no delay."""

    operations = frozenset(
        {
            "iam.RemoveRoleFromInstanceProfile",
            "ec2.RunInstances",
            "ec2.StartInstances",
            "ec2.AssociateIamInstanceProfile",
            "ec2.ReplaceIamInstanceProfileAssociation",
        }
    )
    rule = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html"

    def before(self, call: Call) -> None:
        """Keep the role that is removed."""
        if call.operation.service == "iam":
            profile = call.operation.text("InstanceProfileName", "")
            call.notes["removed role"] = self.runtime.iam.profile_role(call.account, profile)

    def after(self, call: Call, response: Response) -> Response:
        """Record the removal, or the instances on which it takes effect immediately."""
        if not response.ok:
            return response
        roles = self.runtime.profile_roles
        if call.operation.service == "iam":
            profile = call.operation.text("InstanceProfileName", "")
            if removed := call.notes["removed role"]:
                roles.record_removal(call.account, profile, removed)
            return response
        result = read_result(call.operation, response)
        for instance in (
            *result.get("Instances", ()),
            *result.get("StartingInstances", ()),
            result.get("IamInstanceProfileAssociation"),
        ):
            if instance:
                roles.record_refresh(instance["InstanceId"])
        return response

    def reset(self) -> None:
        """Forget every removal."""
        self.runtime.profile_roles.clear()
