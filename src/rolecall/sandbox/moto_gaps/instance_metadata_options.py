"""The values that EC2 accepts for the metadata options of an instance."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.responses import Response, read_result, result_response

_HOPS = range(1, 65)
_CHOICES = {
    "HttpTokens": ("optional", "required"),
    "HttpEndpoint": ("enabled", "disabled"),
    "InstanceMetadataTags": ("enabled", "disabled"),
}


class InstanceMetadataOptions(Gap):
    """EC2 rejects metadata options that an instance can't have, and applies others later; moto doesn't."""

    operations = frozenset({"ec2.RunInstances", "ec2.ModifyInstanceMetadataOptions"})
    # The page has the possible values; no page has the text of the error.
    rule = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataOptionsRequest.html"

    def before(self, call: Call) -> None:
        """Raise EC2's error for a value that an option can't have."""
        given = call.operation.parameters
        options = given.get("MetadataOptions") if call.operation.name == "RunInstances" else given
        if not isinstance(options, dict):
            return
        hops = options.get("HttpPutResponseHopLimit")
        if hops is not None and int(hops) not in _HOPS:
            raise _invalid("HttpPutResponseHopLimit", hops, "It must be an integer from 1 to 64")
        for name, values in _CHOICES.items():
            value = options.get(name)
            if value is not None and value not in values:
                raise _invalid(name, value, f"It must be one of {', '.join(values)}")

    def after(self, call: Call, response: Response) -> Response:
        """Say that the options aren't applied yet; DescribeInstances says so later."""
        if not response.ok:
            return response
        result = read_result(call.operation, response)
        for answer in [result, *result.get("Instances", [])]:
            for name in ("MetadataOptions", "InstanceMetadataOptions"):
                if name in answer:
                    answer[name]["State"] = "pending"
        return result_response(call.operation, result)


def _invalid(name: str, value: object, why: str) -> AwsError:
    parameter = name[0].lower() + name[1:]
    message = f"Value ({value}) for parameter {parameter} is invalid. {why}"
    return AwsError("InvalidParameterValue", message, 400)
