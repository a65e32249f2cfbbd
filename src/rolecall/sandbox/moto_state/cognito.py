"""Cognito's user pools and identity pools, whose users make requests that aren't signed."""

from __future__ import annotations

from rolecall.aws.operations import Operation
from rolecall.aws.regions import is_region
from rolecall.sandbox.moto_state._backends import every_backend
from rolecall.sandbox.moto_state.resources import ServiceResources


class UserPools(ServiceResources):
    """User pools."""

    def account(self, operation: Operation, arn: str) -> str | None:
        """Return the account of the pool that issued the token, or has the client, of a request."""
        found = _user_pool(operation)
        return found[0] if found else super().account(operation, arn)


class IdentityPools(ServiceResources):
    """Identity pools."""

    def account(self, operation: Operation, arn: str) -> str | None:
        """Return the account of the identity pool of a request."""
        pool = operation.text("IdentityPoolId")
        owners = (
            account for account, one in every_backend("cognito-identity") if pool in one.identity_pools
        )
        return (next(owners, None) if pool else None) or super().account(operation, arn)


def region_of_pool(operation: Operation) -> str | None:
    """Return the Region of the pool that a request is about; None for other requests.

    A signature names the Region. The sandbox has one address for all Regions, so that nothing does where
    there is no signature.
    """
    if operation.service == "cognito-idp":
        found = _user_pool(operation)
        return found[1] if found else None
    if operation.service == "cognito-identity":
        # https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_GetId.html
        identifier = operation.text("IdentityPoolId") or operation.text("IdentityId", "")
        region = identifier.partition(":")[0]
        return region if is_region(region) else None
    return None


def _user_pool(operation: Operation) -> tuple[str, str] | None:
    """Return account and Region of the user pool that issued a token, or has a client."""
    token, client = operation.text("AccessToken"), operation.text("ClientId")
    if token or client:
        for account, backend in every_backend("cognito-idp"):
            for pool in list(backend.user_pools.values()):
                if token in pool.access_tokens or client in pool.clients:
                    return account, str(backend.region_name)
    return None
