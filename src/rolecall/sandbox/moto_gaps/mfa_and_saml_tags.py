"""The tags of virtual MFA devices and of SAML providers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.iam import entity_tags, set_entity_tags
from rolecall.sandbox.responses import Response, Result, read_result, result_response

_MOST = 50


class MfaAndSamlTags(Gap):
    """Virtual MFA devices and SAML providers have tags; moto has none."""

    operations = frozenset(
        {
            "iam.CreateSAMLProvider",
            "iam.CreateVirtualMFADevice",
            "iam.GetSAMLProvider",
            "iam.ListMFADeviceTags",
            "iam.ListSAMLProviderTags",
            "iam.TagMFADevice",
            "iam.TagSAMLProvider",
            "iam.UntagMFADevice",
            "iam.UntagSAMLProvider",
        }
    )
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagMFADevice.html"
    answers = True

    def validate(self, call: Call) -> None:
        """Raise InvalidInput for tags whose keys differ by case only."""
        keys = [str(tag["Key"]).lower() for tag in call.operation.parameters.get("Tags") or []]
        if len(set(keys)) < len(keys):
            message = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
            raise AwsError("InvalidInput", message, 400)

    def before(self, call: Call) -> Result | None:
        """List or change the tags of a device or a provider."""
        name, parameters = call.operation.name, call.operation.parameters
        if name.startswith(("Create", "Get")):
            return None
        arn = call.operation.text("SerialNumber") or call.operation.text("SAMLProviderArn", "")
        tags = entity_tags(call.account, arn)
        if tags is None:
            raise AwsError("NoSuchEntity", _missing(call.operation.name, arn), 404)
        if name.startswith("List"):
            return {"Tags": _listed(tags), "IsTruncated": False}
        if name.startswith("Tag"):
            tags = _with(tags, parameters["Tags"])
            if len(tags) > _MOST:
                message = f"The number of tags has reached the maximum limit of {_MOST}."
                raise AwsError("LimitExceeded", message, 409)
        else:
            removed = {str(key).lower() for key in parameters.get("TagKeys") or []}
            tags = {key: value for key, value in tags.items() if key.lower() not in removed}
        set_entity_tags(call.account, arn, tags)
        return {}

    def after(self, call: Call, response: Response) -> Response:
        """Keep the tags of a new device or provider, and return those of an existing one."""
        name = call.operation.name
        if not response.ok or not name.startswith(("Create", "Get")):
            return response
        result = read_result(call.operation, response)
        described = result.get("VirtualMFADevice", result)
        arn = described.get("SerialNumber") or described.get("SAMLProviderArn")
        arn = arn or call.operation.text("SAMLProviderArn", "")
        if name.startswith("Create"):
            set_entity_tags(call.account, arn, _with({}, call.operation.parameters.get("Tags") or []))
        tags = entity_tags(call.account, arn)
        if not tags:
            return response
        described["Tags"] = _listed(tags)
        return result_response(call.operation, result)


def _listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _with(tags: Mapping[str, str], added: list[dict[str, Any]]) -> dict[str, str]:
    """Return the tags with others that replace those of the same key, whatever its case is."""
    replaced = {str(tag["Key"]).lower() for tag in added}
    kept = {key: value for key, value in tags.items() if key.lower() not in replaced}
    return kept | {str(tag["Key"]): str(tag["Value"]) for tag in added}


def _missing(operation: str, arn: str) -> str:
    if "MFA" in operation:
        return f"MFA Device with serial number {arn} does not exist."
    return f"SAML provider {arn} cannot be found."
