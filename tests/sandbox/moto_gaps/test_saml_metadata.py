"""https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateSAMLProvider.html"""

import pytest
from botocore.exceptions import ClientError

METADATA = '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example"/>'


@pytest.mark.parametrize("text", ["x", "<EntityDescriptor", "<html/>", METADATA.replace("/>", ">")])
def test_metadata_that_is_not_an_identity_providers_is_rejected(iam, text):
    with pytest.raises(ClientError) as rejected:
        iam.create_saml_provider(Name="idp", SAMLMetadataDocument=text.ljust(1000))

    assert rejected.value.response["Error"] == {
        "Type": "Sender",
        "Code": "InvalidInput",
        "Message": "Could not parse metadata",
    }


def test_metadata_of_an_identity_provider_is_kept(iam):
    arn = iam.create_saml_provider(Name="idp", SAMLMetadataDocument=METADATA.ljust(1000))["SAMLProviderArn"]

    assert "https://idp.example" in iam.get_saml_provider(SAMLProviderArn=arn)["SAMLMetadataDocument"]
