"""The metadata document of a SAML provider."""

from __future__ import annotations

from xml.etree import ElementTree

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap

_ROOT = "EntityDescriptor"


class SamlMetadata(Gap):
    """IAM rejects metadata that isn't the XML of an identity provider; moto keeps any text."""

    operations = frozenset({"iam.CreateSAMLProvider", "iam.UpdateSAMLProvider"})
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateSAMLProvider.html"

    def before(self, call: Call) -> None:
        """Raise InvalidInput for a text that isn't XML, or that describes something else."""
        document = call.operation.text("SAMLMetadataDocument")
        if not document:
            return
        try:
            root = ElementTree.fromstring(document)
        except (ElementTree.ParseError, ValueError):
            raise AwsError("InvalidInput", "Could not parse metadata", 400) from None
        if root.tag.rpartition("}")[2] != _ROOT:
            raise AwsError("InvalidInput", "Could not parse metadata", 400)
