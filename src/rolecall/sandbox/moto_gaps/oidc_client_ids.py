"""The client IDs (audiences) of an OpenID Connect provider, which can be added and removed."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.iam import iam_backend
from rolecall.sandbox.responses import Result

# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
_MOST = 100


class OidcClientIds(Gap):
    """A provider's client IDs can be changed; moto keeps those with which it is created."""

    operations = frozenset(
        {"iam.AddClientIDToOpenIDConnectProvider", "iam.RemoveClientIDFromOpenIDConnectProvider"}
    )
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddClientIDToOpenIDConnectProvider.html"
    answers = True

    def before(self, call: Call) -> Result:
        """Add or remove a client ID. Adding one that is there, or removing one that isn't, does nothing."""
        operation = call.operation
        arn, client_id = operation.text("OpenIDConnectProviderArn", ""), operation.text("ClientID", "")
        provider = iam_backend(call.account).open_id_providers.get(arn)
        if provider is None:
            raise AwsError("NoSuchEntity", f"OpenIDConnect Provider not found for arn {arn}", 404)
        others = [one for one in provider.client_id_list if one != client_id]
        if operation.name.startswith("Remove"):
            provider.client_id_list = others
            return {}
        if len(others) >= _MOST:
            message = f"Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {_MOST}"
            raise AwsError("LimitExceeded", message, 409)
        if client_id not in provider.client_id_list:
            provider.client_id_list = [*others, client_id]
        return {}
