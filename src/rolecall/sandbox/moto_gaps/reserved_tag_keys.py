"""Keys of tags that only AWS can use."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap


class ReservedTagKeys(Gap):
    """IAM rejects tags whose keys start with aws:, in any case; moto keeps them."""

    operations = frozenset(
        {
            "iam.CreateInstanceProfile",
            "iam.CreateOpenIDConnectProvider",
            "iam.CreatePolicy",
            "iam.CreateRole",
            "iam.CreateSAMLProvider",
            "iam.CreateUser",
            "iam.CreateVirtualMFADevice",
            "iam.TagInstanceProfile",
            "iam.TagMFADevice",
            "iam.TagOpenIDConnectProvider",
            "iam.TagPolicy",
            "iam.TagRole",
            "iam.TagSAMLProvider",
            "iam.TagServerCertificate",
            "iam.TagUser",
            "iam.UploadServerCertificate",
        }
    )
    rule = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules"

    def before(self, call: Call) -> None:
        """Raise InvalidInput for a reserved key."""
        tags = call.operation.parameters.get("Tags") or []
        if any(str(tag.get("Key")).lower().startswith("aws:") for tag in tags):
            raise AwsError(
                "InvalidInput", "aws: prefixed tag key names are not allowed for external use.", 400
            )
