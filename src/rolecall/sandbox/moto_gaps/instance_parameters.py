"""IDs, key pairs, and filters in requests about instances."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.ec2 import has_key_pair

_ID = re.compile(r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})")
_OF_INSTANCES = frozenset(
    f"ec2.{name}"
    for name in (
        "DescribeInstances",
        "DescribeInstanceStatus",
        "RebootInstances",
        "StartInstances",
        "StopInstances",
        "TerminateInstances",
    )
)

_OF_ONE = frozenset({"ec2.AssociateIamInstanceProfile", "ec2.ModifyInstanceMetadataOptions"})


class InstanceParameters(Gap):
    """EC2 rejects texts that are no IDs, missing key pairs, and tags of AWS; moto accepts most of them."""

    operations = _OF_INSTANCES | _OF_ONE | {"ec2.CreateTags", "ec2.RunInstances"}
    rule = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"

    def before(self, call: Call) -> None:
        """Raise the error for an ID, a key pair, or a tag."""
        parameters = call.operation.parameters
        if call.name in _OF_INSTANCES | _OF_ONE:
            for one in _instance_ids(parameters):
                if not _ID.fullmatch(str(one)):
                    raise AwsError("InvalidInstanceID.Malformed", f'Invalid id: "{one}"', 400)
        for tag in parameters.get("Tags") or ():
            if str(tag.get("Key")).lower().startswith("aws:"):
                message = "Tag keys starting with 'aws:' are reserved for internal use"
                raise AwsError("InvalidParameterValue", message, 400)
        name = call.operation.text("KeyName")
        if call.name == "ec2.RunInstances" and name and not has_key_pair(call.account, call.region, name):
            raise AwsError("InvalidKeyPair.NotFound", f"The key pair '{name}' does not exist", 400)


def _instance_ids(parameters: Mapping[str, Any]) -> list[Any]:
    one = parameters.get("InstanceId")
    return [one] if one else parameters.get("InstanceIds") or []
