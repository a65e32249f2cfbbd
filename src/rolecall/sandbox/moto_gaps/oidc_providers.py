"""The URLs of OpenID Connect providers that IAM rejects."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap


class OidcProviders(Gap):
    """A provider's URL begins with https:// and is there once in an account; moto takes http:// too."""

    operations = frozenset({"iam.CreateOpenIDConnectProvider"})
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html"

    def validate(self, call: Call) -> None:
        """Raise ValidationError for a URL without https://."""
        url = call.operation.text("Url")
        if url is not None and not url.startswith("https://"):
            raise AwsError("ValidationError", "Invalid Open ID Connect Provider URL", 400)

    def before(self, call: Call) -> None:
        """Raise EntityAlreadyExists with the URL, which moto's message lacks."""
        url = call.operation.text("Url", "")
        if self.runtime.iam.oidc_provider(call.account, url) is not None:
            raise AwsError("EntityAlreadyExists", f"Provider with url {url} already exists.", 409)
