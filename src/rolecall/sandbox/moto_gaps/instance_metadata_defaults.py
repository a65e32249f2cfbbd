"""The metadata options that an account prefers for its new instances, and the enforcement of IMDSv2."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_gaps._launch_template import launch_template
from rolecall.sandbox.moto_state.ec2 import metadata_defaults, set_metadata_defaults
from rolecall.sandbox.responses import Result

_NO_PREFERENCE = ("no-preference", -1)
_VALUES = {
    "HttpTokens": ("optional", "required", "no-preference"),
    "HttpEndpoint": ("enabled", "disabled", "no-preference"),
    "InstanceMetadataTags": ("enabled", "disabled", "no-preference"),
    "HttpTokensEnforced": ("enabled", "disabled", "no-preference"),
    "HttpPutResponseHopLimit": (-1, *range(1, 65)),
}


class InstanceMetadataDefaults(Gap):
    """An account sets the metadata options of its new instances, and can enforce IMDSv2; moto can't."""

    operations = frozenset(
        {
            "ec2.GetInstanceMetadataDefaults",
            "ec2.ModifyInstanceMetadataDefaults",
            "ec2.ModifyInstanceMetadataOptions",
            "ec2.RunInstances",
        }
    )
    rule = (
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html"
        "#instance-metadata-options-order-of-precedence"
    )
    answers = True

    def before(self, call: Call) -> Result | None:
        """Return or change the defaults, or refuse an instance with IMDSv1 if IMDSv2 is enforced."""
        name = call.operation.name
        if name == "GetInstanceMetadataDefaults":
            defaults = metadata_defaults(call.account, call.region)
            return {"AccountLevel": {**defaults, "ManagedBy": "account"} if defaults else {}}
        if name == "ModifyInstanceMetadataDefaults":
            return self._modify(call)
        self._enforce(call)
        return None

    def _modify(self, call: Call) -> Result:
        defaults = dict(metadata_defaults(call.account, call.region))
        for option, values in _VALUES.items():
            value = call.operation.parameters.get(option)
            if value is None:
                continue
            if option == "HttpPutResponseHopLimit":
                value = int(value)
            if value not in values:
                parameter = option[0].lower() + option[1:]
                message = f"Value ({value}) for parameter {parameter} is invalid."
                raise AwsError("InvalidParameterValue", message, 400)
            defaults[option] = value
        defaults = {option: value for option, value in defaults.items() if value not in _NO_PREFERENCE}
        set_metadata_defaults(call.account, call.region, defaults)
        return {"Return": True}

    def _enforce(self, call: Call) -> None:
        """Raise EC2's error for an instance that could use IMDSv1.

        https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html
        """
        defaults = metadata_defaults(call.account, call.region)
        if defaults.get("HttpTokensEnforced") != "enabled":
            return
        given = call.operation.parameters
        if call.operation.name == "ModifyInstanceMetadataOptions":
            if given.get("HttpTokens") == "optional":
                message = (
                    "You can't enable IMDSv1 on the instance because httpTokensEnforced is enabled for "
                    "this account. Contact your account owner to disable httpTokensEnforced using the "
                    "ModifyInstanceMetadataDefaults API or the account settings in the EC2 console."
                )
                raise AwsError("UnsupportedOperation", message, 400)
            return
        template = dict(launch_template(call).get("MetadataOptions") or {})
        options = {"HttpTokens": "optional", **defaults, **template, **(given.get("MetadataOptions") or {})}
        if options["HttpTokens"] == "optional":
            message = (
                "You can't launch instances with IMDSv1 because httpTokensEnforced is enabled for this "
                "account. Either launch the instance with httpTokens=required or contact your account "
                "owner to disable httpTokensEnforced using the ModifyInstanceMetadataDefaults API or the "
                "account settings in the EC2 console."
            )
            raise AwsError("UnsupportedOperation", message, 400)
