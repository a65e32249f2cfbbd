"""Aliases of AWS managed keys."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap


class AwsAliases(Gap):
    """Aliases that begin with ``alias/aws/`` are reserved for AWS managed keys; moto knows some of them."""

    operations = frozenset({"kms.CreateAlias", "kms.UpdateAlias", "kms.DeleteAlias"})
    rule = "https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html"

    def validate(self, call: Call) -> None:
        """Raise NotAuthorizedException for a reserved alias."""
        if call.operation.text("AliasName", "").startswith("alias/aws/"):
            raise AwsError("NotAuthorizedException", "", 400)
