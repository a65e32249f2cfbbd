"""The tags of an instance profile."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.iam import iam_backend
from rolecall.sandbox.responses import Result


class InstanceProfileTags(Gap):
    """IAM lists the tags of an instance profile; moto sets them only."""

    operations = frozenset({"iam.ListInstanceProfileTags"})
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfileTags.html"
    answers = True

    def before(self, call: Call) -> Result:
        """Return the tags."""
        name = call.operation.text("InstanceProfileName")
        profiles = iam_backend(call.account).instance_profiles.values()
        profile = next((one for one in profiles if one.name == name), None)
        if profile is None:
            raise AwsError("NoSuchEntity", f"Instance Profile {name} cannot be found.", 404)
        return {"Tags": list(profile.tags), "IsTruncated": False}
